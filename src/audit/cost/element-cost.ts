/** Cost of one element of a plan in one setting. It is computed once per setting, independent of the rest of the plan. */
import { SpillwayError } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { ElementSetting } from '../domain/element.ts'
import type { CostLine, Range } from '../domain/audit-report.ts'
import { everyTitle } from '../domain/setting-text.ts'
import { batchCost, costOfRuns, type BatchCost, type BatchWork } from './batch-work.ts'
import { perMonth, type CostInputs } from './cost-inputs.ts'
import type { PriceName } from './prices.ts'
import { exactRange, zeroRange, rangeFrom } from './range.ts'
import { meanPeriod } from './simulate/due-times.ts'
import { simulateDemand, type CoreDemand } from './stream-work.ts'
import type { Arrivals } from './trace.ts'
import { formatAmount, formatCount, DAY_MS, formatDollars, GB, MONTH_MS } from '../domain/units.ts'

/** Contribution of one element to the cost of a plan. */
export interface ElementCost {
  /** True if its events go through the broker, so that somebody is on call for it. */
  readonly streams: boolean
  /** Load on the workers that all streaming elements share. */
  readonly demands: readonly CoreDemand[]
  /** Costs of this element alone. */
  readonly lines: readonly CostLine[]
  /** Core hours a month of its batch runs. */
  readonly batchHours: Range
}

const zeroCost: ElementCost = { streams: false, demands: [], lines: [], batchHours: zeroRange }

/**
 * Cost of element `id` in a setting. `now` is its current setting, if it has one. Throws `SPILL_INPUT` for a setting that states an age
 * instead of how the element runs.
 */
export function elementCost(id: string, setting: ElementSetting, now: ElementSetting | undefined, inputs: CostInputs): ElementCost {
  if (id === 'ingestion') return ingestionCost(setting, inputs)
  if (id === 'inference') return inferenceCost(setting, now, inputs)
  if (id === 'action') return actionCost(setting, inputs)
  if (id === 'training') return trainingCost(setting, inputs)
  if (!id.startsWith('group/'))
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `'${id}' is not an element; the elements are ingestion, group/NAME, inference, action, training`,
    )
  return groupCost(id.slice('group/'.length), setting, inputs)
}

function ingestionCost(setting: ElementSetting, inputs: CostInputs): ElementCost {
  const { measured, prices } = inputs
  const { logDays, eventsPerRequest, crossings } = prices.sizing
  const sources = [...measured.sources].map(([name, source]) => ({ name, ...source, arrivals: arrivalsOf(name, inputs) }))
  const bytes = perMonth(
    inputs,
    sources.reduce((sum, { events, bytesPerEvent }) => sum + events * bytesPerEvent, 0),
  )
  const days = MONTH_MS / DAY_MS
  const storageLine = rangeFrom(s => (bytes / GB) * (logDays[s] / days))
  const log = quantityLine('storage', 'the log', storageLine, 'storageGBMonth', inputs, `GB, events of ${formatAmount(logDays.base)} days,`)
  if (setting.kind === 'stream') {
    const events = perMonth(
      inputs,
      sources.reduce((sum, source) => sum + source.events, 0),
    )
    const requests = rangeFrom(s => events / 1e6 / eventsPerRequest[s])
    const crossed = rangeFrom(s => (bytes / GB) * crossings[s])
    return {
      streams: true,
      demands: sources.map(({ name, arrivals, cpuSecondsPerEvent: seconds }) =>
        simulateDemand({ name: `${name} in`, arrivals, seconds }, inputs),
      ),
      lines: [
        log,
        quantityLine(
          'requests',
          'events in',
          requests,
          'millionRequests',
          inputs,
          `million requests of ${formatCount(eventsPerRequest.base, 'event')}`,
        ),
        quantityLine(
          'egress',
          'events to workers',
          crossed,
          'egressGB',
          inputs,
          `GB, each event across a zone ${formatCount(crossings.base, 'time')},`,
        ),
      ],
      batchHours: zeroRange,
    }
  }
  const { schedule, lasts } = jobTiming('ingestion', setting)
  const works = sources.map(({ name, arrivals, cpuSecondsPerEvent: seconds }): BatchWork => {
    const title = `${name} taken in ${jobScheduleText(schedule)}`
    return { title, arrivals, seconds, schedule, lasts, reading: 'since the last' }
  })
  return batchJobsCost(
    works.filter(({ seconds }) => seconds > 0).map(work => batchCost(work, inputs)),
    [log],
  )
}

function groupCost(name: string, setting: ElementSetting, inputs: CostInputs): ElementCost {
  const group = inputs.measured.groups.get(name)
  if (!group)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `group '${name}' was not measured; the measured groups are ${[...inputs.measured.groups.keys()].join(', ')}`,
    )
  const arrivals = arrivalsOf(group.source, inputs)
  const seconds = group.cpuSecondsPerEvent
  const storageLine = (content: string, bytes: number): CostLine => {
    const { stateCopies } = inputs.prices.sizing
    const size = rangeFrom(s => ((bytes * (inputs.volume ?? 1)) / GB) * stateCopies[s])
    const title = `${name}: ${content}`
    return quantityLine(
      'state',
      title,
      size,
      'stateGBMonth',
      inputs,
      `GB, ${formatAmount(stateCopies.base)} × ${formatAmount(bytes / 1e6)} MB,`,
    )
  }
  const streamCost = (): ElementCost => {
    const demands = [simulateDemand({ name, arrivals, seconds }, inputs)]
    return { ...zeroCost, streams: true, demands, lines: [storageLine('state', group.stateBytes)] }
  }
  if (setting.kind === 'stream') return streamCost()
  if (setting.kind === 'hybrid') {
    const snapshot = snapshotCost(name, setting, arrivals, seconds, group.reach, inputs)
    const stream = streamCost()
    return { ...stream, lines: [...stream.lines, snapshot.line], batchHours: snapshot.hours }
  }
  const snapshot = snapshotCost(name, setting, arrivals, seconds, group.reach, inputs)
  const lines = [snapshot.line, storageLine('values', group.valueBytes)]
  if (setting.kind === 'every') {
    // A run continues from its last state, so the state of the windows is stored between runs.
    const storedState = exactRange((group.stateBytes * (inputs.volume ?? 1)) / GB)
    lines.push(quantityLine('storage', `${name}: state between runs`, storedState, 'storageGBMonth', inputs, 'GB'))
  }
  return { ...zeroCost, lines, batchHours: snapshot.hours }
}

/** A batch placement computes every window again in each run. `every` continues from the state of the last run. */
function snapshotCost(
  name: string,
  setting: ElementSetting,
  arrivals: Arrivals,
  seconds: number,
  reach: number,
  inputs: CostInputs,
): BatchCost {
  const { schedule, lasts } = jobTiming(`group '${name}'`, setting)
  const reading = setting.kind === 'every' ? 'since the last' : { reach }
  return batchCost({ title: `${name} ${jobScheduleText(schedule)}`, arrivals, seconds, schedule, lasts, reading }, inputs)
}

function inferenceCost(setting: ElementSetting, now: ElementSetting | undefined, inputs: CostInputs): ElementCost {
  const { measured, trace } = inputs
  const { decisions: arrivals } = trace
  const seconds = measured.cpuSecondsPerDecision
  if (setting.kind === 'stream') {
    const requests = exactRange(perMonth(inputs, measured.decisions) / 1e6)
    const line = quantityLine('requests', 'decisions asked for', requests, 'millionRequests', inputs, 'million requests')
    return {
      ...zeroCost,
      demands: [simulateDemand({ name: 'decisions', arrivals, seconds }, inputs)],
      lines: measured.decidedBy === 'request' ? [line] : [],
    }
  }
  const { schedule, lasts } = jobTiming('inference', setting)
  // A tick decides about every key, so half the ticks make half the decisions. A model that decides on events makes all of them, later.
  const part = setting.kind === 'every' && now?.kind === 'every' ? now.every / setting.every : 1
  const title = `decisions ${jobScheduleText(schedule)}`
  return batchJobsCost([batchCost({ title, arrivals, seconds, schedule, lasts, reading: 'since the last', part }, inputs)], [])
}

function actionCost(setting: ElementSetting, inputs: CostInputs): ElementCost {
  const { measured } = inputs
  if (setting.kind === 'inline') return zeroCost
  const all = perMonth(inputs, measured.actions)
  if (setting.kind === 'async')
    return {
      ...zeroCost,
      lines: [quantityLine('requests', 'actions', exactRange(all / 1e6), 'millionRequests', inputs, 'million, one each')],
    }
  if (setting.kind !== 'digest') return throwNotRunnable('the action', setting)
  const digests = Math.min(all, MONTH_MS / setting.every)
  const title = `actions gathered ${everyTitle(setting.every)}`
  return { ...zeroCost, lines: [quantityLine('requests', title, exactRange(digests / 1e6), 'millionRequests', inputs, 'million')] }
}

function trainingCost(setting: ElementSetting, inputs: CostInputs): ElementCost {
  const { cpuSecondsATraining: seconds } = inputs.measured
  if (seconds === undefined) return zeroCost
  const { schedule, lasts } = jobTiming('training', setting)
  const period = meanPeriod(schedule, inputs.trace.from)
  const title = `training ${jobScheduleText(schedule)}`
  const run = { title, seconds, lasts, due: Float64Array.of(inputs.trace.until), events: Float64Array.of(1), period }
  return batchJobsCost([costOfRuns(run, inputs)], [])
}

function batchJobsCost(jobs: readonly BatchCost[], lines: readonly CostLine[]): ElementCost {
  return {
    ...zeroCost,
    lines: [...jobs.map(({ line }) => line), ...lines],
    batchHours: rangeFrom(s => jobs.reduce((sum, { hours }) => sum + hours[s], 0)),
  }
}

const arrivalsOf = (source: string, { trace }: CostInputs): Arrivals => trace.sources.get(source) ?? { at: new Float64Array(0) }

/** Schedule of a job and the deadline of each run, ms; the period if undefined. */
interface JobTiming {
  readonly schedule: ScheduleIR
  readonly lasts: number | undefined
}

/** The schedule and deadline of a setting. Throws `SPILL_INPUT` if the setting is not a job. `subject` names the element in the message. */
function jobTiming(subject: string, setting: ElementSetting): JobTiming {
  if (setting.kind === 'every') return { schedule: { kind: 'interval', every: setting.every, phase: 0 }, lasts: undefined }
  if (setting.kind === 'batch') return { schedule: setting.schedule, lasts: setting.lasts }
  if (setting.kind === 'hybrid') return { schedule: setting.schedule, lasts: undefined }
  return throwNotRunnable(subject, setting)
}

/** Throws `SPILL_INPUT` for a setting in which an element cannot run. */
function throwNotRunnable(subject: string, { kind }: ElementSetting): never {
  const isAge = kind === 'older' || kind === 'faster' || kind === 'trace'
  throw new SpillwayError(
    'SPILL_INPUT',
    isAge
      ? `${subject} is '${kind}', which is an age and not a way to run it, so it has no cost; give stream, hybrid, every or batch`
      : `${subject} cannot be run as '${kind}'`,
  )
}

/** Schedule in words: `every day`, `at 0 2 * * *`. */
const jobScheduleText = (schedule: ScheduleIR): string =>
  schedule.kind === 'interval' ? everyTitle(schedule.every) : `at ${schedule.cron}${schedule.zone === 'UTC' ? '' : ` ${schedule.zone}`}`

/**
 * A cost line: quantity times price. Its basis is `measured` if the quantity is equal in all scenarios, so that only the price is assumed.
 */
function quantityLine(of: string, title: string, quantity: Range, priceName: PriceName, { prices }: CostInputs, unit: string): CostLine {
  const price = prices.prices[priceName]
  return {
    of,
    title,
    range: rangeFrom(scenario => quantity[scenario] * price[scenario]),
    basis: quantity.low === quantity.high ? 'measured' : 'modelled',
    arithmetic: `${formatAmount(quantity.base)} ${unit} × ${formatDollars(price.base)}`,
  }
}
