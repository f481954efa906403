import type { ColumnType, FeatureIR } from '../define/ir/index.ts'

/**
 * The SQL of one engine: functions from text to text, so that the IR has the same meaning there as in the semantics (the value, numbers
 * to the bit). `tileQueries` writes the tiles of a feature group in any dialect; samples below are DuckDB's.
 *
 * **Brackets.** Every argument and every result is a primary expression: a name, a literal, a call, `CASE … END`, or an expression in
 * brackets. So a dialect puts its operators in brackets, and needs none around arguments. It may repeat an argument, except where a member
 * says that it is written once. A function that is an argument, such as `map`, may return any expression.
 *
 * **Values.** An *integer* is a stored one, or another within ±2^53. An *exact* value is an integer wide enough for every intermediate sum and
 * product. A *double* is IEEE binary64. An *array* is a list of values, and a call with NULL for an array is NULL.
 *
 * **Every engine's SQL.** Queries use, without a dialect: `WITH`, `JOIN`, `GROUP BY` an expression, `CASE`, `CAST(NULL AS type)`; `+ - *`,
 * `/` of doubles by a number other than 0, `%` of integers; comparisons, `BETWEEN`, `IS NULL`, `AND`, `OR`, `NOT`, `TRUE`, `FALSE`; `abs`,
 * `floor`, `ceil`, `sqrt`, `exp`, `coalesce`, `nullif`; `count(*)`, `sum`, `min` and `max` with `FILTER (WHERE …)`. Of these, tiles use no
 * `JOIN`, `BETWEEN`, `%`, `ceil`, `sqrt`, `exp`, `coalesce`, `nullif`. Values at a point in time also use `row_number`, `lead`, `first_value`
 * and `max` with `OVER`, `greatest` and `least`, which ignore NULL, `&` of integers, and `VALUES`.
 * @example
 *   const ansi: Pick<SqlDialect, 'identifier'> = { identifier: name => `"${name.replaceAll('"', '""')}"` }
 */
export interface SqlDialect {
  /** For people and messages: `duckdb`. */
  readonly name: string
  /** The type in which a column stores its physical values: `int: 'BIGINT'`. */
  readonly types: Readonly<Record<ColumnType, string>>
  /** The reason why the engine cannot keep a feature in tiles exactly; absent if it can. Such a feature is rejected, never approximated. */
  unsupported?(feature: FeatureIR): string | undefined

  /** A quoted name: `"amount"`. */
  identifier(name: string): string
  /** A text: `'it''s'`. */
  textLiteral(value: string): string
  /** A finite double, to the bit: `0.1e0`, `(-2e0)`. */
  doubleLiteral(value: number): string

  /** An integer as an exact value: `CAST(e.x0 AS HUGEINT)`. */
  toExact(integer: string): string
  /** An exact value within ±(2^53 − 1) as a stored integer, else NULL: `CASE WHEN x BETWEEN … THEN CAST(x AS BIGINT) END`. */
  toInteger(exact: string): string
  /** An integer as the double equal to it: `CAST(e.x0 AS DOUBLE)`. */
  toDouble(integer: string): string
  /** A double, NULL unless finite, and 0 for −0: `CASE WHEN isfinite(x) THEN x + 0e0 END`. */
  finiteOrNull(double: string): string

  /** The quotient of doubles; by zero it is not finite, or NULL: `(a / b)`. */
  divide(double: string, by: string): string
  /** 2 to the power of a double, exact for a whole one: `power(2e0, x)`. */
  powerOf2(double: string): string
  /** The binary logarithm of a double above 0. It may be off by a unit in the last place: `log2(x)`. */
  log2(double: string): string
  /** The nearest whole double, half away from zero: `round(x)`. */
  round(double: string): string
  /**
   * The greater and the lesser of two doubles that are not NULL: `greatest(a, b)`, `least(a, b)`. They are members because tiles run on
   * engines without such calls; values at a point in time write the calls themselves, which ignore NULL.
   */
  greatest(left: string, right: string): string
  least(left: string, right: string): string
  /** floor(time / hop) · hop of an integer, toward −∞: `(e._time - ((e._time % 1000) + 1000) % 1000)`. */
  tileStart(time: string, hop: number): string

  /** Values as one record, which is ordered by its first value, then by the next: `{'f0': a, 'f1': b}`. */
  record(values: readonly string[]): string
  /** A pair of values: `{'a': x, 'b': y}`. */
  pair(first: string, second: string): string
  /** A part of a pair: `p.a`. */
  pairItem(pair: string, index: 0 | 1): string

  /** Aggregate call: an array of all values, in any order: `list(x)`. */
  arrayAgg(value: string): string
  /** Aggregate call: an array of the `k` greatest values, the greatest first: `max(x, 3)`. */
  arrayAggLargest(value: string, k: number): string
  /** The sum of a double computed from each item of an array: `list_sum(list_transform(xs, lambda item: item * item))`. */
  arraySum(array: string, map: (item: string) => string): string
}

/** The SQL of an engine that also computes values from raw events at any position and time, as a witness of the kernel and of tiles. */
export interface PointInTimeDialect extends SqlDialect {
  /** fl: an exact value of any size as the nearest double, ties to even: `CAST(CAST(x AS VARCHAR) AS DOUBLE)`. */
  roundToDouble(exact: string): string
  /** Is a double finite? `isfinite(x)` */
  isFinite(double: string): string
  /** The quotient of non-negative integers, rounded down: `(x // 64)`. */
  divideInteger(integer: string, by: number): string
  /** The number of binary digits of a positive integer: `length(bin(x))`. */
  bitLength(integer: string): string
  /** The first 52 bits of the SHA-256 of a text's UTF-8, as an integer: `CAST('0x' || sha256(x)[1:13] AS BIGINT)`. */
  textHash(text: string): string
  /** The upper and the lower half of a double's 64 bits, as a pair of integers. */
  doubleBits(double: string): string

  /** Aggregate call: the value at the least `order`: `arg_min(x, o)`. */
  minBy(value: string, order: string): string
  /** Aggregate call: the value at the greatest `order`: `arg_max(x, o)`. */
  maxBy(value: string, order: string): string
  /** Aggregate call: an array of the values at the `k` greatest `order`s, the greatest first: `arg_max(x, o, 3)`. */
  maxByK(value: string, order: string, k: number): string

  /** An array of values: `[a, b]`. */
  array(values: readonly string[]): string
  /** The number of items: `len(xs)`. */
  arrayLength(array: string): string
  /** The item at an index from 0 on: `xs[1]`. */
  arrayItem(array: string, index: number): string
  /** Each item mapped: `list_transform(xs, lambda item: item + 1)`. */
  arrayMap(array: string, map: (item: string) => string): string
  /** The distinct items, in any order: `list_distinct(xs)`. */
  arrayDistinct(array: string): string
  /** The number of distinct items: `list_unique(xs)`. */
  arrayCountDistinct(array: string): string
  /** The item of a rank, a whole double from 1 on, in ascending order: `list_sort(xs)[CAST(r AS BIGINT)]`. */
  arrayItemOfRank(array: string, rank: string): string
  /** The `k` most frequent items, mapped with `map`: most frequent first, of equals the lesser first. */
  arrayMostFrequent(array: string, k: number, map: (item: string) => string): string
  /** The sum of doubles, added from the first to the last; NULL if an item is: `list_reduce(xs, lambda total, item: total + item)`. */
  arraySumInOrder(array: string): string
  /** Of non-negative integers: the greatest for each quotient by `width`, in any order. */
  arrayMaxPerQuotient(array: string, width: number): string
  /** An array of a double, `next` of it, `next` of that, and so on: `times + 1` items. */
  arrayIterate(double: string, times: number, next: (double: string) => string): string
  /** Binds a value, which is written and evaluated once, to a name that is not bound around it, in the expression that `body` returns. */
  bind(name: string, value: string, body: (name: string) => string): string
}
