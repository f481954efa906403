/** What utilities and figures are computed from: decisions, what an alternative makes of them, who acts, and which rows count. */
import type { Cases, Decided, RowRange } from '../cases.ts'

export interface Given {
  readonly cases: Cases
  readonly decided: Decided
  /** 1 where the decision acts, of all rows. */
  readonly alert: Uint8Array
  readonly rows: RowRange
}

/** Whether what came of the decision is known: of others nothing is said. */
export const isJudged = ({ known, eligible }: Pick<Cases, 'known' | 'eligible'>, row: number): boolean =>
  known[row] === 1 && eligible[row] === 1

/** By cases, of the rows that were asked for last: alternatives are judged on the same. */
const known = new WeakMap<Cases, { readonly rows: RowRange; readonly values: Float64Array }>()

/** A value for each of the rows: 0 where what came of it is known, NaN where it is not. */
export function zeros({ cases, rows }: Pick<Given, 'cases' | 'rows'>): Float64Array {
  const last = known.get(cases)
  if (last && last.rows.from === rows.from && last.rows.to === rows.to) return last.values.slice()
  const values = new Float64Array(Math.max(0, rows.to - rows.from))
  for (let i = 0; i < values.length; i++) if (!isJudged(cases, rows.from + i)) values[i] = NaN
  known.set(cases, { rows, values })
  return values.slice()
}
