/** Windows for the features of `init --from FILE`, a short one of a few events and a long one for the usual values; and the label's delay. */
import { type Duration, durationMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../base/index.ts'

/** Windows as durations, with the reason. */
export interface InferredWindows {
  readonly short: string
  /** A day, or less in a short history. */
  readonly day: string
  readonly long: string
  readonly reason: string
}

const spans = ['1m', '5m', '15m', '1h', '6h', '1d', '2d', '3d', '5d', '7d', '14d', '30d'] as const satisfies readonly Duration[]

/** Least average number of a key's events in the short window. */
const EVENTS_HELD = 1.5
/** Least ratio of the long window to the short one. */
const LONG_RATIO = 100

/** A window that is longer than this part of the history is not full for most of the history. */
const HISTORY_PARTS = 3

/** `hourly` is the average number of events of a key in an hour, `history` the time from the first event to the last, ms. */
export function windowsOf(hourly: number, history: number): InferredWindows {
  const longest = Math.max(
    0,
    spans.findLastIndex(span => ms(span) * HISTORY_PARTS <= history),
  )
  const day = spans.indexOf('1d')
  const held = hourly === 0 ? spans.indexOf('1h') : spans.findIndex(span => (ms(span) * hourly) / HOUR_MS >= EVENTS_HELD)
  const short = Math.min(held < 0 ? day : held, day, Math.max(0, longest - 1))
  const usual = spans.findIndex(span => ms(span) >= LONG_RATIO * ms(spans[short]))
  const long = Math.min(usual < 0 ? spans.length - 1 : usual, longest)
  return {
    short: spans[short],
    day: spans[Math.min(day, longest)],
    long: spans[long],
    reason: `at most a third of the history, about ${lengthText(history)}`,
  }
}

/** The outcome of an event is known within an hour, or within this part of a short history: an audit leaves out the time until then. */
const KNOWN_PARTS = 100

/** A guess of the time until the outcome of an event is known, in minutes. */
export const knownAfterOf = (history: number): number => [60, 15, 5].find(minutes => minutes * MINUTE_MS * KNOWN_PARTS <= history) ?? 1

/** An audit splits a history into blocks of a tenth of the decisions or more, which must be longer than the time until outcomes are known. */
const HORIZON_PARTS = 11

/** The longest time until outcomes are known with which a history can be audited, in minutes. */
export const longestKnownAfter = (history: number): number => Math.max(1, Math.floor((history / HORIZON_PARTS / HOUR_MS) * 60))

const ms = (span: Duration): number => durationMs(span)

function lengthText(history: number): string {
  const [unit, name] = (
    [
      [DAY_MS, 'days'],
      [HOUR_MS, 'hours'],
      [MINUTE_MS, 'minutes'],
    ] as const
  ).find(([length]) => history >= 2 * length) ?? [1000, 'seconds']
  return `${Number((history / unit).toPrecision(2))} ${name}`
}
