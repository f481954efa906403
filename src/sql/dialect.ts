import type { ColumnType, FeatureIR } from '../define/ir/index.ts'

/**
 * The SQL of one engine: functions from text to text, so that the IR has the same meaning there as in the semantics (the value, numbers
 * to the bit). `tileQueries` writes the tiles of a feature group in any dialect.
 *
 * "Exact" values are integers wide enough for every intermediate sum and product; doubles are IEEE binary64. SQL that is the same on every
 * engine (`+`, `AND`, `CASE`, `sum`, `FILTER`) is not here.
 * @example
 *   const ansi: Pick<SqlDialect, 'identifier'> = { identifier: name => `"${name.replaceAll('"', '""')}"` }
 */
export interface SqlDialect {
  /** For people and messages: `duckdb`. */
  readonly name: string
  /** The type in which a column stores its physical values. */
  readonly types: Readonly<Record<ColumnType, string>>
  /** The reason why the engine cannot keep a feature in tiles exactly; absent if it can. Such a feature is rejected, never approximated. */
  unsupported?(feature: FeatureIR): string | undefined
  /** A name, a text and a double as they are written in SQL. */
  identifier(name: string): string
  text(value: string): string
  double(value: number): string

  /** An integer as an exact value. */
  wide(integer: string): string
  /** An exact value within ±(2^53 − 1) as stored, else NULL. */
  stored(exact: string): string
  /** A stored integer, or any other integer within ±2^53, as the double equal to it. */
  equalDouble(integer: string): string
  /** A double as stored: NULL unless finite, −0 as 0. */
  finite(double: string): string
  /** Division of doubles; by zero the result is not finite, or NULL. */
  quotient(double: string, by: string): string
  powerOf2(double: string): string
  /** floor(time / hop) · hop, toward −∞. */
  tile(time: string, hop: number): string

  /** Values as one record, which is ordered by its first value, then by the next. */
  record(values: readonly string[]): string
  /** Aggregate call: a list of the `k` greatest values, the greatest first. */
  greatest(value: string, k: number): string
  /** Aggregate call: a list of all values. */
  list(value: string): string
  /** The sum of a double computed from each item of a list. NULL for a NULL list. */
  sumOver(list: string, map: (item: string) => string): string
  /** A pair of values, and its parts. */
  pair(first: string, second: string): string
  part(pair: string, index: 0 | 1): string
}

/** The SQL of an engine that also computes values from raw events at any position and time, as a witness of the kernel and of tiles. */
export interface PointInTimeDialect extends SqlDialect {
  /** fl: an exact value of any size as the nearest double, ties to even. */
  rounded(exact: string): string
  isFinite(double: string): string

  /** In a list of columns: a row for each of `from`, `from + step` … up to `to`; none if either is NULL. */
  series(from: string, to: string, step: number): string

  /** Aggregate calls: the value at the least or greatest `order`, and a list of the `k` values at the greatest, newest first. */
  first(value: string, order: string): string
  last(value: string, order: string): string
  newest(value: string, order: string, k: number): string
  /** The number of distinct items of a list; NULL for a NULL list. */
  distinct(list: string): string
  /** The item of a rank, a double from 1 on, of a list in ascending order. NULL for a NULL list. */
  ranked(list: string, rank: string): string
  /** Maps the `k` most frequent items of a list with `map`: most frequent first, of equals the lesser first. NULL for a NULL list. */
  mostFrequent(list: string, k: number, map: (item: string) => string): string
  /** The sum of a list of doubles, added from the first to the last. NULL if an item is. */
  total(list: string): string
  /** A list of values, its length, and its item at an index from 0 on. */
  items(values: readonly string[]): string
  length(list: string): string
  item(list: string, index: number): string
  /** The distinct items of a list, and a list with each item mapped. */
  different(list: string): string
  each(list: string, map: (item: string) => string): string
  /** For a list of non-negative integers: the greatest integer for each quotient by `width`. */
  greatestOfEach(list: string, width: number): string
  /** A list of a double, `next` of it, `next` of that, and so on, `times` times. */
  repeated(double: string, times: number, next: (double: string) => string): string
  /** Binds a value, which is written and evaluated once, to a name that is not bound around it, in the expression that `body` returns. */
  bound(name: string, value: string, body: (name: string) => string): string

  /** The quotient of non-negative integers, rounded down. */
  whole(integer: string, by: number): string
  /** The number of binary digits of a positive integer. */
  binaryDigits(integer: string): string
  /** The first 52 bits of the SHA-256 of a text's UTF-8, as a stored integer. */
  textBits(text: string): string
  /** The upper and the lower half of a double's 64 bits, as a pair of stored integers. */
  doubleBits(double: string): string
}
