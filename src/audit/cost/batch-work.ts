/** Cost of batch runs: simulated over the history, then priced. */
import { spanTitle, HOUR_MS } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { CostLine, Range } from '../domain/audit-report.ts'
import type { Arrivals, CostInputs } from './cost-inputs.ts'
import { perScenario, type PriceScenario } from './range.ts'
import { dueTimes, meanPeriod, simulateBatchRuns, eventsOfRuns, type RunReading, type SimulatedRuns } from './simulate/runs.ts'
import { serviceTime } from './stream-work.ts'
import { formatAmount, formatDollars, MONTH_HOURS, MONTH_MS } from '../domain/units.ts'

/** Work that runs do for arrivals, at the times of a schedule. */
export interface BatchWork {
  readonly title: string
  readonly arrivals: Arrivals
  /** Core seconds per arrival, as measured. */
  readonly seconds: number
  readonly schedule: ScheduleIR
  /** Deadline of a run, ms; at most the period, which is also the default. */
  readonly lasts: number | undefined
  readonly reading: RunReading
  /** Share of the arrivals that exist under this schedule; 1 by default. */
  readonly part?: number
}

/** Cost of the runs of one job. */
export interface BatchCost {
  readonly line: CostLine
  /** Core hours a month held by runs, including their start. */
  readonly hours: Range
}

/** Runs with the number of events that each reads. */
interface DueRuns {
  readonly due: Float64Array
  readonly events: Float64Array
  /** Mean time between two runs, ms. */
  readonly period: number
}

/** Simulates the runs of a schedule over the history and scales them to a month. Throws as `meanPeriod` and `dueTimes` do. */
export function batchCost(work: BatchWork, inputs: CostInputs): BatchCost {
  const { trace } = inputs
  const { title, arrivals, schedule, reading, part = 1 } = work
  const period = meanPeriod(schedule, trace.from)
  const within = dueTimes(schedule, trace, period)
  // A history shorter than the period has one run, at its end.
  const due = within.length > 0 ? within : Float64Array.of(trace.until)
  const eventsRead = eventsOfRuns(arrivals.at, due, reading, trace, period)
  const events = part === 1 ? eventsRead : eventsRead.map(count => count * part)
  const priced = perScenario(scenario => pricedIn(scenario, work, { due, events, period }, inputs))
  const perPeriod = (arrivals.at.length * part * period) / (trace.until - trace.from)
  const readsPerEvent = events.reduce((sum, count) => sum + count, 0) / due.length / perPeriod
  const arithmetic = `${runArithmetic(priced.base, period, inputs)}${rereadText(reading, readsPerEvent)}`
  return {
    hours: perScenario(scenario => priced[scenario].hours),
    line: { of: 'slots', title, range: perScenario(scenario => priced[scenario].dollars), basis: 'modelled', arithmetic },
  }
}

/** The runs priced in one scenario. */
interface PricedRuns {
  readonly runs: SimulatedRuns
  /** Core hours a month. */
  readonly hours: number
  readonly dollars: number
  /** True if workers stay up, because starting them for each run costs more. */
  readonly isKept: boolean
}

function pricedIn(
  scenario: PriceScenario,
  { seconds, lasts }: BatchWork,
  { due, events, period }: DueRuns,
  inputs: CostInputs,
): PricedRuns {
  const { prices, sizing } = inputs.prices
  const runs = simulateBatchRuns({
    due,
    events,
    service: serviceTime(scenario, seconds, inputs),
    start: sizing.startSeconds[scenario] * 1000,
    lasts: Math.min(lasts || period, period),
    smallest: sizing.smallestCores[scenario],
  })
  const startedHours = ((runs.coreMs / due.length) * (MONTH_MS / period) * (1 + sizing.redone[scenario])) / HOUR_MS
  const stayingHours = runs.coresIfStaying * MONTH_HOURS
  const [startedDollars, stayingDollars] = [startedHours * prices.coreHourSpot[scenario], stayingHours * prices.coreHour[scenario]]
  // `startedDollars` is infinite if starting takes as long as a run may take.
  return startedDollars <= stayingDollars
    ? { runs, hours: startedHours, dollars: startedDollars, isKept: false }
    : { runs, hours: stayingHours, dollars: stayingDollars, isKept: true }
}

function runArithmetic({ runs, hours, isKept }: PricedRuns, period: number, { prices: { prices, sizing } }: CostInputs): string {
  if (isKept)
    return `${formatAmount(runs.coresIfStaying)} cores × ${MONTH_HOURS} h × ${formatDollars(prices.coreHour.base)}: workers stay, as starting them for each run costs more`
  const month = `${formatAmount(MONTH_MS / period)} runs a month`
  const run = `(${formatAmount(runs.cores)} cores × ${spanTitle(sizing.startSeconds.base * 1000)} to start + ${spanTitle(runs.work / runs.lags.count)} of work)`
  const late = runs.late > 0 ? `; ${runs.late} of ${runs.lags.count} began late` : ''
  const ended = `; p99 ended ${spanTitle(runs.lags.quantile(0.99))} after it was due`
  return `${month} × ${run} × ${1 + sizing.redone.base} = ${formatAmount(hours)} core h × ${formatDollars(prices.coreHourSpot.base)} (spot)${ended}${late}`
}

/** Reads per event, where a run reads a window again. */
const rereadText = (reading: RunReading, readsPerEvent: number): string =>
  reading === 'since the last' || !Number.isFinite(readsPerEvent)
    ? ''
    : `; each run reads ${reading.reach === Infinity ? 'all there is' : `${spanTitle(reading.reach)} of events`}, so an event is read ${formatAmount(readsPerEvent)} times`
