/** Dates as people and spreadsheets write them: `31.12.2025 14:05`, `12/31/2025 2:05 PM`, `2025/12/31`. Which of day and month comes first, one such text does not always tell; a column of them mostly does. */

/** Which part stands where. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

export interface WrittenDate {
  /** As they stand. */
  readonly parts: readonly [number, number, number]
  /** Milliseconds into the day. */
  readonly time: number
  readonly separator: string
}

const written = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?)?$/i

/** `undefined` for what is no such date, ISO 8601 among it. */
export function writtenDate(text: string): WrittenDate | undefined {
  const match = written.exec(text.trim())
  if (!match) return undefined
  const [, first, separator, second, third, hour = '0', minute = '0', seconds = '0', half = ''] = match
  const years = [first, third].filter(part => part.length === 4).length
  if (years !== 1 || [first, third].some(part => part.length === 3) || (separator === '-' && first.length === 4)) return undefined
  const parts = [first, second, third].map(Number) as [number, number, number]
  const [small, other] = first.length === 4 ? [parts[1], parts[2]] : [parts[0], parts[1]]
  if (small < 1 || other < 1 || Math.min(small, other) > 12 || Math.max(small, other) > 31) return undefined
  const hours = half === '' ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  if (hours > 23 || Number(minute) > 59 || Number(seconds) > 59) return undefined
  return { parts, separator, time: ((hours * 60 + Number(minute)) * 60 + Number(seconds)) * 1000 }
}

/** Of a column, by the greatest numbers that stand first and second; where neither is above 12 by what is usual: with slashes the month first, otherwise the day. */
export function orderOf({ parts: [first], separator }: WrittenDate, greatest: readonly [number, number]): DateOrder {
  if (first > 31) return 'ymd'
  if (greatest[0] > 12) return 'dmy'
  return greatest[1] > 12 || separator === '/' ? 'mdy' : 'dmy'
}

/** UTC ms, as if the clock on the wall showed UTC. */
export function writtenInstant({ parts, time }: WrittenDate, order: DateOrder): number {
  const part = (name: string): number => parts[order.indexOf(name)]
  return Date.UTC(part('y'), part('m') - 1, part('d')) + time
}
