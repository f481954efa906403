/**
 * The times of a cron schedule in a zone, by the text of the semantics (decisions and placements) alone: all local times of a day that its
 * fields name, each with the instants at which clocks show it.
 *
 * Five fields of numbers, lists, ranges, steps and `*`; anything else throws. A day costs a walk over its minutes and is cached.
 */
const MINUTE = 60_000
const DAY = 86_400_000
/** Longer than any clock change, and shorter than the time between two changes. */
const APART = 36 * 3_600_000
/** 29 February occurs within eight years. */
const DAYS_BACK = 9 * 366

interface Fields {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly isDay: (localDay: number) => boolean
  /** Neither minutes nor hours have a wildcard or a step: the cron names times of the day. */
  readonly isFixed: boolean
}

/** The last time at or before `t`, UTC ms; −Infinity if there is none. */
export function lastCronTime(cron: string, zone: string, t: number): number {
  const today = Math.floor(t / DAY)
  for (let day = today + 1; day > today - DAYS_BACK; day--) {
    // Includes the day before: clocks that are set back over midnight show both days twice.
    const times = [...timesOfDay(cron, zone, day), ...timesOfDay(cron, zone, day - 1)].filter(time => time <= t)
    if (times.length > 0) return Math.max(...times)
  }
  return -Infinity
}

const days = new Map<string, readonly number[]>()

/** The instants of a local day, counted from the epoch. */
export function timesOfDay(cron: string, zone: string, day: number): readonly number[] {
  const name = `${cron} in ${zone} on ${day}`
  let times = days.get(name)
  if (!times) days.set(name, (times = [...new Set(instantsOfDay(fieldsOf(cron), zone, day))].sort((a, b) => a - b)))
  return times
}

function* instantsOfDay({ minutes, hours, isDay, isFixed }: Fields, zone: string, day: number): Generator<number> {
  if (!isDay(day)) return
  for (const hour of hours)
    for (const minute of minutes) {
      const wall = day * DAY + (hour * 60 + minute) * MINUTE
      const [before, after] = [offsetAt(zone, wall - APART), offsetAt(zone, wall + APART)]
      const instants = [...new Set([wall - before, wall - after])]
        .filter(time => time + offsetAt(zone, time) === wall)
        .sort((a, b) => a - b)
      if (!isFixed) yield* instants
      else yield instants[0] ?? endOfGap(zone, wall - APART, wall + APART)
    }
}

/** The first instant after a clock change, between two instants with different offsets. */
function endOfGap(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from)
  let [last, first] = [from, to]
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2)
    if (offsetAt(zone, middle) === before) last = middle
    else first = middle
  }
  return first
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** UTC offset of a zone at `t`, ms. */
function offsetAt(zone: string, t: number): number {
  let format = formats.get(zone)
  if (!format) {
    const part = 'numeric'
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: part,
      month: part,
      day: part,
      hour: part,
      minute: part,
      second: part,
    })
    formats.set(zone, format)
  }
  const second = Math.floor(t / 1000) * 1000
  const of = Object.fromEntries(format.formatToParts(second).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(of['year'], of['month'] - 1, of['day'], of['hour'], of['minute'], of['second']) - second
}

function fieldsOf(cron: string): Fields {
  const [minute, hour, day, month, weekday, ...more] = cron.trim().split(/\s+/)
  if (weekday === undefined || more.length > 0) throw new Error(`the oracle knows crons of five fields, not '${cron}'`)
  const [days, months, weekdays] = [valuesOf(day, 1, 31), valuesOf(month, 1, 12), valuesOf(weekday, 0, 7)]
  return {
    minutes: valuesOf(minute, 0, 59),
    hours: valuesOf(hour, 0, 23),
    isDay(localDay) {
      const date = new Date(localDay * DAY)
      const isWeekday = weekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && weekdays.has(7))
      const isDate = days.has(date.getUTCDate())
      // If both are named, either matches.
      const either = day !== '*' && weekday !== '*' ? isDate || isWeekday : isDate && isWeekday
      return months.has(date.getUTCMonth() + 1) && either
    },
    isFixed: !/[*/]/.test(minute + hour),
  }
}

function valuesOf(field: string, least: number, most: number): ReadonlySet<number> {
  const values = new Set<number>()
  for (const item of field.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item)
    if (!match) throw new Error(`the oracle does not know '${field}' in a cron`)
    const [, from, to, step] = match
    const start = from === undefined ? least : Number(from)
    const end = to !== undefined ? Number(to) : from === undefined || step !== undefined ? most : start
    for (let value = start; value <= end; value += Number(step ?? 1)) values.add(value)
  }
  return values
}
