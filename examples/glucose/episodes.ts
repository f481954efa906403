/**
 * Episodes of low glucose by the consensus of 2023: an episode begins with at least 15 min below the threshold and ends with at least 15
 * min above, on an even grid of five minutes, split at gaps. Gaps of up to 45 min are interpolated. A grid point stands for five minutes,
 * as in the R package iglu, so 15 min are three points.
 */
const MINUTE = 60_000
export const GRID = 5 * MINUTE
export const GAP_MAX = 45 * MINUTE
const POINTS = 3

/** Readings of one patient by time, UTC ms, without duplicate times; mg/dL. */
export interface Series {
  readonly times: readonly number[]
  readonly values: readonly number[]
}

/** Indices of a series without a gap above 45 min; `to` is the last. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface Episode {
  /** The first point below, UTC ms. */
  readonly onset: number
  /** The first point back, or the last before a gap. */
  readonly end: number
  /** False if the glucose was low already at the start of the segment: the onset is unknown. */
  readonly seen: boolean
}

export function stretchesOf({ times }: Series): Stretch[] {
  const stretches: Stretch[] = []
  for (let from = 0, i = 1; i <= times.length; i++) {
    if (i < times.length && times[i] - times[i - 1] <= GAP_MAX) continue
    stretches.push({ from, to: i - 1 })
    from = i
  }
  return stretches
}

export function episodesOf(series: Series, threshold = 70): Episode[] {
  return stretchesOf(series).flatMap(stretch => episodesIn(series.times[stretch.from], gridOf(series, stretch), threshold))
}

/** Linear interpolation between readings, from the first of a segment on. */
export function gridOf({ times, values }: Series, { from, to }: Stretch): number[] {
  const grid: number[] = []
  for (let i = from, t = times[from]; t <= times[to]; t += GRID) {
    while (i < to && times[i + 1] <= t) i++
    const share = i === to ? 0 : (t - times[i]) / (times[i + 1] - times[i])
    grid.push(share === 0 ? values[i] : values[i] + (values[i + 1] - values[i]) * share)
  }
  return grid
}

function episodesIn(start: number, grid: readonly number[], threshold: number): Episode[] {
  const episodes: Episode[] = []
  /** Consecutive points, up to this one, on the other side of the threshold. */
  let across = 0
  let onset = -1
  for (let i = 0; i < grid.length; i++) {
    const isLow = grid[i] < threshold
    across = isLow === onset < 0 ? across + 1 : 0
    if (across < POINTS) continue
    const first = i - POINTS + 1
    if (onset < 0) onset = first
    else {
      episodes.push({ onset: start + onset * GRID, end: start + first * GRID, seen: onset > 0 })
      onset = -1
    }
    across = 0
  }
  if (onset >= 0) episodes.push({ onset: start + onset * GRID, end: start + (grid.length - 1) * GRID, seen: onset > 0 })
  return episodes
}
