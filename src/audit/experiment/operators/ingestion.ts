/**
 * Ingestion: when what was recorded would have been known.
 *
 * - `older`: everything arrives so much later. What decides on an event decides as much later, and knows what it knew; a tick or a request knows less.
 * - `every`, `batch`: everything arrives with the next micro-batch, or as the next run of a job ends. Events of one batch stand in the order in which they came.
 * - `faster`: an event that took so long from its time to its arrival takes a part of that. Then events overtake one another: the log is put in its new order.
 */
import { scheduledTimes } from '../../../kernel/schedule.ts'
import { onMoments } from '../../../replay/on-ticks.ts'
import type { ScheduleIR } from '../../../define/ir/ir.ts'
import { keyOrder } from '../../../decision/tellers.ts'
import type { Setting } from '../../domain/element.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import { knownBy, type Decides, type World } from '../timeline/world.ts'
import { overtaken } from './overtaken.ts'
import { later, multiplesFrom, notThis, spanOf, unsupported } from './setting.ts'

export function ingested(setting: Setting, decides: Decides, base: World): World {
  switch (setting.kind) {
    case 'now':
    case 'stream':
      return base
    case 'older': {
      const by = spanOf('how much later events arrive', setting.by, { zero: true })
      return delayed(decides, base, arrivals => later(arrivals, by))
    }
    case 'every': {
      const every = spanOf('the period of micro-batches', setting.every)
      return delayed(decides, base, arrivals => multiplesFrom(arrivals, every))
    }
    case 'batch': {
      const { schedule, lasts } = setting
      return delayed(decides, base, arrivals => endsOfRuns(schedule, lasts, arrivals))
    }
    case 'faster':
      return faster(setting.part, decides, base)
    default:
      return notThis('ingestion', setting, "write 'older', 'every', 'batch' or 'faster'")
  }
}

/** Arrivals, which do not fall, as others that do not. */
type Delaying = (arrivals: Float64Array) => Float64Array

function delayed(decides: Decides, base: World, delaying: Delaying): World {
  const { rows } = base
  const { moments } = rows
  let made: ReplayLog | undefined
  const world = {
    get log() {
      return (made ??= delayedLog(base.log, delaying))
    },
  }
  // Nothing is left out of the base, so that what is decided is.
  if (decides.model.decide.kind === 'on')
    return Object.assign(world, { rows: { ...rows, moments: { ...moments, t: delaying(moments.t) } } })
  const known = { ...moments, prefixes: knownBy(moments.t, moments, world.log) }
  return withLive(decides, { log: world.log, rows: { ...rows, moments: known } })
}

function delayedLog(log: ReplayLog, delaying: Delaying): ReplayLog {
  const histories = [...log.histories].map(([name, history]) => {
    const { block } = history
    return [name, { ...history, block: { ...block, arrival: delaying(block.arrival) } }] as const
  })
  return { ...log, histories: new Map(histories) }
}

/** When the run ends that takes what has arrived by its time. */
function endsOfRuns(schedule: ScheduleIR, lasts: number, arrivals: Float64Array): Float64Array {
  const ends = new Float64Array(arrivals.length)
  let run = -Infinity
  for (let i = 0; i < ends.length; i++) {
    // Only the first time from there on is asked for: between two arrivals there may be any number.
    if (run < arrivals[i]) run = scheduledTimes(schedule, arrivals[i], Infinity).next().value ?? noRun(schedule, arrivals[i])
    ends[i] = run + lasts
  }
  return ends
}

const noRun = (schedule: ScheduleIR, arrival: number): never =>
  unsupported(`ingestion by runs of ${JSON.stringify(schedule)}: it has no time at ${arrival} or later`)

function faster(part: number, decides: Decides, base: World): World {
  if (!(part >= 0 && part <= 1)) unsupported(`ingestion takes a part from 0 to 1 of the time that it took, got ${part}`)
  const delays = [...base.log.histories.values()].some(({ block: { time, arrival } }) => arrival.some((at, row) => at !== time[row]))
  if (!delays)
    unsupported(
      'not observable in this history: every event arrived at its own time, so that nobody knows how long ingestion took; give its arrival in a column (arrives)',
    )
  return withLive(decides, overtaken(part, decides, base))
}

/** A tick decides about the keys that are live by what it knows: of the cases those that still are. */
function withLive({ ir, model }: Decides, world: World): World {
  const { decide } = model
  if (decide.kind !== 'every') return world
  const order = keyOrder(decide, world.log.strings)
  const { moments, moment, columnOf, length } = world.rows
  const { values: keys } = columnOf('key')
  const decides = new Uint8Array(length)
  let row = 0
  for (const live of onMoments(ir, model, decide, world.log, moments.t).stretches(1 << 14)) {
    const { values } = live.columnOf('key')
    for (let i = 0; i < live.length; i++) {
      const tick = live.moment![i]
      while (row < length && (moment![row] < tick || (moment![row] === tick && order(keys[row], values[i]) < 0))) row++
      if (row < length && moment![row] === tick && keys[row] === values[i]) decides[row++] = 1
    }
  }
  return { ...world, decides }
}
