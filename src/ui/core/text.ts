/** Figures for people: numbers, rates, durations, ages and times. Two significant digits unless more are known and matter. */

const groupDigits = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `1,234,567`. */
export const countText = (value: number): string => groupDigits.format(value)

/** A number as `12`, `0.013`, `4.2 k`, `1.3 M`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (size >= 999_500) return `${significant(value / 1e6)} M`
  if (size >= 9995) return `${significant(value / 1e3)} k`
  if (size >= 100) return groupDigits.format(value)
  return String(Number(value.toPrecision(2)))
}

const significant = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2))

/** `1 event`, `2 events`. */
export const pluralText = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`

/** Events a second; `undefined` where none is known yet. */
export const rateText = (perSecond: number | undefined): string => (perSecond === undefined ? '…' : `${shortNumber(perSecond)}/s`)

const spans = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** Milliseconds as `0.42 ms`, `3.1 s`, `4 min 10 s`, `2 h 5 min`. */
export function spanText(ms: number): string {
  const size = Math.abs(ms)
  if (size < 1000) return `${Number(ms.toPrecision(size < 1 ? 2 : 3))} ms`
  if (size < 60_000) return `${Number((ms / 1000).toPrecision(2))} s`
  const first = spans.findIndex(([, length]) => size >= length)
  const [unit, length] = spans[first]
  const rest = spans[first + 1]
  const whole = Math.floor(size / length)
  const left = Math.floor((size % length) / rest[1])
  return `${ms < 0 ? '−' : ''}${whole} ${unit}${left > 0 && whole < 10 ? ` ${left} ${rest[0]}` : ''}`
}

/** `12 s ago`, `in 4 min`. */
export function agoText(time: number, now: number): string {
  const age = now - time
  if (Math.abs(age) < 1000) return 'just now'
  const span = age < 60_000 && age > -60_000 ? `${Math.floor(Math.abs(age) / 1000)} s` : spanText(Math.abs(age))
  return age < 0 ? `in ${span}` : `${span} ago`
}

/** UTC, as `2026-01-01 13:10:00.250`; without milliseconds that are 0. */
export const timeStamp = (ms: number): string =>
  Number.isFinite(ms) && Math.abs(ms) < 8.64e15
    ? new Date(ms)
        .toISOString()
        .replace('T', ' ')
        .replace(/(\.000)?Z$/, '')
    : '—'

/** The time of a text without an offset, which is UTC: `2026-01-01 12:00`. NaN for any other text. */
export const utcTime = (text: string): number => Date.parse(`${text.trim().replace(' ', 'T').replace(/Z?$/, '')}Z`)

/** A value of a record: text as it is, a number to 8 digits, anything else as JSON. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(8)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Bytes as `12 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${significant(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${significant(bytes / 1e6)} MB` : `${significant(bytes / 1e9)} GB`
}

/** A share as percent: `99.9 %`. */
export const percentText = (share: number): string => `${Number((share * 100).toPrecision(share > 0.9 ? 4 : 2))} %`
