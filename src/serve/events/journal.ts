/** What a stream of events is made from: something that is recorded, in numbered batches, to be read behind any of them. */
import type { EventPlace } from './event-id.ts'

/** A place that cannot be gone on from, the one to go on from instead, and why. */
export interface Missed {
  readonly place: EventPlace
  readonly why: string
}

export interface Batch {
  /** Numbers rise, and none is given twice. */
  readonly number: number
  /** Those of its events that are behind a place, as server-sent events; of one model or action alone if it is named. Empty where there are none. */
  frames(of: string | undefined, behind: EventPlace): Buffer
}

export interface Journal {
  /** The number of the newest batch; 0 before there is one. */
  last(): number
  /** The first batch behind a number; of one model or action alone if it is named. */
  next(after: number, of?: string): Batch | undefined
  /** A place in front of all that is kept. */
  oldest(): EventPlace
  /** What a reader at that place has missed for good. */
  missed(place: EventPlace): Missed | undefined
}

/** A place behind all that there is. */
export const otherLog = (last: number): Missed => ({
  place: { stretch: last, row: Infinity },
  why: 'the id is of another log; this goes on with what is new',
})
