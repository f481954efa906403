/** How long after its onset a low is noticed: by a job each night, or by decisions every five minutes. */
import type { Decided } from 'spillway/audit'
import { episodesOf, type Episode, type Series } from './episodes.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** An alert is about what begins within so long. */
const AHEAD = 30 * MINUTE

/** One low of one patient whose onset was seen. */
export interface Low extends Episode {
  readonly patient: string
}

export const lowsOf = (series: ReadonlyMap<string, Series>): Low[] =>
  [...series].flatMap(([patient, one]) =>
    episodesOf(one)
      .filter(({ seen }) => seen)
      .map(episode => ({ ...episode, patient })),
  )

/** A decision that scored high: the moment that it is about, and when what follows from it had been done, UTC ms. */
export interface Alert {
  readonly t: number
  readonly acted: number
}

/** Of each patient those that score at least so high, in order. */
export function alertsOf(
  t: Float64Array,
  patientOf: (row: number) => string,
  { score, acted }: Decided,
  from: number,
): Map<string, Alert[]> {
  const alerts = new Map<string, Alert[]>()
  for (let row = 0; row < t.length; row++) {
    if (!(score[row] >= from)) continue
    const patient = patientOf(row)
    const one = { t: t[row], acted: acted[row] }
    const known = alerts.get(patient)
    if (known) known.push(one)
    else alerts.set(patient, [one])
  }
  return alerts
}

/** The end of the first run that has what was known at `t`, for a job that is begun each day at `begins` ms after midnight (UTC) and lasts so long. */
export const endOfNight = (t: number, begins: number, lasts: number): number => Math.ceil((t - begins) / DAY) * DAY + begins + lasts

/** Minutes from the onset to the notice, of each low; negative is before it, NaN where there was none. */
export const noticesOf = (
  lows: readonly Low[],
  alerts: ReadonlyMap<string, readonly Alert[]>,
  actedOf = ({ acted }: Alert) => acted,
): number[] =>
  lows.map(({ patient, onset, end }) => {
    const first = alerts.get(patient)?.find(({ t }) => onset - AHEAD <= t && t <= end)
    return first === undefined ? NaN : (actedOf(first) - onset) / MINUTE
  })

export interface Notice {
  readonly noticed: number
  /** Minutes after the onset. */
  readonly mean: number
  readonly median: number
  readonly p90: number
  /** Of those noticed, before they began, and before they were over. */
  readonly byOnset: number
  readonly beforeEnd: number
}

export function noticeOf(lows: readonly Low[], minutes: readonly number[]): Notice {
  const known = minutes.flatMap((after, i) => (Number.isNaN(after) ? [] : [{ after, lasted: (lows[i].end - lows[i].onset) / MINUTE }]))
  const sorted = known.map(({ after }) => after).sort((a, b) => a - b)
  const quantile = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN
  return {
    noticed: known.length,
    mean: sorted.reduce((sum, after) => sum + after, 0) / sorted.length,
    median: quantile(0.5),
    p90: quantile(0.9),
    byOnset: known.filter(({ after }) => after <= 0).length,
    beforeEnd: known.filter(({ after, lasted }) => after <= lasted).length,
  }
}
