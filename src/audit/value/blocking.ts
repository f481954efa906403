/**
 * Dollars saved by an action that blocks its key: each blocked event counts, as a saving where its label is true, as a cost where false.
 *
 * An action blocks its key for `blocks` ms from the time it is done. It blocks its own event only where it is the reply to that event. A
 * blocked event is not decided about, so it extends no block. Actions up to `blocks` ms before the rows count too. The behaviour of keys is
 * taken as given: none gives up because it was blocked.
 *
 * Cost: O(decisions), and a sort of each key's actions by completion time.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { hasKnownOutcome, zeroValues, type AlertEvaluation } from './alert-evaluation.ts'

interface BlockingTerms {
  readonly blocks: number
  /** The dollars that a correctly blocked event saves, by row. */
  readonly saves: (row: number) => number
  readonly wrong: number
}

/** A value for each of the rows. `order` is `rowsByKey` of the rows. */
export function blockedDollars(evaluation: AlertEvaluation, order: Int32Array, { blocks, saves, wrong }: BlockingTerms): Float64Array {
  const { cases, rows } = evaluation
  const values = zeroValues(evaluation)
  const stopped = blockedRows(evaluation, order, blocks)
  for (let i = 0; i < values.length; i++) {
    const row = rows.from + i
    if (stopped[row] === 1 && hasKnownOutcome(cases, row)) values[i] = cases.label[row] === 1 ? saves(row) : -wrong
  }
  return values
}

/** 1 where an event was blocked, for all rows. Rows outside `order` are 0. */
function blockedRows(
  { cases: { t, key }, decided: { actedAt, inline }, alert }: AlertEvaluation,
  order: Int32Array,
  blocks: number,
): Uint8Array {
  const stopped = new Uint8Array(t.length)
  // For the current key: completion times of its actions, ascending, and the number completed by the current event.
  let completions: number[] = []
  let completed = 0
  let until = -Infinity
  for (let i = 0; i < order.length; i++) {
    const row = order[i]
    if (i === 0 || key[row] !== key[order[i - 1]]) [completions, completed, until] = [[], 0, -Infinity]
    for (; completed < completions.length && completions[completed] <= t[row]; completed++)
      until = Math.max(until, completions[completed] + blocks)
    if (t[row] < until) {
      stopped[row] = 1
      continue
    }
    if (alert[row] === 0) continue
    if (inline) stopped[row] = 1
    let at = completions.length
    while (at > completed && completions[at - 1] > actedAt[row]) at--
    completions.splice(at, 0, actedAt[row])
  }
  return stopped
}

/** The rows, and those up to `before` ms earlier, grouped by key and in order within each key. */
export function rowsByKey({ t, key }: Pick<Cases, 't' | 'key'>, { from, to }: RowRange, before: number): Int32Array {
  let first = from
  while (first > 0 && t[first - 1] > t[from] - before) first--
  let keys = 0
  for (let row = first; row < to; row++) keys = Math.max(keys, key[row] + 1)
  const starts = new Int32Array(keys + 1)
  for (let row = first; row < to; row++) starts[key[row] + 1]++
  for (let slot = 0; slot < keys; slot++) starts[slot + 1] += starts[slot]
  const order = new Int32Array(Math.max(0, to - first))
  for (let row = first; row < to; row++) order[starts[key[row]]++] = row
  return order
}
