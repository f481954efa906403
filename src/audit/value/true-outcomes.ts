/**
 * True outcomes, counted once: ten decisions may warn of one episode, whereas a label of a single event belongs to one decision.
 *
 * Cost: O(decisions) time, 4 bytes a decision.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { lastResults, memoizeByRows } from '../domain/caches.ts'
import { actingRows, hasKnownOutcome, type AlertEvaluation } from './alert-evaluation.ts'

export interface TrueOutcomes {
  /** The outcome number of each decision, from 0; −1 where no outcome is known to be true. */
  readonly of: Int32Array
  readonly count: number
  /** True if several decisions may share an outcome. */
  readonly shared: boolean
}

/**
 * Numbers the true outcomes. With `shared`, decisions of one group share an outcome (`per`), or decisions with the same key and outcome time
 * (`begins`, `happens`); otherwise each decision has its own (`labelFrom`), as has one whose group is NULL.
 */
export function trueOutcomes(cases: Cases, shared: boolean): TrueOutcomes {
  const { key, label, outcome, outcomeGroup } = cases
  const of = new Int32Array(cases.length).fill(-1)
  const numbers = new Map<number, Map<number, number>>()
  let count = 0
  for (let row = 0; row < cases.length; row++) {
    if (label[row] !== 1 || !hasKnownOutcome(cases, row)) continue
    if (!shared || (outcomeGroup && outcomeGroup[row] < 0)) {
      of[row] = count++
      continue
    }
    const subject = outcomeGroup ? outcomeGroup[row] : key[row]
    const time = outcomeGroup ? 0 : outcome[row]
    let ofSubject = numbers.get(subject)
    if (!ofSubject) numbers.set(subject, (ofSubject = new Map<number, number>()))
    const number = ofSubject.get(time)
    if (number === undefined) ofSubject.set(time, (of[row] = count++))
    else of[row] = number
  }
  return { of, count, shared }
}

/** The row of the first action of each outcome that was in time, ascending; of simultaneous actions the earlier row. */
export const firstActionRows = (evaluation: AlertEvaluation, outcomes: TrueOutcomes): Int32Array =>
  lastRows(evaluation, [outcomes], () => (outcomes.shared ? firstInTimeRows(evaluation, outcomes) : inTimeRows(evaluation, outcomes)))

/** Both the value function and recall need these rows. */
const lastRows = lastResults<AlertEvaluation, Int32Array>()

/** The acting rows that were in time, where no outcome is shared. */
function inTimeRows(evaluation: AlertEvaluation, { of }: TrueOutcomes): Int32Array {
  const [{ actedAt }, { outcome }] = [evaluation.decided, evaluation.cases]
  const acting = actingRows(evaluation)
  const rows = new Int32Array(acting.length)
  let count = 0
  for (const row of acting) if (of[row] >= 0 && actedAt[row] <= outcome[row]) rows[count++] = row
  return rows.subarray(0, count)
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
