/**
 * Value counts of a column: the input of drift detection. Small, plain JSON, and mergeable: summaries of parts of the rows, in any order,
 * merge to that of all rows.
 *
 * Numbers are counted after rounding to QUANTILE_DIGITS significant binary digits, as `quantile` does: about 128 distinct values per power
 * of two, each within 0.4 % of the original. Rounding keeps the order, so ranks are exact. Texts are counted exactly, up to DRIFT_TEXTS_MAX
 * distinct ones.
 */
import { quantileBucket } from '../../aggregate/index.ts'
import { limits } from '../../base/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'

interface Counts {
  readonly rows: number
  /** Rows without a value. */
  readonly nulls: number
  /** Rows per value, parallel to `values`. */
  readonly counts: readonly number[]
}

/** Counts of a numeric column. */
export interface NumberSummary extends Counts {
  readonly kind: 'numbers'
  /** Ascending. */
  readonly values: readonly number[]
}

/** Counts of a text column. */
export interface TextSummary extends Counts {
  readonly kind: 'texts'
  /** In UTF-16 order; empty if there were too many distinct texts. */
  readonly values: readonly string[]
  readonly tooMany?: true
}

/** Counts of one column. */
export type ColumnSummary = NumberSummary | TextSummary

/** Summary of the rows of one model: inputs by name, and scores if known. */
export interface RowsSummary {
  readonly rows: number
  readonly inputs: Readonly<Record<string, ColumnSummary>>
  readonly score?: NumberSummary
}

/** Counts a column, block by block. */
export interface Counting {
  /** Adds the first `length` rows of a column. NaN is NULL too. */
  add(column: ColumnData, length: number): void
  readonly summary: ColumnSummary
}

/**
 * Counts a numeric column.
 * @example
 *   const counting = countNumbers()
 *   counting.add({ values: Float64Array.of(1, 1, NaN) }, 3)
 *   counting.summary // { kind: 'numbers', rows: 3, nulls: 1, values: [1], counts: [2] }
 */
export function countNumbers(): Counting & { readonly summary: NumberSummary } {
  const counts = new Map<number, number>()
  let [rows, nulls] = [0, 0]
  return {
    add({ values, nulls: missing }, length) {
      rows += length
      for (let row = 0; row < length; row++) {
        if (missing?.[row] || Number.isNaN(values[row])) nulls++
        else count(counts, quantileBucket(values[row]))
      }
    },
    get summary(): NumberSummary {
      return { kind: 'numbers', rows, nulls, ...sorted(counts, (a, b) => a - b) }
    },
  }
}

/** Counts a text column; `strings` holds the texts of the ids. */
export function countTexts(strings: Strings): Counting & { readonly summary: TextSummary } {
  const counts = new Map<string, number>()
  let [rows, nulls] = [0, 0]
  return {
    add({ values, nulls: missing }, length) {
      rows += length
      for (let row = 0; row < length; row++) {
        if (missing?.[row] || Number.isNaN(values[row])) nulls++
        else if (counts.size <= limits.DRIFT_TEXTS_MAX) count(counts, strings.textOf(values[row]))
      }
    },
    get summary() {
      return textSummary(rows, nulls, counts)
    },
  }
}

/**
 * Merges the summaries of two sets of rows.
 * @throws `TypeError` for summaries of different kinds, which have no common summary.
 */
export function mergeSummaries<S extends ColumnSummary>(left: S, right: S): S
export function mergeSummaries(left: ColumnSummary, right: ColumnSummary): ColumnSummary {
  const [rows, nulls] = [left.rows + right.rows, left.nulls + right.nulls]
  if (left.kind === 'numbers' && right.kind === 'numbers')
    return { kind: 'numbers', rows, nulls, ...sorted(added(left, right), (a, b) => a - b) }
  if (left.kind === 'texts' && right.kind === 'texts')
    return left.tooMany || right.tooMany ? tooMany(rows, nulls) : textSummary(rows, nulls, added(left, right))
  throw new TypeError(`a summary of ${left.kind} cannot be added to one of ${right.kind}`)
}

function textSummary(rows: number, nulls: number, counts: ReadonlyMap<string, number>): TextSummary {
  if (counts.size > limits.DRIFT_TEXTS_MAX) return tooMany(rows, nulls)
  return { kind: 'texts', rows, nulls, ...sorted(counts, (a, b) => (a < b ? -1 : 1)) }
}

const tooMany = (rows: number, nulls: number): TextSummary => ({ kind: 'texts', rows, nulls, values: [], counts: [], tooMany: true })

function added<V>(...summaries: readonly { readonly values: readonly V[]; readonly counts: readonly number[] }[]): Map<V, number> {
  const counts = new Map<V, number>()
  for (const summary of summaries) summary.values.forEach((value, i) => count(counts, value, summary.counts[i]))
  return counts
}

function sorted<V>(counts: ReadonlyMap<V, number>, order: (a: V, b: V) => number): { values: V[]; counts: number[] } {
  const entries = [...counts].sort(([a], [b]) => order(a, b))
  return { values: entries.map(([value]) => value), counts: entries.map(([, times]) => times) }
}

function count<V>(counts: Map<V, number>, value: V, times = 1): void {
  counts.set(value, (counts.get(value) ?? 0) + times)
}
