/**
 * ISO 8601 text to UTC milliseconds.
 *
 * `2024-05-01`, `2024-05-01T12:30`, with seconds and a fraction (beyond milliseconds it is cut off, never rounded up into a later
 * one), `T` or a space, and `Z`, `+02:00`, `+0200` or `+02`, or no offset: then the time is local in the zone given. Dates and
 * times that do not exist (30 February, 24:30, a leap second) are no instant.
 */
import { zoneOf } from './zone.ts'

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/

/** `undefined` for what is no instant. */
export function instantOf(text: string, zone: string | undefined): number | undefined {
  const match = iso.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match
  const midnight = midnightOf(Number(year), Number(month), Number(day))
  if (new Date(midnight).getUTCDate() !== Number(day) || Number(month) > 12) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const local = midnight + clockMs(Number(hour), Number(minute), Number(second), fraction)
  if (offset !== undefined) return offset === 'Z' ? local : afterOffset(local, offset)
  return zone === undefined || zone === 'UTC' ? local : zoneOf(zone).utcOf(local)
}

/** `Date.UTC` takes the years 0–99 for 1900–1999. */
function midnightOf(year: number, month: number, day: number): number {
  return year > 99 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day)
}

const clockMs = (hour: number, minute: number, second: number, fraction: string): number =>
  ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))

function afterOffset(local: number, offset: string): number | undefined {
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(3).replace(':', ''))
  if (hours > 23 || minutes > 59) return undefined
  return local - (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
