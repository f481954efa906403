import type { Dialect } from './dialect.ts'

/**
 * A double rounded to 8 significant binary digits, half away from zero (semantics §6, `quantile`): to the nearest multiple of 2^(e − 7), where 2^e is the power of two at or below: 8 digits. The logarithm may be off where it is next to a whole number: there the
 * value is next to a power of two, and the steps of both sides round it to that. Steps are not below those of the least normal double, nor results beyond the
 * largest of 8 digits. (Of NULL and a number `greatest` takes the number.)
 */
export function significantSql(double: string, dialect: Dialect): string {
  const [least, largest] = [dialect.double(2 ** -1022), dialect.double(2 ** 1023 * (2 - 2 ** -7))]
  const step = `power(${dialect.double(2)}, floor(log2(greatest(abs(${double}), ${least}))) - 7)`
  return `CASE WHEN ${double} IS NOT NULL THEN least(greatest(round(${double} / ${step}) * ${step}, -${largest}), ${largest}) END`
}
