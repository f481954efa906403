/**
 * True outcomes, counted once: ten decisions may warn of one episode, whereas a label of a single event belongs to one decision.
 *
 * Cost: O(decisions) time, 4 bytes a decision.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { actingRows } from './acting-rows.ts'
import { hasKnownOutcome, type AlertEvaluation } from './alert-evaluation.ts'
import { memoizeByRows } from './memo.ts'

export interface TrueOutcomes {
  /** The outcome number of each decision, from 0; −1 where no outcome is known to be true. */
  readonly of: Int32Array
  readonly count: number
  /** True if several decisions may share an outcome. */
  readonly shared: boolean
}

/**
 * Numbers the true outcomes. With `shared`, decisions with the same key and outcome time share an outcome (`begins`); otherwise each
 * decision has its own (`labelFrom`).
 */
export function trueOutcomes(cases: Cases, shared: boolean): TrueOutcomes {
  const { key, label, outcome } = cases
  const of = new Int32Array(cases.length).fill(-1)
  const numbers = new Map<number, Map<number, number>>()
  let count = 0
  for (let row = 0; row < cases.length; row++) {
    if (label[row] !== 1 || !hasKnownOutcome(cases, row)) continue
    if (!shared) {
      of[row] = count++
      continue
    }
    let ofKey = numbers.get(key[row])
    if (!ofKey) numbers.set(key[row], (ofKey = new Map<number, number>()))
    const number = ofKey.get(outcome[row])
    if (number === undefined) ofKey.set(outcome[row], (of[row] = count++))
    else of[row] = number
  }
  return { of, count, shared }
}

/**
 * Calls `visit` with the row of the first action of each outcome that was in time, ascending; of simultaneous actions the earlier row.
 * Returns their number.
 */
export function forEachFirstAction(evaluation: AlertEvaluation, outcomes: TrueOutcomes, visit?: (row: number) => void): number {
  const rows = firstRows(evaluation, outcomes)
  if (visit) for (let i = 0; i < rows.length; i++) visit(rows[i])
  return rows.length
}

/** By evaluation: both the value function and recall need these rows. */
const firstRowsCache = new WeakMap<AlertEvaluation, { readonly outcomes: TrueOutcomes; readonly rows: Int32Array }>()

function firstRows(evaluation: AlertEvaluation, outcomes: TrueOutcomes): Int32Array {
  const cachedRows = firstRowsCache.get(evaluation)
  if (cachedRows?.outcomes === outcomes) return cachedRows.rows
  const rows = outcomes.shared ? firstInTimeRows(evaluation, outcomes) : inTime(evaluation, outcomes)
  firstRowsCache.set(evaluation, { outcomes, rows })
  return rows
}

/** The acting rows that were in time, where no outcome is shared. */
function inTime(evaluation: AlertEvaluation, { of }: TrueOutcomes): Int32Array {
  const [{ actedAt }, { outcome }] = [evaluation.decided, evaluation.cases]
  const acting = actingRows(evaluation)
  const inTimeRows = new Int32Array(acting.length)
  let count = 0
  for (const row of acting) if (of[row] >= 0 && actedAt[row] <= outcome[row]) inTimeRows[count++] = row
  return inTimeRows.subarray(0, count)
}

/** The earliest acting row of each shared outcome, ascending. */
function firstInTimeRows(evaluation: AlertEvaluation, { of, count }: TrueOutcomes): Int32Array {
  const first = new Int32Array(count).fill(-1)
  const [{ actedAt }, { outcome }] = [evaluation.decided, evaluation.cases]
  for (const row of actingRows(evaluation)) {
    const number = of[row]
    if (number < 0 || !(actedAt[row] <= outcome[row])) continue
    const other = first[number]
    if (other < 0 || actedAt[row] < actedAt[other]) first[number] = row
  }
  return first.filter(row => row >= 0).sort()
}

/** The number of outcomes that decisions of the rows have. */
export const countOutcomes = memoizeByRows(({ of, count }: TrueOutcomes, { from, to }: RowRange): number => {
  const occurs = new Uint8Array(count)
  for (let row = from; row < to; row++) if (of[row] >= 0) occurs[of[row]] = 1
  let total = 0
  for (const bit of occurs) total += bit
  return total
})
