/** The buckets of `quantile` in SQL: the twin of `aggregate/quantile-bucket.ts`, without access to the bits of a double. */
import type { SqlDialect } from './dialect.ts'

/**
 * Rounds a double to 8 significant binary digits, half away from zero (semantics, numbers to the bit), that is to the nearest
 * multiple of 2^(e − 7), where 2^e is the power of two at or below it.
 *
 * The logarithm may be off next to a whole number. There the value is next to a power of two, and the steps of both sides round it to
 * that power. Steps are at least those of the least normal double, results at most the largest double of 8 digits.
 */
export function quantileBucketSql(double: string, dialect: SqlDialect): string {
  const least = dialect.doubleLiteral(2 ** -1022)
  const largest = 2 ** 1023 * (2 - 2 ** -7)
  const exponent = `floor(${dialect.log2(dialect.greatest(`abs(${double})`, least))})`
  const step = dialect.powerOf2(`(${exponent} - 7)`)
  const rounded = `(${dialect.round(`(${double} / ${step})`)} * ${step})`
  const bucket = dialect.least(dialect.greatest(rounded, dialect.doubleLiteral(-largest)), dialect.doubleLiteral(largest))
  return `CASE WHEN ${double} IS NOT NULL THEN ${bucket} END`
}
