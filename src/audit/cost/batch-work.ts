import { spanTitle } from '../../base/span.ts'
import type { ScheduleIR } from '../../define/ir/ir.ts'
import type { CostLine, Range } from '../domain/audit-report.ts'
import type { CostInputs } from './given.ts'
import { rangeOf, type Scenario } from './range.ts'
import { dueIn, periodOf } from './simulate/due-times.ts'
import { batchRuns, eventsOfRuns, type Reading, type Runs } from './simulate/runs.ts'
import { serviceOf } from './stream-work.ts'
import type { Arrivals } from './trace.ts'
import { amount, dollars, HOUR_MS, MONTH_HOURS, MONTH_MS } from '../domain/units.ts'

/** Something that is done for arrivals at the times of a schedule. */
export interface BatchWork {
  readonly title: string
  readonly arrivals: Arrivals
  /** Core seconds each, as measured. */
  readonly seconds: number
  readonly schedule: ScheduleIR
  /** Within which a run ends, ms; within its period where it says nothing, or more. */
  readonly lasts: number | undefined
  readonly reading: Reading
  /** The part of the arrivals that there are under this schedule. */
  readonly part?: number
}

export interface BatchCost {
  readonly line: CostLine
  /** Core hours a month that runs hold, starting included. */
  readonly hours: Range
}

/** Runs as they are due, and what each has to read. */
export interface DueRuns extends Pick<BatchWork, 'title' | 'seconds' | 'lasts'> {
  readonly due: Float64Array
  readonly events: Float64Array
  /** Mean time between two, ms. */
  readonly period: number
}

/** The runs of a schedule, simulated over the history and brought to a month. Throws as `periodOf` and `dueIn` do. */
export function batchCost(work: BatchWork, given: CostInputs): BatchCost {
  const { trace } = given
  const { title, seconds, lasts, arrivals, schedule, reading, part = 1 } = work
  const period = periodOf(schedule, trace.from)
  const within = dueIn(schedule, trace, period)
  // A history shorter than the period has one run, at its end.
  const due = within.length > 0 ? within : Float64Array.of(trace.until)
  const read = eventsOfRuns(arrivals.at, due, reading, trace, period)
  const events = part === 1 ? read : read.map(count => count * part)
  const cost = priceRuns({ title, seconds, lasts, due, events, period }, given)
  const perPeriod = (arrivals.at.length * part * period) / (trace.until - trace.from)
  const times = events.reduce((sum, count) => sum + count, 0) / due.length / perPeriod
  return { ...cost, line: { ...cost.line, arithmetic: `${cost.line.arithmetic}${againText(reading, times)}` } }
}

/** What runs cost that are known. */
export function priceRuns(work: DueRuns, given: CostInputs): BatchCost {
  const low = pricedIn('low', work, given)
  const base = pricedIn('base', work, given)
  const all = { low, base, high: pricedIn('high', work, given) }
  const range = rangeOf(scenario => all[scenario].dollars)
  return {
    hours: rangeOf(scenario => all[scenario].hours),
    line: { of: 'slots', title: work.title, range, basis: 'modelled', arithmetic: arithmetic(base, work.period, given) },
  }
}

/** One scenario. */
interface Priced {
  readonly runs: Runs
  /** Core hours a month. */
  readonly hours: number
  readonly dollars: number
  /** Workers stay, since that is cheaper than to start them for each run. */
  readonly kept: boolean
}

function pricedIn(scenario: Scenario, { due, events, seconds, lasts, period }: DueRuns, given: CostInputs): Priced {
  const { prices, sizing } = given.prices
  const runs = batchRuns({
    due,
    events,
    service: serviceOf(scenario, seconds, given),
    start: sizing.startSeconds[scenario] * 1000,
    lasts: Math.min(lasts || period, period),
    smallest: sizing.smallestCores[scenario],
  })
  const started = ((runs.held / due.length) * (MONTH_MS / period) * (1 + sizing.redone[scenario])) / HOUR_MS
  const stayed = runs.coresKept * MONTH_HOURS
  const [ofStarted, ofStayed] = [started * prices.coreHourSpot[scenario], stayed * prices.coreHour[scenario]]
  // Not finite: starting takes as long as a run may.
  return ofStarted <= ofStayed
    ? { runs, hours: started, dollars: ofStarted, kept: false }
    : { runs, hours: stayed, dollars: ofStayed, kept: true }
}

function arithmetic({ runs, hours, kept }: Priced, period: number, { prices: { prices, sizing } }: CostInputs): string {
  if (kept)
    return `${amount(runs.coresKept)} cores × ${MONTH_HOURS} h × ${dollars(prices.coreHour.base)}: workers stay, as starting them for each run costs more`
  const month = `${amount(MONTH_MS / period)} runs a month`
  const run = `(${amount(runs.cores)} cores × ${spanTitle(sizing.startSeconds.base * 1000)} to start + ${spanTitle(runs.work / runs.lags.count)} of work)`
  const late = runs.late > 0 ? `; ${runs.late} of ${runs.lags.count} began late` : ''
  const ended = `; p99 ended ${spanTitle(runs.lags.quantile(0.99))} after it was due`
  return `${month} × ${run} × ${1 + sizing.redone.base} = ${amount(hours)} core h × ${dollars(prices.coreHourSpot.base)} (spot)${ended}${late}`
}

/** How often an event is read, where that is not once. */
const againText = (reading: Reading, times: number): string =>
  reading === 'since the last' || !Number.isFinite(times)
    ? ''
    : `; each run reads ${reading.reach === Infinity ? 'all there is' : `${spanTitle(reading.reach)} of events`}, so an event is read ${amount(times)} times`
