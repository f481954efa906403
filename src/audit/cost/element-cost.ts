/** Cost of one element of a plan in one setting. It is computed once per setting, independent of the rest of the plan. */
import { SpillwayError, DAY_MS } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { ElementSetting } from '../domain/element.ts'
import type { CostLine, Range } from '../domain/audit-report.ts'
import { everyTitle } from '../domain/setting-text.ts'
import { batchCost, type BatchCost, type BatchWork } from './batch-work.ts'
import { perMonth, type Arrivals, type CostInputs } from './cost-inputs.ts'
import { exactRange, perScenario, sumOfRanges, zeroRange } from './range.ts'
import { simulateDemand, type CoreDemand } from './stream-work.ts'
import { formatAmount, formatCount, formatDollars, GB, MONTH_MS } from '../domain/units.ts'

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
  // Trainings are not measured.
  if (id === 'training') return zeroCost
  if (id.startsWith('group/')) return groupCost(id.slice('group/'.length), setting, inputs)
  throw new SpillwayError(
    'SPILL_NOT_FOUND',
    `'${id}' is not an element; the elements are ingestion, group/NAME, inference, action, training`,
  )
}

function ingestionCost(setting: ElementSetting, inputs: CostInputs): ElementCost {
  const { measured, prices } = inputs
  const { logDays, eventsPerRequest, crossings } = prices.sizing
  const sources = [...measured.sources].map(([name, { events, bytesPerEvent, cpuSecondsPerEvent: seconds }]) => {
    return { name, events, bytes: events * bytesPerEvent, seconds, arrivals: arrivalsOf(name, inputs) }
  })
  const gigabytes =
    perMonth(
      inputs,
      sources.reduce((sum, { bytes }) => sum + bytes, 0),
    ) / GB
  const events = perMonth(
    inputs,
    sources.reduce((sum, source) => sum + source.events, 0),
  )
  const storage = perScenario(s => gigabytes * (logDays[s] / (MONTH_MS / DAY_MS)))
  const log = quantityLine('storageGBMonth', 'the log', storage, `GB, events of ${formatAmount(logDays.base)} days,`, inputs)
  if (setting.kind === 'stream') {
    const requests = perScenario(s => events / 1e6 / eventsPerRequest[s])
    const requestsUnit = `million requests of ${formatCount(eventsPerRequest.base, 'event')}`
    const crossed = perScenario(s => gigabytes * crossings[s])
    const crossedUnit = `GB, each event across a zone ${formatCount(crossings.base, 'time')},`
    return {
      streams: true,
      demands: sources.map(({ name, arrivals, seconds }) => simulateDemand({ name: `${name} in`, arrivals, seconds }, inputs)),
      lines: [
        log,
        quantityLine('millionRequests', 'events in', requests, requestsUnit, inputs),
        quantityLine('egressGB', 'events to workers', crossed, crossedUnit, inputs),
      ],
      batchHours: zeroRange,
    }
  }
  const { schedule, lasts } = jobTiming('ingestion', setting)
  const jobs = sources
    .filter(({ seconds }) => seconds > 0)
    .map(({ name, arrivals, seconds }) => {
      const title = `${name} taken in ${jobScheduleText(schedule)}`
      return batchCost({ title, arrivals, seconds, schedule, lasts, reading: 'since the last' }, inputs)
    })
  return batchJobsCost(jobs, [log])
}

function groupCost(name: string, setting: ElementSetting, inputs: CostInputs): ElementCost {
  const group = inputs.measured.groups.get(name)
  if (!group)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `group '${name}' was not measured; the measured groups are ${[...inputs.measured.groups.keys()].join(', ')}`,
    )
  const { volume = 1, prices } = inputs
  const work = { arrivals: arrivalsOf(group.source, inputs), seconds: group.cpuSecondsPerEvent }
  const servedLine = (content: string, measuredBytes: number): CostLine => {
    const { stateCopies } = prices.sizing
    const bytes = measuredBytes * volume
    const size = perScenario(s => (bytes / GB) * stateCopies[s])
    const unit = `GB, ${formatAmount(stateCopies.base)} × ${formatAmount(bytes / 1e6)} MB,`
    return quantityLine('stateGBMonth', `${name}: ${content}`, size, unit, inputs)
  }
  const streamed = (): ElementCost => {
    const demands = [simulateDemand({ name, ...work }, inputs)]
    return { ...zeroCost, streams: true, demands, lines: [servedLine('state', group.stateBytes)] }
  }
  if (setting.kind === 'stream') return streamed()
  // A batch placement computes every window again in each run; `every` continues from the state of the last run.
  const timing = jobTiming(`group '${name}'`, setting)
  const reading = setting.kind === 'every' ? 'since the last' : { reach: group.reach }
  const snapshot = batchCost({ title: `${name} ${jobScheduleText(timing.schedule)}`, ...work, ...timing, reading }, inputs)
  if (setting.kind === 'hybrid') {
    const stream = streamed()
    return { ...stream, lines: [...stream.lines, snapshot.line], batchHours: snapshot.hours }
  }
  const values = servedLine('values', group.valueBytes)
  if (setting.kind !== 'every') return batchJobsCost([snapshot], [values])
  const state = exactRange((group.stateBytes * volume) / GB)
  return batchJobsCost([snapshot], [values, quantityLine('storageGBMonth', `${name}: state between runs`, state, 'GB', inputs)])
}

function inferenceCost(setting: ElementSetting, now: ElementSetting | undefined, inputs: CostInputs): ElementCost {
  const { measured, trace } = inputs
  const work = { arrivals: trace.decisions, seconds: measured.cpuSecondsPerDecision }
  if (setting.kind === 'stream') {
    const requests = exactRange(perMonth(inputs, measured.decisions) / 1e6)
    const line = quantityLine('millionRequests', 'decisions asked for', requests, 'million requests', inputs)
    return {
      ...zeroCost,
      demands: [simulateDemand({ name: 'decisions', ...work }, inputs)],
      lines: measured.decidedBy === 'request' ? [line] : [],
    }
  }
  const timing = jobTiming('inference', setting)
  // A tick decides about every key, so half the ticks make half the decisions. A model that decides on events makes all of them, later.
  const part = setting.kind === 'every' && now?.kind === 'every' ? now.every / setting.every : 1
  const title = `decisions ${jobScheduleText(timing.schedule)}`
  return batchJobsCost([batchCost({ title, ...work, ...timing, reading: 'since the last', part }, inputs)])
}

function actionCost(setting: ElementSetting, inputs: CostInputs): ElementCost {
  if (setting.kind === 'inline') return zeroCost
  const all = perMonth(inputs, inputs.measured.actions)
  const sent = (title: string, count: number, unit: string): ElementCost => ({
    ...zeroCost,
    lines: [quantityLine('millionRequests', title, exactRange(count / 1e6), unit, inputs)],
  })
  if (setting.kind === 'async') return sent('actions', all, 'million, one each')
  if (setting.kind !== 'digest') return throwNotRunnable('the action', setting)
  return sent(`actions gathered ${everyTitle(setting.every)}`, Math.min(all, MONTH_MS / setting.every), 'million')
}

const batchJobsCost = (jobs: readonly BatchCost[], lines: readonly CostLine[] = []): ElementCost => ({
  ...zeroCost,
  lines: [...jobs.map(({ line }) => line), ...lines],
  batchHours: sumOfRanges(jobs.map(({ hours }) => hours)),
})

const arrivalsOf = (source: string, { trace }: CostInputs): Arrivals => trace.sources.get(source) ?? { at: new Float64Array(0) }

/** The schedule and deadline of a setting. Throws `SPILL_INPUT` if the setting is not a job. `subject` names the element in the message. */
function jobTiming(subject: string, setting: ElementSetting): Pick<BatchWork, 'schedule' | 'lasts'> {
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

/** Kind of cost of each price. */
const pricedBy = { storageGBMonth: 'storage', stateGBMonth: 'state', millionRequests: 'requests', egressGB: 'egress' } as const

/**
 * A cost line: quantity times price. Its basis is `measured` if the quantity is equal in all scenarios, so that only the price is assumed.
 */
function quantityLine(priceName: keyof typeof pricedBy, title: string, quantity: Range, unit: string, { prices }: CostInputs): CostLine {
  const price = prices.prices[priceName]
  return {
    of: pricedBy[priceName],
    title,
    range: perScenario(scenario => quantity[scenario] * price[scenario]),
    basis: quantity.low === quantity.high ? 'measured' : 'modelled',
    arithmetic: `${formatAmount(quantity.base)} ${unit} × ${formatDollars(price.base)}`,
  }
}
