/** Types of the answers of a server, generic over the definitions of its pipeline. All times are UTC milliseconds. */
import type { ErrorCode, StrictOmit } from '../base/index.ts'

/** An event that the server rejected. It is kept whole as a dead letter. */
export interface RejectedEvent {
  /** Index among the events that were sent, from 0. */
  readonly index: number
  readonly reason: string
  readonly detail: string
}

/** The result of a send, when all of it is durable: counts of accepted, duplicate and rejected events. */
export interface Sent {
  readonly accepted: number
  /** Events whose ids the log had already, also by an earlier attempt of the same request. */
  readonly duplicates: number
  readonly rejected: number
  /** Sequence number of the next entry of the log, after the last of them; 0 from a gate, which has no log. */
  readonly sequence: number
  /** Rejected events by index. A server names the first 20 of a request. */
  readonly rejections: readonly RejectedEvent[]
}

/** The result of a send so far, while its rest is still being sent. */
export interface SentSoFar extends Sent {
  /** Index of the first event that is not acknowledged. If the send ends here, send again from this event on. */
  readonly from: number
}

/** Why a feature has no value. */
export interface RejectedFeature {
  readonly code: ErrorCode
  readonly why: string
}

/** The feature values of a key, with their as-of time and the events in them. */
export interface KeyFeatures<F> {
  readonly group: string
  /** The text of each key column. */
  readonly key: Readonly<Record<string, string>>
  /** Time of the request. */
  readonly t: number
  /** As-of time of the values, by the placement of the group; null before the first run of a schedule. */
  readonly asOf: number | null
  /** The number of events of the group's source that the values include. */
  readonly visibleEvents: number
  /** `stream`, `batch` or `merged`. */
  readonly layer: string
  /** Of merged layers: the batch run whose result is the snapshot, its as-of time, and its age at `t`. */
  readonly snapshot?: { readonly run: number; readonly asOf: number; readonly ageMs: number }
  /** Age of the values at `t`, in milliseconds; null if `asOf` is. */
  readonly ageMs: number | null
  /** Why the values differ from their definition, if they do. */
  readonly degraded?: string
  readonly features: F
  /** Features without a value, each with the reason. Only with the option `rejected: true`. */
  readonly rejected?: { readonly [N in keyof F]?: RejectedFeature }
}

/** A recorded decision: vector, score, and what they were computed from. `V` is the type of the vector. */
export interface Decision<V> {
  readonly model: string
  readonly t: number
  /** Key of the triggering event, tick or request. */
  readonly key: string | number | boolean | null
  /** Id of the triggering event, if it has one. */
  readonly id?: string | number | boolean | null
  /** Number of the log entry that triggered it. */
  readonly entry: number
  /** Place of the triggering event in its source. */
  readonly position?: { readonly partition: number; readonly offset: number }
  /** Feature vector of the model, nested as its inputs are. */
  readonly vector: V
  /** Null if an input without `ifNull` is null, or if the decision was rejected. */
  readonly score: number | null
  /** Version of the model that scored, if one was promoted. */
  readonly version?: number
  /** Version and score of the challenger, if there is one. */
  readonly challenger?: { readonly version: number; readonly score: number | null }
  /** Exploration: by action that was left undone on purpose, the probability of that. */
  readonly explored?: Readonly<Record<string, number>>
  /** Why the model has no score at all: 'no version yet'. */
  readonly unscored?: string
  readonly rejected?: string
  /** Visible events and as-of time, by feature group. */
  readonly read: Readonly<Record<string, { readonly visibleEvents: number; readonly asOf: number | null }>>
}

/** Some of the newest decisions. */
export interface RecentDecisions<V> {
  /** In ascending order. */
  readonly decisions: readonly Decision<V>[]
  /** `before` of the page with older decisions; absent if there are none. */
  readonly next?: string
  /** Decisions that were searched, if the search ended before the page was full: the next page goes on. */
  readonly lookedAt?: number
}

/** Fields of an answer to a request that waits for a decision. */
export interface ReplyFields {
  /** False for an answer at the deadline of an action: the event may be lost with the server, so send it again. */
  readonly durable: boolean
  /** Answers of the actions that follow from the decision, by name. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** Why there is no decision in time; `answers` then holds fallbacks. */
  readonly degraded?: string
}

/** The answer of a model to a request: a decision, or a fallback. Check `degraded` before any other field. */
export type AskedDecision<V> = AnsweredDecision<V> | DegradedDecision

/** A decision that was made before the deadlines of its actions. */
export interface AnsweredDecision<V> extends Decision<V>, StrictOmit<ReplyFields, 'degraded'> {
  readonly degraded?: undefined
}

/** The answer when the deadline of an action passed without a decision: `answers` holds the actions' fallbacks. */
export interface DegradedDecision extends ReplyFields {
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

/** The answer to one event: the decisions on it. */
export interface DecidedEvent extends ReplyFields {
  readonly decisions: readonly Decision<Readonly<Record<string, unknown>>>[]
  /** 1 for a duplicate, on which no new decision is made. Absent if the answer is not durable. */
  readonly duplicates?: number
  /** Of a duplicate: the log entry of the original event, whose recorded decisions these are. */
  readonly repeats?: number
  /** Of a duplicate: why no decision on the original is recorded. */
  readonly undecided?: string
  /** Sequence number of the next entry of the log. Absent if the answer is not durable. */
  readonly sequence?: number
}

/** A decision of the stream. */
export interface StreamedDecision<V> extends Decision<V> {
  /** Position in the stream: as the option `after`, the stream resumes after it. */
  readonly place: string
}

/** The state of an effect: one delivery of an action. */
export interface StreamedEffect {
  /** Number among all effects, in order of decision. */
  readonly number: number
  readonly action: string
  /** The idempotency key of the delivery. */
  readonly id: string
  /** Number of the log entry of the decision. */
  readonly entry: number
  readonly key: string | number | boolean | null
  /** Time of the decision. */
  readonly t: number
  /** When the decision was made. This and the times below are by the server's clock. */
  readonly decidedAt: number
  /** Deadline of its acknowledgement. */
  readonly due?: number
  readonly state: 'pending' | 'delivered' | 'dead' | 'dropped' | 'dry'
  readonly attempts: number
  /** Of a pending effect after a failed attempt: time of the next one. */
  readonly next?: number
  /** Why the last attempt failed, or why the effect was dropped. */
  readonly why?: string
  /** Time of the first attempt. */
  readonly began?: number
  /** Time of the last attempt. */
  readonly sent?: number
  /** Time at which it was delivered, dead or dropped. */
  readonly settled?: number
  /** Of a delivered effect with a deadline: was it acknowledged later? */
  readonly late?: boolean
  /** Position in the stream: as the option `after`, the stream resumes after it. */
  readonly place: string
}
