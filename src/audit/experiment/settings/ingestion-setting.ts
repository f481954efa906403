/**
 * Applies a setting of ingestion: the time at which recorded events become visible.
 *
 * - `older`: all events arrive later. A decision on an event is as much later, with the same visible events; a tick or a request sees fewer
 *   events.
 * - `every`, `batch`: events arrive with the next micro-batch, or as the next job run ends. Events of one batch keep their order.
 * - `faster`: each event's delay from its time to its arrival shrinks to a fraction. Events then overtake one another, so the log is
 *   reordered.
 */
import { scheduledTimes } from '../../../kernel/index.ts'
import { onTimes, type ReplayLog } from '../../../replay/index.ts'
import type { ScheduleIR } from '../../../define/ir/index.ts'
import { keyOrder } from '../../../decision/index.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { roundUpTimes, shiftTimes, visibleBy, type DecidingModel, type Timeline } from '../timeline/timeline.ts'
import { withFasterIngestion } from './faster-ingestion.ts'
import { rejectSetting, checkedSpan, throwUnsupported } from './setting-checks.ts'

export function applyIngestion(setting: ElementSetting, decides: DecidingModel, base: Timeline): Timeline {
  switch (setting.kind) {
    case 'now':
    case 'stream':
      return base
    case 'older': {
      const by = checkedSpan('the delay of events', setting.by, { zero: true })
      return delayed(decides, base, arrivals => shiftTimes(arrivals, by))
    }
    case 'every': {
      const every = checkedSpan('the period of micro-batches', setting.every)
      return delayed(decides, base, arrivals => roundUpTimes(arrivals, every))
    }
    case 'batch': {
      const { schedule, lasts } = setting
      return delayed(decides, base, arrivals => endsOfRuns(schedule, lasts, arrivals))
    }
    case 'faster':
      return faster(setting.part, decides, base)
    default:
      return rejectSetting('ingestion', setting, "write 'older', 'every', 'batch' or 'faster'")
  }
}

/** A map of ascending arrival times to ascending arrival times. */
type Delaying = (arrivals: Float64Array) => Float64Array

function delayed(decides: DecidingModel, base: Timeline, delaying: Delaying): Timeline {
  const { rows } = base
  const { points } = rows
  let delayedCopy: ReplayLog | undefined
  const timeline = {
    get log() {
      return (delayedCopy ??= delayedLog(base.log, delaying))
    },
  }
  // The base timeline omits no decision, so the delayed one omits none.
  if (decides.model.decide.kind === 'on')
    return Object.assign(timeline, { rows: { ...rows, points: { ...points, t: delaying(points.t) } } })
  const visible = { ...points, prefixes: visibleBy(points.t, points, timeline.log) }
  return withActiveKeys(decides, { log: timeline.log, rows: { ...rows, points: visible } })
}

function delayedLog(log: ReplayLog, delaying: Delaying): ReplayLog {
  const histories = [...log.histories].map(([name, history]) => {
    const { block } = history
    return [name, { ...history, block: { ...block, arrival: delaying(block.arrival) } }] as const
  })
  return { ...log, histories: new Map(histories) }
}

/** The end of the run that takes each arrival: the first scheduled run at or after it. */
function endsOfRuns(schedule: ScheduleIR, lasts: number, arrivals: Float64Array): Float64Array {
  const ends = new Float64Array(arrivals.length)
  let run = -Infinity
  for (let i = 0; i < ends.length; i++) {
    // Only the next scheduled time is computed: between two arrivals there may be any number.
    if (run < arrivals[i]) run = scheduledTimes(schedule, arrivals[i], Infinity).next().value ?? noRun(schedule, arrivals[i])
    ends[i] = run + lasts
  }
  return ends
}

const noRun = (schedule: ScheduleIR, arrival: number): never =>
  throwUnsupported(`the ingestion schedule ${JSON.stringify(schedule)} has no time at ${arrival} or later`)

function faster(part: number, decides: DecidingModel, base: Timeline): Timeline {
  if (!(part >= 0 && part <= 1)) throwUnsupported(`the part of the ingestion delay must be from 0 to 1; got ${part}`)
  const delays = [...base.log.histories.values()].some(({ block: { time, arrival } }) => arrival.some((at, row) => at !== time[row]))
  if (!delays)
    throwUnsupported(
      'not observable in this history: every event arrived at its own time, so the ingestion delay is unknown; give the arrival in a column (arrives)',
    )
  return withActiveKeys(decides, withFasterIngestion(part, decides, base))
}

/** Ticks decide about active keys, by their visible events. This marks the cases whose key is still active. */
function withActiveKeys({ ir, model }: DecidingModel, timeline: Timeline): Timeline {
  const { decide } = model
  if (decide.kind !== 'every') return timeline
  const order = keyOrder(decide, timeline.log.strings)
  const { points, point, columnOf, length } = timeline.rows
  const { values: keys } = columnOf('key')
  const decides = new Uint8Array(length)
  let row = 0
  for (const active of onTimes(ir, model, decide, timeline.log, points.t).batches(1 << 14)) {
    const { values } = active.columnOf('key')
    for (let i = 0; i < active.length; i++) {
      const tick = active.point![i]
      while (row < length && (point![row] < tick || (point![row] === tick && order(keys[row], values[i]) < 0))) row++
      if (row < length && point![row] === tick && keys[row] === values[i]) decides[row++] = 1
    }
  }
  return { ...timeline, decides }
}
