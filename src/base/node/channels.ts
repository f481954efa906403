/**
 * Diagnostics channels of a run: events inside it as messages on `node:diagnostics_channel`, for subscribers in this process.
 *
 * Without a subscriber no message is made. An error that a subscriber throws does not reach the run: Node reports it as an
 * uncaught exception.
 */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TraceContext } from '../trace-context.ts'

/** The run of a message: other runs of the process publish on the same channels. */
export interface RunMessage {
  /** The run, to be compared by identity. */
  readonly run: object
  /** The pipeline's name. */
  readonly pipeline: string
}

/**
 * `spillway:turn`: the records of a turn have their log positions and are decided as far as their turn allows. They are not
 * durable yet.
 */
export interface TurnMessage extends RunMessage {
  /** Start of the turn, UTC ms, by the wall clock that stamps ingestion times. */
  readonly at: number
  /** Entries appended to the log: events and markers. */
  readonly entries: number
  /** Rows of the turn's records: new events, duplicates, and rejected rows. */
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** Markers of requests and ticks. */
  readonly marks: number
  /** Wait of the first record for the turn, and duration of intake and log, ms. */
  readonly waitedMs: number
  readonly intakeMs: number
}

/** `spillway:commit`: the commit of a turn is durable, or has failed for good. */
export interface CommitMessage extends RunMessage {
  readonly entries: number
  readonly decisions: number
  readonly effects: number
  /** Time from the hand-over to the store until the commit was durable or failed, ms. */
  readonly ms: number
  /** Cause of the failure, which also ends the run. */
  readonly error?: unknown
}

/** Duration of each stage, ms, in their order. The sum is the time from the first record until the decisions were durable. */
export interface StageMs {
  /** Wait of the turn's first record for the turn. */
  readonly waited?: number
  /** Decoding and validation of the turn's records, until they had their log positions. */
  readonly intake?: number
  /** Wait for earlier decisions, such as those of a tick. */
  readonly queued?: number
  /** Reads of the features of all groups. */
  readonly features: number
  /** Scoring by the model, after the models before it. */
  readonly inference: number
  /** Encoding of the decisions, until they were durable. */
  readonly durable: number
}

/** The decisions of a batch that one request with a trace context triggered. */
export interface DecisionTraceContext {
  readonly context: TraceContext
  /** Sequence numbers of the log entries of its first and last decision, and the number of its decisions. */
  readonly first: number
  readonly last: number
  readonly count: number
}

/** `spillway:decision`: a decision batch of one model is durable. */
export interface DecisionMessage extends RunMessage {
  readonly model: string
  /** Sequence numbers of the log entries of the first and the last decision, and the number of decisions. */
  readonly first: number
  readonly last: number
  readonly count: number
  /** Start of the decision batch, UTC ms. */
  readonly at: number
  /** Unknown stages are absent, such as the wait of entries that recovery found undecided in the log. */
  readonly stages: StageMs
  /** Trace contexts of its requests; absent without any. */
  readonly traces?: readonly DecisionTraceContext[]
}

/**
 * `spillway:delivery`: an attempt to deliver an effect with a trace context begins. A subscriber that makes a span sets `sent` to its
 * context, which the receiver then gets; otherwise the receiver gets a new span id of the same trace.
 */
export interface DeliveryMessage extends RunMessage {
  readonly action: string
  readonly model: string
  readonly number: number
  /** Log entry of the decision. */
  readonly entry: number
  /** Time since which it could be delivered, UTC ms. */
  readonly since: number
  /** The context of the request that triggered the decision. */
  readonly context: TraceContext
  sent?: TraceContext
}

/** `spillway:effect`: an attempt to deliver an effect has ended. */
export interface EffectMessage extends RunMessage {
  readonly action: string
  readonly model: string
  /** Idempotency key. */
  readonly id: string
  readonly number: number
  /** Log entry of the decision. */
  readonly entry: number
  /** Key of the decision, as JSON. */
  readonly key: string
  /** `tried`: the attempt failed, and another follows. */
  readonly outcome: 'delivered' | 'tried' | 'dead'
  readonly why?: string
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** Time of the decision, and end of the attempt, UTC ms. */
  readonly decidedAt: number
  readonly at: number
  /** Deadline for the acknowledgement, UTC ms. */
  readonly due?: number
  /** Time until the first attempt, from there until this attempt, and of this attempt, ms. */
  readonly queueMs: number
  readonly deliveryMs: number
  readonly acknowledgementMs: number
  /** Trace context of the request that triggered the decision; absent without one. */
  readonly context?: TraceContext
}

/** Message type of each channel. */
export interface Messages {
  readonly 'spillway:turn': TurnMessage
  readonly 'spillway:commit': CommitMessage
  readonly 'spillway:decision': DecisionMessage
  readonly 'spillway:delivery': DeliveryMessage
  readonly 'spillway:effect': EffectMessage
}

interface Channel<M> {
  readonly hasSubscribers: boolean
  publish(message: M): void
}

const namedChannel = <N extends keyof Messages>(name: N): Channel<Messages[N]> => channel(name)

/** Calls `handler` with each message of a channel; the returned function unsubscribes. */
export function subscribeTo<N extends keyof Messages>(name: N, handler: (message: Messages[N]) => void): () => void {
  const subscriber = (message: unknown) => handler(message as Messages[N])
  subscribe(name, subscriber)
  return () => void unsubscribe(name, subscriber)
}

/** Channels by event. Make a message only if `hasSubscribers`. */
export const channels = {
  turn: namedChannel('spillway:turn'),
  commit: namedChannel('spillway:commit'),
  decision: namedChannel('spillway:decision'),
  delivery: namedChannel('spillway:delivery'),
  effect: namedChannel('spillway:effect'),
}
