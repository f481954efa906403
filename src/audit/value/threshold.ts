/**
 * Alert thresholds: of the action itself, or the lowest threshold within an alert budget.
 *
 * Equal scores are never separated: a decision acts if its score is at or above the threshold.
 */
import { thresholdOf } from '../../define/action/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { actingRowsAt } from './alert-evaluation.ts'

export interface AlertRule {
  readonly action: string
  readonly threshold: number
  /** The cooldown: no further action for the key within this time of the decisions, ms. */
  readonly cooldown: number
}

/** The model's action with the lowest threshold, the first to have an effect; `undefined` without an action that has a threshold. */
export function alertRuleOf({ actions = [] }: Pick<PipelineIR, 'actions'>, model: string): AlertRule | undefined {
  const rules = actions.flatMap(action => {
    const threshold = action.model === model ? thresholdOf(action) : undefined
    return threshold === undefined ? [] : [{ action: action.name, threshold, cooldown: action.cooldown ?? 0 }]
  })
  return rules.toSorted((a, b) => a.threshold - b.threshold)[0]
}

export interface Threshold {
  /** The threshold; Infinity where no decision may act. */
  readonly threshold: number
  /** Decisions with a score, and the acting ones among them. */
  readonly scored: number
  readonly acts: number
  /** Decisions that share the next lower score, with which the budget would be exceeded; 0 where it is met exactly. */
  readonly tied: number
}

/** The lowest threshold at which at most the share `part` of the scored decisions acts. O(n) for spread scores. */
export function thresholdForShare(score: Float64Array, rows: RowRange, part: number): Threshold {
  const { from, to } = rows
  let [scored, least] = [0, Infinity]
  for (let row = from; row < to; row++) {
    if (Number.isNaN(score[row])) continue
    scored++
    if (score[row] < least) least = score[row]
  }
  // 29 % of 100 is 28.999999999999996 in doubles.
  const budget = Math.max(0, Math.floor(part * scored + 1e-9))
  if (budget >= scored) return { threshold: least, scored, acts: scored, tied: 0 }
  // The highest score that may not act. Decisions with an equal score may not act either.
  const highestRejected = nthLargest(score, rows, budget)
  let [threshold, acts, tiedCount] = [Infinity, 0, 0]
  for (let row = from; row < to; row++) {
    if (score[row] > highestRejected) {
      acts++
      if (score[row] < threshold) threshold = score[row]
    } else if (score[row] === highestRejected) tiedCount++
  }
  return { threshold, scored, acts, tied: acts < budget ? tiedCount : 0 }
}

/** The number of decisions of `rows` at or above a threshold. */
export function countAtOrAbove(score: Float64Array, rows: RowRange, threshold: number): number {
  let count = 0
  for (let row = rows.from; row < rows.to; row++) if (score[row] >= threshold) count++
  return count
}

interface AlertsOptions {
  readonly threshold: number
  /** ms; default 0. */
  readonly cooldown?: number
  /** The rows that may have a score; default all. */
  readonly rows?: RowRange | undefined
}

/** 1 where a decision acts, for all rows. NaN is no score and does not act. */
export function alertsAt(
  cases: Pick<Cases, 't' | 'key'>,
  score: Float64Array,
  { threshold, cooldown = 0, rows = { from: 0, to: score.length } }: AlertsOptions,
): Uint8Array {
  const alert = new Uint8Array(score.length)
  for (const row of afterCooldown(cases, actingRowsAt(score, rows, threshold), cooldown)) alert[row] = 1
  return alert
}

/** The rows, in time order, that act under the cooldown, ms. */
export function afterCooldown({ t, key }: Pick<Cases, 't' | 'key'>, rows: Int32Array, cooldown: number): Int32Array {
  if (cooldown === 0) return rows
  const last = new Map<number, number>()
  return rows.filter(row => {
    if (t[row] - (last.get(key[row]) ?? -Infinity) < cooldown) return false
    last.set(key[row], t[row])
    return true
  })
}

/** Bins of equal width. */
const BINS = 1 << 12

/**
 * Selection without a full sort: values are counted in bins, and one bin is sorted. The value of rank `place` (0 for the largest) among the
 * rows that are not NaN, of which there are more than `place`. O(n); O(n log n) where one bin has most values.
 */
export function nthLargest(values: Float64Array, { from, to }: RowRange, place: number): number {
  let [low, high] = [Infinity, -Infinity]
  for (let row = from; row < to; row++) {
    if (values[row] < low) low = values[row]
    if (values[row] > high) high = values[row]
  }
  const scale = (BINS - 1) / (high - low)
  // A single value, or a range beyond the doubles.
  if (!(scale > 0 && scale < Infinity)) return sorted(values, { from, to }).at(-1 - place)!
  const counts = new Uint32Array(BINS)
  for (let row = from; row < to; row++) if (values[row] >= low) counts[Math.floor((values[row] - low) * scale)]++
  let [bin, above] = [BINS - 1, 0]
  while (above + counts[bin] <= place) above += counts[bin--]
  const members = new Float64Array(counts[bin])
  let next = 0
  for (let row = from; row < to; row++) if (Math.floor((values[row] - low) * scale) === bin) members[next++] = values[row]
  return members.sort().at(-1 - (place - above))!
}

/** Sorted values without NaN, which sorts last. */
function sorted(values: Float64Array, { from, to }: RowRange): Float64Array {
  const all = values.slice(from, to).sort()
  let { length } = all
  while (length > 0 && Number.isNaN(all[length - 1])) length--
  return all.subarray(0, length)
}
