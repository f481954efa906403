/**
 * Dollars of an action that stops what it is about: each event of the key while it is stopped is saved where its label is true, and wrongly stopped where it is false.
 *
 * An action stops its key from when it is done, for `blocks` ms; its own event only where it is the answer to it. An event that is stopped is decided about by nobody, so it prolongs
 * nothing. Actions whose block reaches into the rows count as well, from one `blocks` before them. What keys do is taken as given: nobody gives up because they were stopped.
 *
 * O(decisions), and those of a key together by the time at which their actions are done.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { isJudged, zeros, type Given } from './given-threshold.ts'

interface Dollars {
  readonly blocks: number
  /** What an event saves that was rightly stopped, by its row. */
  readonly saves: (row: number) => number
  readonly wrong: number
}

/** A value for each of the rows. `order` is `byKey` of them. */
export function blockedDollars(given: Given, order: Int32Array, { blocks, saves, wrong }: Dollars): Float64Array {
  const { cases, rows } = given
  const values = zeros(given)
  const stopped = stoppedRows(given, order, blocks)
  for (let i = 0; i < values.length; i++) {
    const row = rows.from + i
    if (stopped[row] === 1 && isJudged(cases, row)) values[i] = cases.label[row] === 1 ? saves(row) : -wrong
  }
  return values
}

/** 1 where an event was stopped, of all rows; nothing is said of rows that are not in `order`. */
export function stoppedRows(
  { cases: { t, key }, decided: { acted, inline }, alert }: Given,
  order: Int32Array,
  blocks: number,
): Uint8Array {
  const stopped = new Uint8Array(t.length)
  // Of the key at hand: when its actions are done, ascending, and how many of them were by the event at hand.
  let done: number[] = []
  let taken = 0
  let until = -Infinity
  for (let i = 0; i < order.length; i++) {
    const row = order[i]
    if (i === 0 || key[row] !== key[order[i - 1]]) [done, taken, until] = [[], 0, -Infinity]
    for (; taken < done.length && done[taken] <= t[row]; taken++) until = Math.max(until, done[taken] + blocks)
    if (t[row] < until) {
      stopped[row] = 1
      continue
    }
    if (alert[row] === 0) continue
    if (inline) stopped[row] = 1
    let at = done.length
    while (at > taken && done[at - 1] > acted[row]) at--
    done.splice(at, 0, acted[row])
  }
  return stopped
}

/** The rows, and those of the time `before` them (ms), by key, those of a key in their order. */
export function byKey({ t, key }: Pick<Cases, 't' | 'key'>, { from, to }: RowRange, before: number): Int32Array {
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
