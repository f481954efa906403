/** Random histories of `prove threads`: events of a few keys over two days, ingested late by delays that a column records or a source adds, some of them revised, and requests between them. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { Request } from '../oracle/oracle.ts'
import type { Draw } from '../property/generate/draw.ts'

/** Delay from an event's time to its ingestion. */
export type Delays = { readonly kind: 'column'; readonly longest: number } | { readonly kind: 'after'; readonly ms: number }

export interface Delayed {
  readonly source: SourceIR
  readonly delays: Delays
}

const MINUTE = 60_000
const SPAN = 2 * 1440 * MINUTE
const BEGIN = Date.UTC(2026, 0, 5)

/** In order of ingestion; equal times in the order of the sources. */
export function eventsOf(draw: Draw, sources: readonly Delayed[]): LoggedEvent[] {
  const keys = Array.from({ length: draw.between(2, 5) }, (_, i) => `k${i}`)
  const visits = draw.between(60, 120)
  const drawn = sources.flatMap(({ source, delays }) => {
    const length = source.name === 'visits' || source.name === 'results' ? visits : draw.between(40, 150)
    const events = Array.from({ length }, (_, i) => eventOf(draw, source.name, delays, keys, i))
    return source.identity ? [...events, ...revisionsOf(draw, events)] : events
  })
  const rank = new Map(sources.map(({ source }, i) => [source.name, i]))
  const next = new Map<string, number>()
  return drawn
    .toSorted((a, b) => a.arrival - b.arrival || rank.get(a.source)! - rank.get(b.source)!)
    .map(event => {
      const offset = next.get(event.source) ?? 0
      next.set(event.source, offset + 1)
      return { ...event, offset }
    })
}

/** Visit i is about half an hour after visit i − 1, and result i belongs to visit i. */
function eventOf(draw: Draw, source: string, delays: Delays, keys: readonly string[], i: number): LoggedEvent {
  const isOrdered = source === 'visits' || source === 'results'
  const step = Math.floor(SPAN / 120)
  const time = BEGIN + (isOrdered ? i * step + draw.between(0, step) : draw.between(0, SPAN / MINUTE) * MINUTE)
  // Most events of a slow source come at once: the few others are overtaken.
  const delay = delays.kind === 'after' ? delays.ms : draw.chance(0.3) ? 0 : draw.magnitude(delays.longest)
  const level = draw.between(0, 12)
  const row: Record<string, Value> = {
    id: `${source}${i}`,
    who: draw.pick(keys),
    slot: i,
    level,
    worn: draw.chance(level > 8 ? 0.7 : 0.2),
    about: `visits${i}`,
    at: time,
    seen: time + delay,
  }
  return { source, partition: 0, offset: 0, time, arrival: time + delay, row }
}

/** Some come again with another level, at most an hour after they first came. */
function revisionsOf(draw: Draw, events: readonly LoggedEvent[]): LoggedEvent[] {
  return events
    .filter(() => draw.chance(0.2))
    .map(event => {
      const arrival = event.arrival + draw.magnitude(60 * MINUTE)
      return { ...event, arrival, row: { ...event.row, level: draw.between(0, 12), seen: arrival } }
    })
}

/** In order, each between two events or at the time of one. */
export function requestsOf(draw: Draw, log: readonly LoggedEvent[], model: string): Request[] {
  const places = Array.from({ length: draw.between(60, 120) }, () => draw.between(1, log.length)).sort((a, b) => a - b)
  return places.map(place => {
    const before = log[place - 1].arrival
    const arrival = draw.between(before, log[place]?.arrival ?? before)
    return { model, place, arrival, row: { who: draw.pick(log).row['who'] ?? null } }
  })
}
