/**
 * Local time to UTC, by the zone's rules.
 *
 * `Intl` knows an instant's local time but is slow (some 2 µs) and knows no way back. Offsets change at most a few times a year, so
 * each zone remembers, for each UTC day, its offset, or the instant at which it changed: about 100 bytes for each day met, and
 * 20 ns a look-up.
 *
 * A local time that a clock shows twice is the earlier; one that it skips moves on by what was skipped.
 */
import { SpillwayError } from '../base/errors.ts'

const DAY = 86_400_000

interface OffsetDay {
  readonly before: number
  readonly after: number
  /** The first instant with `after`. */
  readonly change: number
}

export class Zone {
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, OffsetDay>()

  /** Throws `SPILL_INPUT` for a name that the IANA database does not have. */
  constructor(name: string) {
    try {
      const numeric = 'numeric'
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        era: 'short',
        year: numeric,
        month: numeric,
        day: numeric,
        hour: numeric,
        minute: numeric,
        second: numeric,
      })
    } catch (cause) {
      throw new SpillwayError('SPILL_INPUT', `'${name}' is no time zone; write an IANA name such as 'Europe/Zurich'`, { cause })
    }
  }

  /** UTC milliseconds of a local time given as if it were UTC. */
  utcOf(local: number): number {
    const early = local - this.offsetAt(local - DAY)
    const late = local - this.offsetAt(local + DAY)
    const holds = (utc: number) => utc + this.offsetAt(utc) === local
    if (holds(Math.min(early, late))) return Math.min(early, late)
    return holds(Math.max(early, late)) ? Math.max(early, late) : early
  }

  /** Milliseconds by which local time is ahead of UTC at an instant. */
  offsetAt(utc: number): number {
    const day = Math.floor(utc / DAY)
    let known = this.#days.get(day)
    if (!known) this.#days.set(day, (known = this.#lookUp(day * DAY)))
    return utc < known.change ? known.before : known.after
  }

  #lookUp(start: number): OffsetDay {
    const before = this.#ask(start)
    const after = this.#ask(start + DAY - 1)
    if (before === after) return { before, after, change: start }
    let low = start
    let high = start + DAY - 1
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#ask(middle) === before) low = middle
      else high = middle
    }
    return { before, after, change: high }
  }

  #ask(utc: number): number {
    const part: Record<string, number> = {}
    let ancient = false
    for (const { type, value } of this.#format.formatToParts(utc)) {
      if (type === 'era') ancient = value === 'BC'
      else part[type] = Number(value)
    }
    const year = ancient ? 1 - part['year'] : part['year']
    const local = Date.UTC(year, part['month'] - 1, part['day'], part['hour'], part['minute'], part['second'])
    return local - Math.floor(utc / 1000) * 1000
  }
}

const zones = new Map<string, Zone>()

export function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (!zone) zones.set(name, (zone = new Zone(name)))
  return zone
}
