/**
 * Value of 28 days of history, and of training each week: the model of `weekly.ts` fitted once on the first half, and fitted each week on
 * the eight weeks before it.
 *
 *     node examples/flights/weekly-table.ts [--write]
 *
 * A flight lands within a day of its departure. Flights of the last day before a week have no label when the model of that week is fitted,
 * so they are left out. Takes minutes. `--write` writes the coefficients of `weekly.ts`.
 */
import { writeFileSync } from 'node:fs'
import { auc, logLoss } from 'spillway/training'
import { flightsFile } from './data.ts'
import { decisions, readLog, type Decisions } from './decisions.ts'
import { coefficientsOf, fitHours, scoresOf } from './fitting.ts'
import { outcomes, type Outcomes } from './outcomes.ts'
import pipeline from './weekly.ts'

const DAY = 86_400_000
const WEEK = 7 * DAY
/** Number of weeks on which the model of a week is fitted. */
const OVER = 8
const LABELS_TAKE = DAY

const lastHour = ['there.delay', 'there.late', 'there.landed', 'here.delay', 'here.late', 'here.landed', 'distance']
const withUsual = [...lastHour, 'usual.delay', 'usual.late', 'route.delay', 'route.late']

/** Index of the first flight at or after a time. */
function firstAt(t: Float64Array, time: number): number {
  let [from, to] = [0, t.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (t[middle] < time) from = middle + 1
    else to = middle
  }
  return from
}

/** Scores of the flights from `half` on, each by the model of its week. */
export function weekly({ t, inputs }: Pick<Decisions, 't' | 'inputs'>, late: Outcomes['late'], half: number): Float64Array {
  const scores = new Float64Array(t.length - half)
  for (let from = half, start = t[half]; from < t.length; start += WEEK) {
    const to = firstAt(t, start + WEEK)
    const known = [start - LABELS_TAKE - OVER * WEEK, start - LABELS_TAKE].map(time => firstAt(t, time))
    const fitted = fitHours(inputs, withUsual, late, known[0], known[1])
    scores.set(scoresOf(fitted, inputs, from, to), from - half)
    from = to
  }
  return scores
}

if (import.meta.main) {
  const all = decisions(await readLog(flightsFile, pipeline), pipeline.ir)
  const { t, inputs } = all
  const { departed, late } = await outcomes()
  if (t.some((time, i) => time !== departed[i])) throw new Error('decisions and outcomes are not in the same order')
  const half = t.length >> 1
  // Before this, the history has less than its 28 days.
  const since = firstAt(t, t[0] + 28 * DAY)
  const judged = late.subarray(half)
  const line = (name: string, scores: Float64Array) =>
    console.log(`| ${name} | ${auc(scores, judged).toFixed(4)} | ${logLoss(scores, judged).toFixed(4)} |`)
  console.log(`${judged.length.toLocaleString('en')} flights\n| | AUC | log loss |\n| --- | --- | --- |`)
  line('the last hour, fitted once', scoresOf(fitHours(inputs, lastHour, late, since, half), inputs, half, t.length))
  const once = fitHours(inputs, withUsual, late, since, half)
  line('and 28 days, fitted once', scoresOf(once, inputs, half, t.length))
  line('and 28 days, fitted each week', weekly(all, late, half))
  if (process.argv.includes('--write'))
    writeFileSync(new URL('weekly.json', import.meta.url), `${JSON.stringify(coefficientsOf(once), undefined, 2)}\n`)
}
