import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { FeatureIR, Value } from '../../../src/define/ir/ir.ts'
import type { Axes } from './axes.ts'
import type { Draw } from './draw.ts'
import { TIME_COLUMN, type SourcePlan } from './sources.ts'
import { drawStart, eventTime, nextArrival } from './times.ts'

/** A history in its total order. `scale` is the length of the window that it is to fill, ms. */
export function history(
  draw: Draw,
  axes: Axes,
  sources: readonly SourcePlan[],
  features: readonly FeatureIR[],
  scale: number,
): LoggedEvent[] {
  const length = draw.weighted([
    [3, draw.between(20, 60)],
    [2, draw.between(60, 120)],
    [0.3, draw.between(120, 300)],
  ])
  const pace = Math.max(1, Math.ceil(scale / draw.pick([2, 5, 10, 30])))
  const times: number[] = []
  const accepted: AcceptedEvent[] = []
  let now = drawStart(draw, axes, scale)
  for (let i = 0; i < length; i++) {
    now = nextArrival(draw, axes, now, pace, times, features)
    const source = draw.between(0, sources.length - 1)
    const time = eventTime(draw, axes, now, scale, times, features)
    const again = axes.equalTimes && i > 0 && draw.chance(0.05)
    // An append that was retried without an id is a second event.
    accepted.push(again ? { ...draw.pick(accepted.slice(-5)), arrival: now } : event(draw, sources[source], source, time, now))
    times.push(accepted.at(-1)!.time)
  }
  return withPositions(inTotalOrder(draw, axes, accepted), sources)
}

/** An event before it has an offset. `source` is the index of its source in the order of definition. */
interface AcceptedEvent extends Omit<LoggedEvent, 'offset' | 'source'> {
  readonly source: number
}

function event(draw: Draw, plan: SourcePlan, source: number, time: number, arrival: number): AcceptedEvent {
  const key = draw.chance(0.5) ? 0 : draw.between(0, plan.keys.length - 1)
  const row: Record<string, Value> = {}
  for (const column of plan.columns) row[column.ir.name] = column.ir.nullable && draw.chance(0.25) ? null : column.value(draw)
  row[plan.ir.key] = plan.keys[key]!
  row[TIME_COLUMN] = time
  if (plan.ir.deleted && draw.chance(0.15)) row[plan.ir.deleted] = true
  return { source, partition: key % plan.partitions, arrival, time, row }
}

/**
 * Three origins of a total order (semantics, the log): commits as they came, a merge of imported histories, and the processing order of a
 * worker over partitions, along which arrival may fall, though never within a partition.
 */
function inTotalOrder(draw: Draw, axes: Axes, accepted: readonly AcceptedEvent[]): AcceptedEvent[] {
  if (axes.fallingArrival) {
    const behind = new Map<string, number>()
    const ranked = accepted.map((event, i) => {
      const place = `${event.source} ${event.partition}`
      const rank = Math.max(behind.get(place) ?? 0, i + draw.between(0, 12))
      behind.set(place, rank)
      return { event, rank }
    })
    return ranked.sort((a, b) => a.rank - b.rank).map(({ event }) => event)
  }
  const merged = draw.chance(0.3)
  return merged ? [...accepted].sort((a, b) => a.arrival - b.arrival || a.source - b.source || a.partition - b.partition) : [...accepted]
}

function withPositions(order: readonly AcceptedEvent[], sources: readonly SourcePlan[]): LoggedEvent[] {
  const offsets = new Map<string, number>()
  return order.map(({ source, ...event }) => {
    const name = sources[source].ir.name
    const place = `${name} ${event.partition}`
    const offset = offsets.get(place) ?? 0
    offsets.set(place, offset + 1)
    return { source: name, offset, ...event }
  })
}
