/**
 * Time zones of American airports, and the conversion of their local time to UTC.
 *
 * The table has the zones of states. Six states are split; a meridian separates their sides for every airport with flights in the file.
 * Arizona, Hawaii and the Caribbean have no summer time, and in 2001 most of Indiana had none.
 */
export interface Airport {
  readonly iata: string
  readonly state: string
  readonly longitude: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

const eastern = 'America/New_York'
const central = 'America/Chicago'
const mountain = 'America/Denver'
const pacific = 'America/Los_Angeles'

/** The file has no state for Marquette, Michigan (`NA`). */
const zoneOfState: Readonly<Record<string, string>> = {
  ...each(eastern, 'CT DC DE FL GA KY MA MD ME MI NA NC NH NJ NY OH PA RI SC VA VT WV'),
  ...each(central, 'AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI'),
  ...each(mountain, 'CO ID MT NM UT WY'),
  ...each(pacific, 'CA NV OR WA'),
  AZ: 'America/Phoenix',
  AK: 'America/Anchorage',
  HI: 'Pacific/Honolulu',
  IN: 'America/Indiana/Indianapolis',
  ...each('America/Puerto_Rico', 'PR VI'),
  ...each('Pacific/Guam', 'GU CQ'),
  AS: 'Pacific/Pago_Pago',
}

/** Split states: west of the meridian is one zone, east of it the other. */
const splits: Readonly<Record<string, readonly [meridian: number, west: string, east: string]>> = {
  FL: [-85, central, eastern],
  IN: [-87, central, 'America/Indiana/Indianapolis'],
  KY: [-86.5, central, eastern],
  SD: [-101, mountain, central],
  TN: [-85.6, central, eastern],
  TX: [-105, mountain, central],
}

export function zoneOf({ iata, state, longitude }: Airport): string {
  const split = splits[state]
  const zone = split ? (longitude < split[0] ? split[1] : split[2]) : zoneOfState[state]
  if (zone === undefined) throw new RangeError(`no zone is known for airport ${iata} in state '${state}'`)
  return zone
}

/**
 * A function from local milliseconds (as if they were UTC) to UTC milliseconds. It calls `Intl`, which takes microseconds, once for each
 * local day, and once for each hour of the days around a change.
 */
export function utcIn(zone: string): (local: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  const days = new Map<number, number | 'changes'>()
  const hours = new Map<number, number>()
  return local => {
    const day = remembered(days, Math.floor(local / DAY), days => offsetOfDay(format, days * DAY))
    if (day !== 'changes') return local - day
    return local - remembered(hours, Math.floor(local / HOUR), hours => offsetOfHour(format, hours * HOUR))
  }
}

function offsetOfDay(format: Intl.DateTimeFormat, local: number): number | 'changes' {
  const before = offsetAt(format, local - DAY)
  return before === offsetAt(format, local + 2 * DAY) ? before : 'changes'
}

/** A local time that occurs twice is the earlier one; one that is skipped has the offset before the skip. */
function offsetOfHour(format: Intl.DateTimeFormat, local: number): number {
  const before = offsetAt(format, local - DAY)
  const after = offsetAt(format, local + DAY)
  const changed = offsetAt(format, local - before) === after && offsetAt(format, local - after) === after
  return changed ? after : before
}

/** Offset of local time from UTC at an instant, ms. */
function offsetAt(format: Intl.DateTimeFormat, utc: number): number {
  const name = format.formatToParts(utc).find(part => part.type === 'timeZoneName')!.value
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d+):(\d+))?$/.exec(name)!
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000)
}

function remembered<T>(known: Map<number, T>, key: number, find: (key: number) => T): T {
  let value = known.get(key)
  if (value === undefined) known.set(key, (value = find(key)))
  return value
}

function each(zone: string, states: string): Record<string, string> {
  return Object.fromEntries(states.split(' ').map(state => [state, zone]))
}
