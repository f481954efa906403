/** Time from the onset of a low to its notice, by a nightly job or by decisions every five minutes. */
import type { PlanDecisions } from 'spillway/audit'
import { episodesOf, type Episode, type Series } from './episodes.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** An alert is about lows that begin within this time. */
const AHEAD = 30 * MINUTE

/** A low of a patient whose onset was seen. */
export interface Low extends Episode {
  readonly patient: string
}

export const lowsOf = (series: ReadonlyMap<string, Series>): Low[] =>
  [...series].flatMap(([patient, one]) =>
    episodesOf(one)
      .filter(({ seen }) => seen)
      .map(episode => ({ ...episode, patient })),
  )

/** A decision with a high score: its time, and the time at which its page was delivered, UTC ms. */
export interface Alert {
  readonly t: number
  readonly acted: number
}

/** The decisions of each patient that score at least this much, in order. */
export function alertsOf(
  t: Float64Array,
  patientOf: (row: number) => string,
  { score, actedAt }: PlanDecisions,
  from: number,
): Map<string, Alert[]> {
  const alerts = new Map<string, Alert[]>()
  for (let row = 0; row < t.length; row++) {
    if (!(score[row] >= from)) continue
    const patient = patientOf(row)
    const one = { t: t[row], acted: actedAt[row] }
    const known = alerts.get(patient)
    if (known) known.push(one)
    else alerts.set(patient, [one])
  }
  return alerts
}

/**
 * End of the first nightly run that has everything known at `t`. The job starts each day `begins` ms after midnight (UTC) and takes this
 * long.
 */
export const endOfNight = (t: number, begins: number, lasts: number): number => Math.ceil((t - begins) / DAY) * DAY + begins + lasts

/** Minutes from the onset to the notice of each low; negative if before it, NaN without a notice. */
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
  /** Share of the lows noticed before their onset, and before their end. */
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
