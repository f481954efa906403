/** The buckets of `quantile` in SQL: the twin of `aggregate/quantile-bucket.ts`, without access to the bits of a double. */
import type { SqlDialect } from './dialect.ts'

/**
 * Rounds a double to 8 significant binary digits, half away from zero (semantics, numbers to the bit), that is to the nearest
 * multiple of 2^(e − 7), where 2^e is the power of two at or below it.
 *
 * The logarithm may be off next to a whole number. There the value is next to a power of two, and the steps of both sides round it to
 * that power. Steps are at least those of the least normal double, results at most the largest double of 8 digits. (For NULL and a
 * number, `greatest` returns the number.)
 */
export function quantileBucketSql(double: string, dialect: SqlDialect): string {
  const [least, largest] = [dialect.double(2 ** -1022), dialect.double(2 ** 1023 * (2 - 2 ** -7))]
  const step = `power(${dialect.double(2)}, floor(log2(greatest(abs(${double}), ${least}))) - 7)`
  return `CASE WHEN ${double} IS NOT NULL THEN least(greatest(round(${double} / ${step}) * ${step}, -${largest}), ${largest}) END`
}
