/** The time since the last event of a source. */
import { agoText } from '../core/text.ts'

/** A source that has accepted nothing for so long is no longer described by the delay of its events. */
const QUIET_MS = 60_000

/** `newest event 12 min ago`, where the delay of the events does not say so. */
export const quietText = (lastArrival: number | undefined, now: number): string =>
  lastArrival === undefined || now - lastArrival < QUIET_MS ? '' : `newest event ${agoText(lastArrival, now)}`
