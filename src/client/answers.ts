/** What a server answers, typed by the definitions that were asked about. All times are UTC milliseconds. */
import type { ErrorCode } from '../base/errors.ts'

/** An event that was refused. It is kept whole among the dead letters. */
export interface RefusedEvent {
  /** Which of those that were sent, from 0. */
  readonly index: number
  readonly reason: string
  readonly detail: string
}

/** What became of events that were sent: all of it is durable. */
export interface Sent {
  readonly accepted: number
  /** Of ids that were there already; after a request that was sent again, also those that its first try took. */
  readonly duplicates: number
  readonly refused: number
  /** Where the log stood behind the last of them. */
  readonly position: number
  /** Those that were refused, by index. A server names the first 20 of a request. */
  readonly refusals: readonly RefusedEvent[]
}

/** What became of events so far, while the rest of them is still being sent. */
export interface SentSoFar extends Sent {
  /** The first that is not acknowledged: were the send to end here, it and those behind it would be to be sent again. */
  readonly from: number
}

export interface RefusedFeature {
  readonly code: ErrorCode
  readonly why: string
}

/** The features of a key, and what they are of. */
export interface KeyFeatures<F> {
  readonly group: string
  /** A text for each key column. */
  readonly key: Readonly<Record<string, string>>
  /** When they were asked for. */
  readonly t: number
  /** What the values are of, by the group's placement; NULL before the first run of a schedule. */
  readonly clock: number | null
  /** Events of the group's source that are in them: the first so many. */
  readonly known: number
  readonly layer: string
  /** Of merged layers: the batch run whose result is the body, its time, and by how much that is behind `t`. */
  readonly body?: { readonly run: number; readonly s: number; readonly ageMs: number }
  /** By how much the clock is behind `t`; NULL with it. */
  readonly ageMs: number | null
  /** Why the values are less than was defined, where they are. */
  readonly degraded?: string
  readonly features: F
  /** Features that have no value, each with the reason. Only where they were asked for with `refused: true`. */
  readonly refused?: { readonly [N in keyof F]?: RefusedFeature }
}

/** A decision as it is recorded. */
export interface Decision<V> {
  readonly model: string
  readonly t: number
  /** What it is about: the key of the triggering event, of the tick, or of the request. */
  readonly key: string | number | boolean | null
  /** Id of the triggering event. */
  readonly id?: string | number | boolean | null
  /** Number of the log's entry that made it. */
  readonly entry: number
  /** Where the triggering event stands in its source. */
  readonly position?: { readonly partition: number; readonly offset: number }
  /** As the model was given it, nested as its inputs are. */
  readonly vector: V
  /** NULL where an input without `ifNull` was, or where the decision was refused. */
  readonly score: number | null
  /** The version of the model that scored, where one was promoted. */
  readonly version?: number
  /** The version that scored beside it, where one did, and its score. */
  readonly challenger?: { readonly version: number; readonly score: number | null }
  /** By action that would have followed from it and was left undone, so that what comes of it is seen: the chance with which it was. */
  readonly explored?: Readonly<Record<string, number>>
  /** Why decisions of the model have no score, whatever they see: 'no version yet'. */
  readonly unscored?: string
  readonly refused?: string
  /** What each group knew, and as of when. */
  readonly read: Readonly<Record<string, { readonly known: number; readonly clock: number | null }>>
}

/** What is said with an answer that was waited for. */
export interface Said {
  /** False: it was answered at the deadline of an action, and may be lost with the server; what was sent is to be sent again. */
  readonly durable: boolean
  /** Of the actions that answer, those that follow, by name. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** Why nothing was decided in time: the answers are what the actions say otherwise. */
  readonly degraded?: string
}

/** What a model that was asked has decided, or that it has not: look at `degraded` before anything else is taken of it. */
export type AskedDecision<V> = AnsweredDecision<V> | DegradedDecision

/** It decided in time. */
export interface AnsweredDecision<V> extends Decision<V>, Omit<Said, 'degraded'> {
  readonly degraded?: undefined
}

/** The deadline of an action came first. Nothing is known of a decision; `answers` are what the actions say otherwise. */
export interface DegradedDecision extends Said {
  readonly model: string
  readonly score: null
  readonly durable: false
  readonly degraded: string
  readonly t?: undefined
  readonly key?: undefined
  readonly entry?: undefined
  readonly vector?: undefined
  readonly read?: undefined
}

/** One event, and what was decided on it. */
export interface DecidedEvent extends Said {
  readonly decisions: readonly Decision<Readonly<Record<string, unknown>>>[]
  /** 1 if it was there already: then nothing was decided anew. Absent where it is not durable. */
  readonly duplicates?: number
  /** Of one that was there already, its entry in the log: the decisions are those that were recorded on it the first time. */
  readonly repeats?: number
  /** Why there is no such decision: it was forgotten, or nothing decided on it then. */
  readonly undecided?: string
  readonly position?: number
}

/** A decision of the stream. */
export interface StreamedDecision<V> extends Decision<V> {
  /** Its place in the stream: given as `after`, the stream goes on behind it. */
  readonly place: string
}

/** What follows from a decision, as it stands. */
export interface StreamedEffect {
  /** Counts all effects, in order of decision. */
  readonly number: number
  readonly action: string
  /** The idempotency key. */
  readonly id: string
  /** Number of the log's entry that made the decision. */
  readonly entry: number
  readonly key: string | number | boolean | null
  /** Of the decision. */
  readonly t: number
  /** When the decision was made, by the server's clock, as are the times below. */
  readonly made: number
  /** Until when it should be acknowledged. */
  readonly due?: number
  readonly state: 'pending' | 'delivered' | 'dead' | 'dropped' | 'dry'
  readonly attempts: number
  /** Of a pending one that was tried: not before. */
  readonly next?: number
  /** Why the last try failed, or why it was dropped. */
  readonly why?: string
  /** When the first try began. */
  readonly began?: number
  /** When the last try began, and when it was delivered, dead or dropped. */
  readonly sent?: number
  readonly settled?: number
  /** Of a delivered one that had a deadline: was it acknowledged later than that? */
  readonly late?: boolean
  /** Its place in the stream: given as `after`, the stream goes on behind it. */
  readonly place: string
}
