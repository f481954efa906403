import type { ColumnType } from '../define/ir/ir.ts'

/**
 * What an engine's SQL must be able to say for the IR to mean the same there as in semantics §§3 and 6.
 *
 * Everything is text in, text out. "Exact" values are integers wide enough for every intermediate sum and product;
 * doubles are IEEE binary64. Whatever is written the same on every engine (`+`, `AND`, `CASE`, `sum`, `FILTER`) is not here.
 */
export interface Dialect {
  readonly name: string
  /** The type in which a column stores its physical values. */
  readonly types: Readonly<Record<ColumnType, string>>
  identifier(name: string): string
  text(value: string): string
  double(value: number): string

  /** An integer as an exact value. */
  wide(integer: string): string
  /** An exact value within ±(2^53 − 1) as it is stored, else NULL. */
  stored(exact: string): string
  /** A stored integer, or any other within ±2^53, as the double equal to it. */
  equalDouble(integer: string): string
  /** fl: an exact value of any size as the nearest double, ties to even. */
  rounded(exact: string): string
  isFinite(double: string): string
  /** A double as it is stored: NULL unless finite, −0 as 0. */
  finite(double: string): string
  /** Division of doubles; by zero it is not finite, or NULL. */
  quotient(double: string, by: string): string
  /** floor(time / hop) · hop, toward −∞. */
  tile(time: string, hop: number): string

  /** In a list of columns: a row for each of `from`, `from + step` … up to `to`, none where either is NULL. */
  series(from: string, to: string, step: number): string

  /** Aggregate calls: the value at the least or greatest `order`, and a list of the `k` values at the greatest, newest first. */
  first(value: string, order: string): string
  last(value: string, order: string): string
  newest(value: string, order: string, k: number): string
  /** Values as one record, which is ordered by its first value, then by the next. */
  record(values: readonly string[]): string
  /** Aggregate call: a list of the `k` greatest values, the greatest first. */
  greatest(value: string, k: number): string
  /** Aggregate call: every value, as a list. */
  list(value: string): string
  /** How many different items a list has; NULL of a NULL list. */
  distinct(list: string): string
  /** The item of a rank, a double from 1 on, of a list in ascending order. NULL of a NULL list. */
  ranked(list: string, rank: string): string
  /** `each` of the `k` items that are most frequent in a list, most frequent first, of equals the lesser first. NULL of a NULL list. */
  mostFrequent(list: string, k: number, each: (item: string) => string): string
  /** Sum of a double made of each item of a list. NULL over a NULL list. */
  sumOver(list: string, each: (item: string) => string): string
  /** Sum of a list of doubles, which are added from the first to the last. NULL if one is. */
  total(list: string): string
  /** Values as a list, how many it has, and the one at an index from 0 on. */
  items(values: readonly string[]): string
  length(list: string): string
  item(list: string, index: number): string
  /** Of a list: its different items, and a list of what is made of each. */
  different(list: string): string
  each(list: string, made: (item: string) => string): string
  /** Of a list of integers, not negative, the greatest of those that have one quotient by `width`, for each. */
  greatestOfEach(list: string, width: number): string
  /** A list of a double, what `next` makes of it, what it makes of that, and so on, `times` times. */
  repeated(double: string, times: number, next: (double: string) => string): string
  /** What is made of a value, which is written and computed once, under a name that is not bound around it. */
  bound(name: string, value: string, made: (name: string) => string): string

  /** The quotient of integers that are not negative, rounded down. */
  whole(integer: string, by: number): string
  /** How many binary digits a positive integer has. */
  binaryDigits(integer: string): string
  powerOf2(double: string): string
  /** The first 52 bits of the SHA-256 of a text's UTF-8, as a stored integer. */
  textBits(text: string): string
  /** The upper and the lower half of the 64 bits of a double, a pair of stored integers. */
  doubleBits(double: string): string
  /** Two values as one, and its parts. */
  pair(first: string, second: string): string
  part(pair: string, index: 0 | 1): string
}
