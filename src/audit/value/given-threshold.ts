/** What utilities and figures are computed from: decisions, what an alternative makes of them, who acts, and which rows count. */
import { sharedFloats } from '../../columns/shared.ts'
import type { Cases, Decided, RowRange } from '../domain/cases.ts'
import { rememberedRows } from './memo.ts'

export interface Given {
  readonly cases: Cases
  readonly decided: Decided
  /** 1 where the decision acts, of all rows. */
  readonly alert: Uint8Array
  readonly rows: RowRange
  /** Those of `rows` that act, where they were found without `alert`. */
  readonly acting?: Int32Array | undefined
}

/** Whether what came of the decision is known: of others nothing is said. */
export const isJudged = ({ known, eligible }: Pick<Cases, 'known' | 'eligible'>, row: number): boolean =>
  known[row] === 1 && eligible[row] === 1

/** A value for each of the rows: 0 where what came of it is known, NaN where it is not. In memory that the collector of garbage does not count (`experiment/feature-columns.ts`). */
export function zeros({ cases, rows }: Pick<Given, 'cases' | 'rows'>): Float64Array {
  const judged = judgedOf(cases, rows)
  const values = sharedFloats(judged.length)
  for (let i = 0; i < judged.length; i++) values[i] = judged[i]
  return values
}

/** Of the rows 1 where what came of it is not known, and how many there are where it is. */
export const unknownOf = rememberedRows((cases: Cases, rows: RowRange): { readonly unknown: Uint8Array; readonly known: number } => {
  const unknown = Uint8Array.from(judgedOf(cases, rows), value => Number(Number.isNaN(value)))
  return { unknown, known: unknown.length - unknown.reduce((sum, is) => sum + is, 0) }
})

/** Alternatives are judged on the same rows. */
const judgedOf = rememberedRows((cases: Cases, { from, to }: RowRange): Float64Array => {
  const values = new Float64Array(Math.max(0, to - from))
  for (let i = 0; i < values.length; i++) if (!isJudged(cases, from + i)) values[i] = NaN
  return values
})
