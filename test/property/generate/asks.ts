import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { GroupIR, PlacementIR, Value } from '../../../src/define/ir/ir.ts'
import type { Ask } from '../case.ts'
import type { Draw } from './draw.ts'
import { edgesAfter } from './times.ts'
import { DAY } from './windows.ts'

const stream: PlacementIR = { kind: 'stream' }

/** Random reads of one group over one history. `reach[i]` is the greatest arrival of the first `i` events. */
export class Asks {
  readonly #draw: Draw
  readonly #log: readonly LoggedEvent[]
  readonly #group: GroupIR
  readonly #scale: number
  readonly #keys: readonly (readonly Value[])[]
  readonly #reach: readonly number[]

  constructor(draw: Draw, log: readonly LoggedEvent[], group: GroupIR, scale: number) {
    this.#draw = draw
    this.#log = log
    this.#group = group
    this.#scale = scale
    const own = log.filter(event => event.source === group.source)
    const tuples = own.map(event => group.key.map(column => event.row[column] ?? null))
    this.#keys = [...new Map(tuples.filter(key => !key.includes(null)).map(key => [JSON.stringify(key), key])).values()]
    this.#reach = greatestArrivals(log)
  }

  all(): Ask[] {
    if (this.#keys.length === 0) return []
    const triggers = this.#triggers()
    return [...this.#asKnown(triggers), ...this.#frozen(), ...this.#placed(triggers)]
  }

  /** Indices in the log at which decisions are made, in order. */
  #triggers(): number[] {
    const every = this.#draw.pick([1, 3, 6])
    return this.#log.map((_, i) => i).filter(i => i % every === 0 || i === this.#log.length - 1)
  }

  /**
   * Growing prefixes and as-of times that do not fall, at or above all arrivals. In half of the cases as-of times run ahead of arrivals, so
   * that a later event may have a time that windows have already passed.
   */
  #asKnown(triggers: readonly number[]): Ask[] {
    const ahead = this.#draw.chance(0.5) ? this.#draw.between(0, this.#scale) : 0
    let latest = -Infinity
    return triggers.map(i => {
      const earliest = Math.max(latest, this.#reach[i + 1] + ahead)
      const upTo = Math.max(earliest, (this.#reach[i + 2] ?? Infinity) + ahead)
      latest = this.#clock(earliest, upTo)
      return { group: this.#group.name, key: this.#keyNear(i), prefix: i + 1, t: latest, place: stream }
    })
  }

  /** An as-of time from `earliest` to before `next`: the earliest, an edge of a recent event, or a little later. */
  #clock(earliest: number, next: number): number {
    const draw = this.#draw
    const t = draw.weighted([
      [5, () => earliest],
      [3, () => edgesAfter(draw, draw.pick(this.#log).time, this.#group.features)],
      [1, () => earliest + draw.between(0, 3)],
      [1, () => earliest + draw.between(0, Math.min(this.#scale, 30 * DAY))],
    ])()
    return t >= earliest && t <= next ? t : earliest
  }

  /** One prefix, read at times from before its first event to after its last. Events later than the as-of time must not count. */
  #frozen(): Ask[] {
    const draw = this.#draw
    const prefix = draw.chance(0.5) ? this.#log.length : draw.between(1, this.#log.length)
    const visible = this.#log.slice(0, prefix)
    const clocks = Array.from({ length: draw.between(3, 12) }, () => {
      const { time, arrival } = draw.pick(visible)
      return draw.weighted([
        [3, () => time],
        [1, () => time + draw.pick([-1, 1])],
        [3, () => edgesAfter(draw, time, this.#group.features)],
        [2, () => arrival],
        [1, () => time + draw.between(0, this.#scale)],
      ])()
    })
    clocks.push(Math.min(...visible.map(event => event.time)) - 1)
    return clocks
      .sort((a, b) => a - b)
      .map(t => ({ group: this.#group.name, key: this.#keyNear(draw.between(0, prefix - 1)), prefix, t, place: stream }))
  }

  /** Decisions on events, read through placements; each also in the three that law 6 calls identical. */
  #placed(triggers: readonly number[]): Ask[] {
    const draw = this.#draw
    const before = this.#group.features.some(feature => feature.before)
    const places = [stream, { kind: 'lag', by: 0 }, { kind: 'partial', by: 0 }, ...this.#placements(before, triggers)] as PlacementIR[]
    const some = draw
      .shuffled(triggers)
      .slice(0, draw.pick([2, 4, 12]))
      .sort((a, b) => a - b)
    return places.flatMap(place =>
      some.map(i => ({
        group: this.#group.name,
        key: this.#keyNear(i),
        prefix: i + 1,
        t: this.#reach[i + 1],
        place,
        ...(place.kind !== 'corrected' && { trigger: i }),
      })),
    )
  }

  /** `before` in a corrected window has no meaning yet, so groups with it are not read. */
  #placements(before: boolean, triggers: readonly number[]): PlacementIR[] {
    const draw = this.#draw
    const delay = () =>
      draw.weighted([
        [1, 1],
        [2, draw.magnitude(this.#scale)],
        [2, draw.between(1, 2 * this.#scale)],
      ])
    const all: PlacementIR[] = [
      { kind: 'lag', by: delay() },
      { kind: 'partial', by: delay() },
      { ...this.#scheduled(draw.pick(triggers)), kind: draw.pick(['scheduled', 'batch']) },
      { kind: 'hybrid', schedule: { kind: 'interval', every: delay(), phase: 0 } },
      ...(before ? [] : [{ kind: 'corrected' } as const]),
    ]
    return draw.shuffled(all).slice(0, draw.between(1, 3))
  }

  /** Half of the schedules have a run that ends at the very millisecond of the decision on event `i`. */
  #scheduled(i: number): Extract<PlacementIR, { kind: 'scheduled' }> {
    const draw = this.#draw
    const t = this.#reach[i + 1]
    const lasts = draw.weighted([
      [1, 0],
      [2, draw.magnitude(this.#scale)],
    ])
    const justDone = draw.chance(0.5)
    // Calendars are read in modern times only: zones before 1970 are another subject.
    const isModern = this.#reach[1] > Date.parse('2000-01-01T00:00:00Z') && this.#scale >= 60_000
    if (isModern && draw.chance(0.5)) {
      const cron = draw.pick(['*/5 * * * *', '0 * * * *', '30 2 * * *', '0 0 * * *', '15 1,2,3 * * *', '0 6 * * 1'])
      const zone = draw.pick(['UTC', 'Europe/Zurich', 'America/New_York'])
      return {
        kind: 'scheduled',
        schedule: { kind: 'cron', cron, zone },
        lasts: justDone ? modulo(t, draw.pick([5 * 60_000, 3_600_000])) : lasts,
      }
    }
    const every = draw.weighted([
      [2, Math.ceil(this.#scale / draw.pick([2, 5, 20]))],
      [1, draw.between(1, 2 * this.#scale)],
    ])
    const phase = justDone ? modulo(t - lasts, every) : draw.pick([0, draw.between(0, every - 1)])
    return { kind: 'scheduled', schedule: { kind: 'interval', every, phase }, lasts }
  }

  /** Mostly the key of the event at `i` if it is one of this group's; sometimes another, or one without events. */
  #keyNear(i: number): readonly Value[] {
    const draw = this.#draw
    const { source, row } = this.#log[i]
    const own = this.#group.key.map(column => row[column] ?? null)
    if (source === this.#group.source && !own.includes(null) && draw.chance(0.9)) return own
    return draw.pick(this.#keys)
  }
}

const modulo = (value: number, by: number): number => value - Math.floor(value / by) * by

/** At `i`, the greatest arrival of the first `i` events. */
export function greatestArrivals(log: readonly LoggedEvent[]): number[] {
  const out = [-Infinity]
  for (const { arrival } of log) out.push(Math.max(out.at(-1)!, arrival))
  return out
}
