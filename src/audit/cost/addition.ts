/** What one element adds to a plan, by how it is run: computed once for each setting, whatever the rest of the plan. */
import { SpillwayError } from '../../base/errors.ts'
import type { Setting } from '../domain/element.ts'
import type { CostLine, Range } from '../domain/audit-report.ts'
import { everyTitle } from '../domain/setting-text.ts'
import { batchCost, priceRuns, type BatchCost, type BatchWork } from './batch-work.ts'
import { aMonth, type CostInputs } from './given.ts'
import { everyText, jobOf, notRun } from './job.ts'
import { quantityLine } from './quantity-line.ts'
import { exactly, nothing, rangeOf } from './range.ts'
import { periodOf } from './simulate/due-times.ts'
import { demandOf, type Demand } from './stream-work.ts'
import type { Arrivals } from './trace.ts'
import { amount, countText, DAY_MS, GB, MONTH_MS } from '../domain/units.ts'

export interface Addition {
  /** Its events come by a broker, and somebody is on call for it. */
  readonly streams: boolean
  /** Of workers that all streaming elements share. */
  readonly demands: readonly Demand[]
  /** What it costs by itself. */
  readonly lines: readonly CostLine[]
  /** Core hours a month of its batch runs. */
  readonly batchHours: Range
}

const none: Addition = { streams: false, demands: [], lines: [], batchHours: nothing }

/** `now` is how the element runs today, if it does. Throws `SPILL_INPUT` for a setting that says how old something is, and not how it is run. */
export function additionOf(id: string, setting: Setting, now: Setting | undefined, given: CostInputs): Addition {
  if (id === 'ingestion') return ofIngestion(setting, given)
  if (id === 'inference') return ofInference(setting, now, given)
  if (id === 'action') return ofAction(setting, given)
  if (id === 'training') return ofTraining(setting, given)
  if (!id.startsWith('group/'))
    throw new SpillwayError('SPILL_INPUT', `'${id}' is no element; there is ingestion, group/NAME, inference, action, training`)
  return ofGroup(id.slice('group/'.length), setting, given)
}

function ofIngestion(setting: Setting, given: CostInputs): Addition {
  const { measured, prices } = given
  const { logDays, eventsARequest, crossings } = prices.sizing
  const sources = [...measured.sources].map(([name, source]) => ({ name, ...source, arrivals: arrivalsOf(name, given) }))
  const bytes = aMonth(
    given,
    sources.reduce((sum, { events, bytesAnEvent }) => sum + events * bytesAnEvent, 0),
  )
  const days = MONTH_MS / DAY_MS
  const stored = rangeOf(s => (bytes / GB) * (logDays[s] / days))
  const log = quantityLine('storage', 'the log', stored, 'storageGBMonth', given, `GB, events of ${amount(logDays.base)} days,`)
  if (setting.kind === 'stream') {
    const events = aMonth(
      given,
      sources.reduce((sum, source) => sum + source.events, 0),
    )
    const requests = rangeOf(s => events / 1e6 / eventsARequest[s])
    const crossed = rangeOf(s => (bytes / GB) * crossings[s])
    return {
      streams: true,
      demands: sources.map(({ name, arrivals, cpuSecondsAnEvent: seconds }) => demandOf({ name: `${name} in`, arrivals, seconds }, given)),
      lines: [
        log,
        quantityLine(
          'requests',
          'events in',
          requests,
          'millionRequests',
          given,
          `million requests of ${countText(eventsARequest.base, 'event')}`,
        ),
        quantityLine(
          'egress',
          'events to workers',
          crossed,
          'egressGB',
          given,
          `GB, each event across a zone ${countText(crossings.base, 'time')},`,
        ),
      ],
      batchHours: nothing,
    }
  }
  const { schedule, lasts } = jobOf('ingestion', setting)
  const works = sources.map(({ name, arrivals, cpuSecondsAnEvent: seconds }): BatchWork => {
    const title = `${name} taken in ${everyText(schedule)}`
    return { title, arrivals, seconds, schedule, lasts, reading: 'since the last' }
  })
  return ofJobs(
    works.filter(({ seconds }) => seconds > 0).map(work => batchCost(work, given)),
    [log],
  )
}

function ofGroup(name: string, setting: Setting, given: CostInputs): Addition {
  const group = given.measured.groups.get(name)
  if (!group)
    throw new SpillwayError(
      'SPILL_INPUT',
      `nothing was measured of group '${name}'; measured are ${[...given.measured.groups.keys()].join(', ')}`,
    )
  const arrivals = arrivalsOf(group.source, given)
  const seconds = group.cpuSecondsAnEvent
  const stored = (what: string, bytes: number): CostLine => {
    const { stateCopies } = given.prices.sizing
    const size = rangeOf(s => ((bytes * (given.volume ?? 1)) / GB) * stateCopies[s])
    const title = `${name}: ${what}`
    return quantityLine('state', title, size, 'stateGBMonth', given, `GB, ${amount(stateCopies.base)} × ${amount(bytes / 1e6)} MB,`)
  }
  const streamed = (): Addition => {
    const demands = [demandOf({ name, arrivals, seconds }, given)]
    return { ...none, streams: true, demands, lines: [stored('state', group.stateBytes)] }
  }
  if (setting.kind === 'stream') return streamed()
  if (setting.kind === 'hybrid') {
    const body = bodyOf(name, setting, arrivals, seconds, group.reach, given)
    const head = streamed()
    return { ...head, lines: [...head.lines, body.line], batchHours: body.hours }
  }
  const body = bodyOf(name, setting, arrivals, seconds, group.reach, given)
  const lines = [body.line, stored('values', group.valueBytes)]
  if (setting.kind === 'every') {
    // It goes on from where it was, so that it keeps what windows are computed from.
    const kept = exactly((group.stateBytes * (given.volume ?? 1)) / GB)
    lines.push(quantityLine('storage', `${name}: state between runs`, kept, 'storageGBMonth', given, 'GB'))
  }
  return { ...none, lines, batchHours: body.hours }
}

/** A window is computed anew in each run; what is taken in pieces, `every`, goes on from where it was. */
function bodyOf(name: string, setting: Setting, arrivals: Arrivals, seconds: number, reach: number, given: CostInputs): BatchCost {
  const { schedule, lasts } = jobOf(`group '${name}'`, setting)
  const reading = setting.kind === 'every' ? 'since the last' : { reach }
  return batchCost({ title: `${name} ${everyText(schedule)}`, arrivals, seconds, schedule, lasts, reading }, given)
}

function ofInference(setting: Setting, now: Setting | undefined, given: CostInputs): Addition {
  const { measured, trace } = given
  const { decisions: arrivals } = trace
  const seconds = measured.cpuSecondsADecision
  if (setting.kind === 'stream') {
    const asked = exactly(aMonth(given, measured.decisions) / 1e6)
    const line = quantityLine('requests', 'decisions asked for', asked, 'millionRequests', given, 'million requests')
    return {
      ...none,
      demands: [demandOf({ name: 'decisions', arrivals, seconds }, given)],
      lines: measured.decidedBy === 'request' ? [line] : [],
    }
  }
  const { schedule, lasts } = jobOf('inference', setting)
  // A tick decides about every key, so half as many ticks make half as many decisions; what decides on events has them all, later.
  const part = setting.kind === 'every' && now?.kind === 'every' ? now.every / setting.every : 1
  const title = `decisions ${everyText(schedule)}`
  return ofJobs([batchCost({ title, arrivals, seconds, schedule, lasts, reading: 'since the last', part }, given)], [])
}

function ofAction(setting: Setting, given: CostInputs): Addition {
  const { measured } = given
  if (setting.kind === 'inline') return none
  const all = aMonth(given, measured.actions)
  if (setting.kind === 'async')
    return { ...none, lines: [quantityLine('requests', 'actions', exactly(all / 1e6), 'millionRequests', given, 'million, one each')] }
  if (setting.kind !== 'digest') return notRun('the action', setting)
  const digests = Math.min(all, MONTH_MS / setting.every)
  const title = `actions gathered ${everyTitle(setting.every)}`
  return { ...none, lines: [quantityLine('requests', title, exactly(digests / 1e6), 'millionRequests', given, 'million')] }
}

function ofTraining(setting: Setting, given: CostInputs): Addition {
  const { cpuSecondsATraining: seconds } = given.measured
  if (seconds === undefined) return none
  const { schedule, lasts } = jobOf('training', setting)
  const period = periodOf(schedule, given.trace.from)
  const title = `training ${everyText(schedule)}`
  const once = { title, seconds, lasts, due: Float64Array.of(given.trace.until), events: Float64Array.of(1), period }
  return ofJobs([priceRuns(once, given)], [])
}

function ofJobs(jobs: readonly BatchCost[], lines: readonly CostLine[]): Addition {
  return {
    ...none,
    lines: [...jobs.map(({ line }) => line), ...lines],
    batchHours: rangeOf(s => jobs.reduce((sum, { hours }) => sum + hours[s], 0)),
  }
}

const arrivalsOf = (source: string, { trace }: CostInputs): Arrivals => trace.sources.get(source) ?? { at: new Float64Array(0) }
