/**
 * How often each value of a column occurs: what drift is measured on. Small, plain JSON, and of parts of the rows, in any order and however they are cut, it adds up to that of
 * all.
 *
 * Numbers are counted rounded to QUANTILE_DIGITS significant binary digits, as `quantile` counts them: some 128 different ones for each power of two that occurs, each within
 * 0.4 % of what stood there. Rounding keeps order, so ranks are exact. Texts are counted as they are, up to DRIFT_TEXTS_MAX different ones.
 */
import { significant } from '../../aggregate/significant.ts'
import { limits } from '../../base/limits.ts'
import type { Column } from '../../columns/block.ts'
import type { Strings } from '../../columns/strings.ts'

interface Counts {
  readonly rows: number
  /** Rows without a value. */
  readonly nulls: number
  /** By value. */
  readonly counts: readonly number[]
}

export interface NumberSummary extends Counts {
  readonly kind: 'numbers'
  /** Ascending. */
  readonly values: readonly number[]
}

export interface TextSummary extends Counts {
  readonly kind: 'texts'
  /** In order of UTF-16 units; none if there were too many to tell them apart. */
  readonly values: readonly string[]
  readonly tooMany?: true
}

export type ColumnSummary = NumberSummary | TextSummary

/** Of the rows of one model: its inputs by name, and its scores where they are known. */
export interface RowsSummary {
  readonly rows: number
  readonly inputs: Readonly<Record<string, ColumnSummary>>
  readonly score?: NumberSummary
}

/** Counts a column stretch by stretch. */
export interface Counting {
  /** The first `length` rows of a column, as delivered. NaN is NULL too. */
  add(column: Column, length: number): void
  readonly summary: ColumnSummary
}

export function countNumbers(): Counting & { readonly summary: NumberSummary } {
  const counts = new Map<number, number>()
  let [rows, nulls] = [0, 0]
  return {
    add({ values, nulls: missing }, length) {
      rows += length
      for (let row = 0; row < length; row++) {
        if (missing?.[row] || Number.isNaN(values[row])) nulls++
        else count(counts, significant(values[row]))
      }
    },
    get summary(): NumberSummary {
      return { kind: 'numbers', rows, nulls, ...sorted(counts, (a, b) => a - b) }
    },
  }
}

export function countTexts(strings: Strings): Counting & { readonly summary: TextSummary } {
  const counts = new Map<string, number>()
  let [rows, nulls] = [0, 0]
  return {
    add({ values, nulls: missing }, length) {
      rows += length
      for (let row = 0; row < length; row++) {
        if (missing?.[row]) nulls++
        else if (counts.size <= limits.DRIFT_TEXTS_MAX) count(counts, strings.textOf(values[row]))
      }
    },
    get summary() {
      return textSummary(rows, nulls, counts)
    },
  }
}

/** Of the rows of both. They must be of one kind: a column that was another kind of thing has no common summary. */
export function merged<S extends ColumnSummary>(left: S, right: S): S
export function merged(left: ColumnSummary, right: ColumnSummary): ColumnSummary {
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
