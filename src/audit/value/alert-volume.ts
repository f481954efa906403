/**
 * Alerts at equal alert volume: in each judged block the highest-scored decisions act, as many as act now.
 *
 * A threshold from an earlier block lets a plan with drifted scores act several times as often. A value function without a cost of
 * false alarms would count that as skill. At equal volume, plans differ only in which decisions act. A hash of the row number breaks
 * ties at the cut, so the volume is exact and all plans break ties alike. With a cooldown the volume counts actions, not decisions
 * above the cut.
 *
 * A slower cadence omits ticks. The cut then comes from the scores at the model's own cadence, and omitted decisions do not act, so a
 * cadence alone never lowers the cut.
 *
 * Cost: O(rows) without a cooldown; with one O(k log² k) for the k highest scores that yield the volume.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { afterCooldown, alertsAt, nthLargest } from './threshold.ts'

/** A judged block and the number of its decisions that may act. */
export interface BlockVolume {
  readonly rows: RowRange
  readonly count: number
}

type Keyed = Pick<Cases, 't' | 'key'>

/**
 * The acting rows, ascending, of ascending blocks: `count` ranked rows in each, or fewer where fewer have a score. `cooldown` is in ms.
 * `ranked` has the scores at the model's own cadence; its rows without a `score` do not act.
 */
export function actingAtVolume(
  cases: Keyed,
  score: Float64Array,
  volumes: readonly BlockVolume[],
  cooldown: number,
  ranked: Float64Array = score,
): Int32Array {
  const parts = volumes.map(volume => {
    const above = cooldown === 0 ? highest(ranked, volume.rows, volume.count) : highestSpaced(cases, ranked, volume, cooldown)
    return afterCooldown(cases, score === ranked ? above : above.filter(row => !Number.isNaN(score[row])), cooldown)
  })
  const acting = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    acting.set(part, at)
    at += part.length
  }
  return acting
}

/**
 * 1 where a decision acts. Decisions before the first block act from that block's lowest acting score on, since their blocks or delays may
 * reach into it.
 */
export function alertsWithLeadIn(
  cases: Keyed,
  score: Float64Array,
  acting: Int32Array,
  { first, scored, cooldown }: { readonly first: RowRange; readonly scored: RowRange; readonly cooldown: number },
): Uint8Array {
  let threshold = Infinity
  for (const row of acting) if (row < first.to && score[row] < threshold) threshold = score[row]
  const alert = alertsAt(cases, score, { threshold, cooldown, rows: { from: scored.from, to: Math.max(scored.from, first.from) } })
  for (const row of acting) alert[row] = 1
  return alert
}

/** The `count` rows with the highest scores, ascending. NaN is no score. */
function highest(score: Float64Array, rows: RowRange, count: number): Int32Array {
  let scored = 0
  for (let row = rows.from; row < rows.to; row++) if (score[row] === score[row]) scored++
  const limit = Math.max(0, Math.min(count, scored))
  if (limit === 0) return new Int32Array(0)
  const last = nthLargest(score, rows, limit - 1)
  const selected = new Int32Array(limit)
  const tied: number[] = []
  let above = 0
  for (let row = rows.from; row < rows.to; row++) {
    if (score[row] > last) selected[above++] = row
    else if (score[row] === last) tied.push(row)
  }
  const untied = tied.length === limit - above ? tied : tied.toSorted(byDraw).slice(0, limit - above)
  selected.set(untied, above)
  return selected.sort()
}

/** The fewest highest-scored rows that yield `count` actions under the cooldown. */
function highestSpaced(cases: Keyed, score: Float64Array, { rows, count }: BlockVolume, cooldown: number): Int32Array {
  if (count <= 0) return new Int32Array(0)
  for (let limit = 2 * count; ; limit *= 2) {
    const ranked = highest(score, rows, limit).sort((a, b) => score[b] - score[a] || byDraw(a, b))
    const actionsOf = (candidates: number): Int32Array => afterCooldown(cases, ranked.slice(0, candidates).sort(), cooldown)
    if (ranked.length === limit && actionsOf(limit).length < count) continue
    // Each further candidate adds at most one action and removes none: the earliest action of each key packs the most actions.
    let [low, high] = [0, ranked.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (actionsOf(middle).length >= count) high = middle
      else low = middle + 1
    }
    return ranked.slice(0, low).sort()
  }
}

const byDraw = (a: number, b: number): number => drawOf(a) - drawOf(b) || a - b

/** A hash of the row number, uniform as a random draw: the finalizer of MurmurHash3. */
function drawOf(row: number): number {
  let hash = Math.imul(row ^ (row >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
