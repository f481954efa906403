/**
 * Quality of the rule of `glucose.ts`: how early it notices a low, missed lows and false alerts, from the readings and the output of
 * `spillway replay --out`. Research software, not a medical device.
 *
 *     node evaluate.ts --readings clinic.ndjson --decisions decisions.ndjson
 *     node evaluate.ts --readings dubosson.csv --zone Europe/Zurich --decisions decisions.ndjson
 *
 * Memory holds all readings. The final version of each reading defines the lows; the alerts are those made at the time.
 */
import { parseArgs } from 'node:util'
import { episodesOf, GRID, stretchesOf, type Episode, type Series } from './episodes.ts'
import { readAlerts, readSeries } from './records.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** An alert is about lows that begin within this time. */
const AHEAD = 30 * MINUTE
/** Shortest duration of an episode. */
const LASTING = 15 * MINUTE
/** Further alerts of a patient within this time are left out. */
const COOLDOWN = 30 * MINUTE

export interface Evaluation {
  readonly patients: number
  readonly readings: number
  /** Days of readings, five minutes each. */
  readonly patientDays: number
  /** Share of the readings that there would be without gaps. */
  readonly wear: number
  /** Intervals between readings: up to 45 min (but more than five), up to a day, longer. */
  readonly gaps: readonly [number, number, number]
  /** Shares of readings: 70 to 180 mg/dL, and below 70. */
  readonly inRange: number
  readonly low: number
  readonly alerts: number
  /** Alerts without an episode; and alerts after which the readings end too soon to tell. */
  readonly wrong: number
  readonly unknown: number
  /** Episodes with a known onset, and those that began in a gap. */
  readonly episodes: number
  readonly unseen: number
  /** Episodes with an alert before their onset, within the first 15 min, and before their end. */
  readonly byOnset: number
  readonly within15: number
  readonly noticed: number
  /** Median minutes from the first alert to the onset of the noticed episodes; negative if after it. */
  readonly lead: number
}

/** `alerts`: ascending times of each patient's decisions with a high score. */
export function evaluate(series: ReadonlyMap<string, Series>, alerts: ReadonlyMap<string, readonly number[]>): Evaluation {
  const all = [...series].map(([patient, one]) => ofPatient(one, withCooldown(alerts.get(patient) ?? [])))
  const sum = (of: (one: OfPatient) => number): number => all.reduce((total, one) => total + of(one), 0)
  const leads = all.flatMap(one => one.leads)
  const readings = sum(one => one.readings)
  return {
    patients: all.length,
    readings,
    patientDays: (readings * GRID) / DAY,
    wear: readings / sum(one => one.expected),
    gaps: [sum(one => one.gaps[0]), sum(one => one.gaps[1]), sum(one => one.gaps[2])],
    inRange: sum(one => one.inRange) / readings,
    low: sum(one => one.low) / readings,
    alerts: sum(one => one.alerts),
    wrong: sum(one => one.wrong),
    unknown: sum(one => one.unknown),
    episodes: sum(one => one.seen),
    unseen: sum(one => one.unseen),
    byOnset: leads.filter(lead => lead >= 0).length,
    within15: leads.filter(lead => lead >= -LASTING).length,
    noticed: leads.length,
    lead: median(leads) / MINUTE,
  }
}

type OfPatient = ReturnType<typeof ofPatient>

function ofPatient(series: Series, alerts: readonly number[]) {
  const { times, values } = series
  const episodes = episodesOf(series)
  const stretches = stretchesOf(series).map(({ from, to }) => ({ from: times[from], to: times[to] }))
  const unmatched = alerts.filter(t => !episodes.some(episode => isAbout(t, episode)))
  const wrong = unmatched.filter(t => stretches.some(({ from, to }) => from <= t && t + AHEAD + LASTING <= to))
  const seen = episodes.filter(episode => episode.seen)
  const intervals = times.slice(1).map((time, i) => time - times[i])
  const count = (low: number, high: number) => intervals.filter(interval => interval > low && interval <= high).length
  return {
    readings: times.length,
    expected: (times[times.length - 1] - times[0]) / GRID + 1,
    // Tolerance of half a minute for inexact clocks.
    gaps: [count(GRID + MINUTE / 2, 45.5 * MINUTE), count(45.5 * MINUTE, DAY), count(DAY, Infinity)] as const,
    inRange: values.filter(value => value >= 70 && value <= 180).length,
    low: values.filter(value => value < 70).length,
    alerts: alerts.length,
    wrong: wrong.length,
    unknown: unmatched.length - wrong.length,
    seen: seen.length,
    unseen: episodes.length - seen.length,
    leads: seen.flatMap(episode => {
      const first = alerts.find(t => isAbout(t, episode))
      return first === undefined ? [] : [episode.onset - first]
    }),
  }
}

const isAbout = (t: number, { onset, end }: Episode): boolean => onset - AHEAD <= t && t <= end

/** Leaves out alerts less than half an hour after one that is kept. */
export function withCooldown(times: readonly number[]): number[] {
  const kept: number[] = []
  for (const t of times) if (kept.length === 0 || t - kept[kept.length - 1] >= COOLDOWN) kept.push(t)
  return kept
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function evaluationText(evaluation: Evaluation): string {
  const number = (value: number) => value.toLocaleString('en')
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  const ofEpisodes = (part: number) => `${number(part)} (${percent(part / evaluation.episodes)})`
  const perDay = (count: number) => (count / evaluation.patientDays).toFixed(2)
  const [short, long, days] = evaluation.gaps
  return [
    `${number(evaluation.readings)} readings of ${evaluation.patients} patients, ${evaluation.patientDays.toFixed(1)} patient-days, worn ${percent(evaluation.wear)} of the time`,
    `gaps       ${number(short)} up to 45 min, ${number(long)} up to a day, ${number(days)} longer`,
    `glucose    ${percent(evaluation.inRange)} in range (70 to 180), ${percent(evaluation.low)} below 70`,
    `alerts     ${number(evaluation.alerts)}, ${perDay(evaluation.alerts)} a patient-day`,
    `wrong      ${number(evaluation.wrong)}, ${perDay(evaluation.wrong)} a patient-day; ${number(evaluation.unknown)} more cannot be judged`,
    `episodes   ${number(evaluation.episodes)}, and ${number(evaluation.unseen)} that began in a gap`,
    `noticed    ${ofEpisodes(evaluation.byOnset)} by the onset, ${ofEpisodes(evaluation.within15)} within 15 min, ${ofEpisodes(evaluation.noticed)} before the end`,
    `lead       ${evaluation.noticed > 0 ? `${evaluation.lead.toFixed(0)} min (median)` : '–'}`,
  ].join('\n')
}

if (import.meta.main) {
  const options = {
    readings: { type: 'string' },
    zone: { type: 'string' },
    decisions: { type: 'string' },
    score: { type: 'string' },
  } as const
  const { readings, zone = 'UTC', decisions, score = '0.8' } = parseArgs({ options }).values
  if (readings === undefined || decisions === undefined) {
    console.error('usage: node evaluate.ts --readings FILE [--zone ZONE] --decisions FILE [--score 0.8]')
    process.exitCode = 2
  } else console.log(evaluationText(evaluate(await readSeries(readings, zone), await readAlerts(decisions, Number(score)))))
}
