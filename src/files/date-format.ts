/**
 * Parses dates in human and spreadsheet formats: `31.12.2025 14:05`, `12/31/2025 2:05 PM`, `2025/12/31`. A single date may leave the order
 * of day and month open; a column of dates mostly decides it.
 */

/** Order of day, month and year. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

export interface ParsedDate {
  /** Numbers in their order of appearance. */
  readonly parts: readonly [number, number, number]
  /** Milliseconds since midnight. */
  readonly time: number
  readonly separator: string
}

const datePattern = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?)?$/i

/** `undefined` for any other text, including ISO 8601. */
export function parseDate(text: string): ParsedDate | undefined {
  const match = datePattern.exec(text.trim())
  if (!match) return undefined
  const [, first, separator, second, third, hour = '0', minute = '0', seconds = '0', meridiem = ''] = match
  const years = [first, third].filter(part => part.length === 4).length
  if (years !== 1 || [first, third].some(part => part.length === 3) || (separator === '-' && first.length === 4)) return undefined
  const parts = [first, second, third].map(Number) as [number, number, number]
  const [small, other] = first.length === 4 ? [parts[1], parts[2]] : [parts[0], parts[1]]
  if (small < 1 || other < 1 || Math.min(small, other) > 12 || Math.max(small, other) > 31) return undefined
  const hours = meridiem === '' ? Number(hour) : (Number(hour) % 12) + (meridiem.toLowerCase() === 'pm' ? 12 : 0)
  if (hours > 23 || Number(minute) > 59 || Number(seconds) > 59) return undefined
  return { parts, separator, time: ((hours * 60 + Number(minute)) * 60 + Number(seconds)) * 1000 }
}

/** The order that one date shows by a number above 12 or a year in front. `undefined` if day and month may be exchanged. */
export function dateOrderOf({ parts: [first, second] }: ParsedDate): DateOrder | undefined {
  if (first > 31) return 'ymd'
  if (first > 12) return 'dmy'
  return second > 12 ? 'mdy' : undefined
}

/**
 * The usual order where no date shows it: month first with slashes, else day first. It is certain for points, since countries that put the
 * month first do not write points.
 */
export const usualDateOrder = ({ separator }: ParsedDate): { readonly order: DateOrder; readonly isCertain: boolean } => ({
  order: separator === '/' ? 'mdy' : 'dmy',
  isCertain: separator === '.',
})

/** UTC ms, reading the wall clock as UTC. */
export function dateInstant({ parts, time }: ParsedDate, order: DateOrder): number {
  const part = (name: string): number => parts[order.indexOf(name)]
  return Date.UTC(part('y'), part('m') - 1, part('d')) + time
}
