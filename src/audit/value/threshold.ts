/**
 * From which score on decisions act: as the action says, or so that no more act than may.
 *
 * Equal scores are never parted: a decision acts if its score is at or above the threshold, whoever stands beside it.
 */
import { thresholdOf } from '../../define/action/action-threshold.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { fromTop } from './top-scores.ts'

export interface Acting {
  readonly action: string
  readonly threshold: number
  /** After one action for a key none for so long by the times of the decisions, ms. */
  readonly cooldown: number
}

/** The action of a model that acts from the lowest score on: with it something begins to follow. `undefined` where none has a threshold. */
export function actingOf({ actions = [] }: Pick<PipelineIR, 'actions'>, model: string): Acting | undefined {
  const found = actions.flatMap(action => {
    const threshold = action.model === model ? thresholdOf(action) : undefined
    return threshold === undefined ? [] : [{ action: action.name, threshold, cooldown: action.cooldown ?? 0 }]
  })
  return found.toSorted((a, b) => a.threshold - b.threshold)[0]
}

export interface Threshold {
  /** Infinity where none may act. */
  readonly threshold: number
  /** Decisions that have a score, and those of them that act. */
  readonly scored: number
  readonly acts: number
  /** Decisions that share the next lower score: with them more would act than may. 0 where just as many act as may. */
  readonly tied: number
}

/** The lowest threshold at which at most this part of the decisions that have a score acts. O(n) where scores are spread. */
export function thresholdForPart(score: Float64Array, rows: RowRange, part: number): Threshold {
  const { from, to } = rows
  let [scored, least] = [0, Infinity]
  for (let row = from; row < to; row++) {
    if (Number.isNaN(score[row])) continue
    scored++
    if (score[row] < least) least = score[row]
  }
  // 29 % of 100 is 28.999999999999996 in doubles.
  const may = Math.max(0, Math.floor(part * scored + 1e-9))
  if (may >= scored) return { threshold: least, scored, acts: scored, tied: 0 }
  // The score just below those that may act. Decisions with the same score may not act either.
  const refused = fromTop(score, rows, may)
  let [threshold, acts, same] = [Infinity, 0, 0]
  for (let row = from; row < to; row++) {
    if (score[row] > refused) {
      acts++
      if (score[row] < threshold) threshold = score[row]
    } else if (score[row] === refused) same++
  }
  return { threshold, scored, acts, tied: acts < may ? same : 0 }
}

/** Decisions of `rows` at or above a threshold. */
export function countAtOrAbove(score: Float64Array, rows: RowRange, threshold: number): number {
  let count = 0
  for (let row = rows.from; row < rows.to; row++) if (score[row] >= threshold) count++
  return count
}

/** 1 where a decision acts, of all rows. NaN is no score, and does not. */
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
  /** ms; 0 unless given. */
  readonly cooldown?: number
  /** Those that may have a score; all unless given. */
  readonly rows?: RowRange | undefined
}
