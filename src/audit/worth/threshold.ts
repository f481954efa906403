/**
 * From which score on decisions act: as the action says, or so that no more act than may.
 *
 * Equal scores are never parted: a decision acts if its score is at or above the threshold, whoever stands beside it.
 */
import { thresholdOf } from '../../define/action-threshold.ts'
import type { PipelineIR } from '../../define/ir.ts'
import type { Cases, RowRange } from '../cases.ts'

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

/** The lowest threshold at which at most this part of the decisions that have a score acts. O(n log n). */
export function thresholdForPart(score: Float64Array, rows: RowRange, part: number): Threshold {
  const sorted = sortedScores(score, rows)
  // 29 % of 100 is 28.999999999999996 in doubles.
  return cut(sorted, Math.floor(part * sorted.length + 1e-9))
}

/** The lowest threshold at which at most so many decisions act. */
export function thresholdForCount(score: Float64Array, rows: RowRange, count: number): Threshold {
  return cut(sortedScores(score, rows), count)
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
  { threshold, cooldown = 0 }: AlertsOptions,
): Uint8Array {
  const alert = new Uint8Array(score.length)
  const last = cooldown > 0 ? new Map<number, number>() : undefined
  for (let row = 0; row < score.length; row++) {
    if (!(score[row] >= threshold)) continue
    if (last) {
      if (t[row] - (last.get(key[row]) ?? -Infinity) < cooldown) continue
      last.set(key[row], t[row])
    }
    alert[row] = 1
  }
  return alert
}

interface AlertsOptions {
  readonly threshold: number
  /** ms; 0 unless given. */
  readonly cooldown?: number
}

/** Ascending, without NaN. */
function sortedScores(score: Float64Array, { from, to }: RowRange): Float64Array {
  const sorted = score.slice(from, to).sort()
  let length = sorted.length
  while (length > 0 && Number.isNaN(sorted[length - 1])) length--
  return sorted.subarray(0, length)
}

function cut(sorted: Float64Array, may: number): Threshold {
  const scored = sorted.length
  if (may >= scored) return { threshold: scored > 0 ? sorted[0] : Infinity, scored, acts: scored, tied: 0 }
  const first = scored - Math.max(0, may)
  // What stands just below those that may act: who has the same score may not either.
  const refused = sorted[first - 1]
  let from = first
  while (from < scored && sorted[from] === refused) from++
  let below = first - 1
  while (below > 0 && sorted[below - 1] === refused) below--
  const threshold = from < scored ? sorted[from] : Infinity
  return { threshold, scored, acts: scored - from, tied: from > first ? from - below : 0 }
}
