/**
 * The case study before and after: a clinic whose whole pipeline runs at night, the same with minute-fresh parts streamed
 * (`case-study.ts`), and all of it streamed. Compares when a low is noticed, and the cost of the machines.
 *
 *     node audit-case-study.ts --patients 200000
 *
 * A sample of the patients is simulated and its work is measured; events, decisions and state are scaled to all patients. Exits with code 1
 * unless selective streaming costs less than streaming everything and notices earlier than the nightly job. Research software, not a
 * medical device.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  CostModel,
  examplePrices,
  Experiment,
  measure,
  presetPeople,
  processSeconds,
  arrivalTraceOf,
  type MeasuredWork,
} from 'spillway/audit'
import { load, type ReplayLog } from 'spillway/replay'
import { command } from '../command.ts'
import { alertsOf, endOfNight, lowsOf, noticeOf, noticesOf } from './audit-notice.ts'
import { studyCosts } from './audit-study-costs.ts'
import { faultsOf, studyText, type Found, type Notices } from './audit-study-text.ts'
import clinic from './case-study.ts'
import { BEGINS, inMinutes, LASTS, plans } from './audit-plans.ts'
import { requestOf as diaryRequest, write as writeDiary } from './diary.ts'
import { withCooldown } from './evaluate.ts'
import { requestOf as clinicRequest, write as writeClinic } from './generate.ts'
import { readSeries } from './records.ts'

export const usage = `usage: node audit-case-study.ts [options]

  --patients N   whose costs are told: 200000 unless given
  --sample N     of them simulated: 200 unless given, or all if there are fewer
  --days N       15 unless given: as long as the longest window, and a day
  --seed N       1 unless given`

export interface Request {
  readonly patients: number
  readonly sample: number
  readonly days: number
  readonly seed: number
}

/** Throws `RangeError` that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const names = ['patients', 'sample', 'days', 'seed']
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(names.map(name => [name, { type: 'string' as const }])) })
  const number = (name: string, usual: number, max: number): number => {
    const value = values[name] === undefined ? usual : Number(values[name] === '' ? NaN : values[name])
    if (!Number.isInteger(value) || value < 1 || value > max)
      throw new RangeError(`--${name} ${values[name]} is no whole number from 1 to ${max}`)
    return value
  }
  const patients = number('patients', 200_000, 100_000_000)
  return {
    patients,
    sample: Math.min(patients, number('sample', 200, 20_000)),
    days: number('days', 15, 80),
    seed: number('seed', 1, 2 ** 32 - 1),
  }
}

/** The score from which `hypo` pages. */
const HIGH = 0.8

async function study(request: Request): Promise<number> {
  const { patients, sample } = request
  const folder = mkdtempSync(join(tmpdir(), 'spillway-study-'))
  try {
    const readings = await written(request, folder)
    const before = processSeconds()
    const files = [readings, join(folder, 'activity.ndjson'), join(folder, 'symptoms.ndjson')]
    const sources = ['readings', 'activity', 'symptoms']
    const log = await load(
      clinic,
      sources.map((source, i) => ({ source, path: files[i] })),
      { onRejected: () => {} },
    )
    const read = processSeconds() - before
    const notices = await noticed(log, readings)
    const measured = measuredOf(log, read, notices.pages)
    const decisions = notices.t
    const inputs = {
      measured,
      trace: arrivalTraceOf(log, decisions),
      prices: examplePrices,
      people: presetPeople,
      volume: patients / sample,
    }
    // The plans set all elements, so any of them can stand for the current state.
    const costs = new CostModel(inputs, plans.selective)
    const found: Found = {
      request,
      notices,
      measured,
      costs: studyCosts(costs, plans),
      plans: Object.entries(plans).map(([name, plan]) => ({ name, cost: costs.costOf(plan) })),
    }
    console.log(studyText(found))
    const faults = faultsOf(found)
    for (const fault of faults) console.error(fault)
    return faults.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes the clinic's files; returns the path of its readings. */
async function written({ sample, days, seed }: Request, folder: string): Promise<string> {
  const readings = join(folder, 'readings.ndjson')
  const size = ['--patients', String(sample), '--days', String(days), '--seed', String(seed)]
  await writeClinic(clinicRequest([...size, '--out', readings]))
  await writeDiary(diaryRequest([...size, '--out', folder]))
  return readings
}

const modelOf = (name: string) => clinic.ir.models.find(model => model.name === name)!

/** Notices of the same lows by the same rule: scored every five minutes, and scored at night for all times of the day before. */
async function noticed(log: ReplayLog, readings: string): Promise<Notices> {
  const experiment = new Experiment(clinic, modelOf('hypo'), log)
  const { t } = experiment.cases
  const names = experiment.cases.column('patient')
  const patientOf = (row: number) => log.strings.textOf(names[row])
  const lows = lowsOf(await readSeries(readings, 'UTC'))
  const alertsUnder = async (plan: typeof inMinutes) =>
    alertsOf(t, patientOf, await experiment.decisionsUnder(plan, 'withoutRetraining'), HIGH)
  const byDay = await alertsUnder(new Map())
  const night = noticesOf(lows, byDay, alert => endOfNight(alert.acted, BEGINS, LASTS))
  const minutes = noticesOf(lows, await alertsUnder(inMinutes))
  return {
    lows: lows.length,
    nightly: noticeOf(lows, night),
    selective: noticeOf(lows, minutes),
    pages: [...byDay.values()].reduce((sum, alerts) => sum + withCooldown(alerts.map(alert => alert.t)).length, 0),
    t,
  }
}

/**
 * Work of `hypo`, and of the groups that `risk` reads. The few decisions of `risk`, one a patient and day, are made at night in every plan
 * and left out.
 */
function measuredOf(log: ReplayLog, read: number, actions: number): MeasuredWork {
  const intakeSeconds = new Map([...log.histories].map(([name, { block }]) => [name, (read * block.length) / log.length]))
  const fast = measure(clinic, modelOf('hypo'), log, { intakeSeconds, actions })
  const slow = measure(clinic, modelOf('risk'), log, { intakeSeconds })
  return { ...fast, groups: new Map([...fast.groups, ...slow.groups]) }
}

if (import.meta.main) await command(usage, requestOf, study)
