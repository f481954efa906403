/**
 * Alert thresholds: of the action itself, or the lowest threshold within an alert budget.
 *
 * Equal scores are never separated: a decision acts if its score is at or above the threshold.
 */
import { thresholdOf } from '../../define/action/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { nthLargest } from './top-scores.ts'

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

/** 1 where a decision acts, for all rows. NaN is no score and does not act. */
export function alertsAt(
  { t, key }: Pick<Cases, 't' | 'key'>,
  score: Float64Array,
  { threshold, cooldown = 0, rows: { from, to } = { from: 0, to: score.length } }: AlertsOptions,
): Uint8Array {
  const alert = new Uint8Array(score.length)
  if (cooldown === 0) {
    for (let row = from; row < to; row++) alert[row] = score[row] >= threshold ? 1 : 0
    return alert
  }
  const last = new Map<number, number>()
  for (let row = from; row < to; row++) {
    if (!(score[row] >= threshold) || t[row] - (last.get(key[row]) ?? -Infinity) < cooldown) continue
    last.set(key[row], t[row])
    alert[row] = 1
  }
  return alert
}

interface AlertsOptions {
  readonly threshold: number
  /** ms; default 0. */
  readonly cooldown?: number
  /** The rows that may have a score; default all. */
  readonly rows?: RowRange | undefined
}
