/**
 * What happens inside a run, told as it happens on channels of `node:diagnostics_channel`, for whoever subscribes in this process. Where nobody does, no message is made.
 *
 * What a subscriber throws does not reach the run: Node reports it as an uncaught exception.
 */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Which run it was: other runs of the process tell on the same channels. */
export interface OfRun {
  /** The run itself, to be compared. */
  readonly run: object
  /** The pipeline's name. */
  readonly pipeline: string
}

/** `spillway:turn`: what came in has its place in the log and is decided as far as that goes in its turn; it is not durable yet. */
export interface TurnMessage extends OfRun {
  /** When the turn began, UTC ms by the wall clock that stamps arrivals. */
  readonly at: number
  /** Entries that the log was given, events and marks. */
  readonly entries: number
  /** Rows of the turn's records: new events, repeated ones, and refused. */
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  /** Requests and ticks that were marked. */
  readonly marks: number
  /** How long the first record had waited for the turn, and how long intake and log took, ms. */
  readonly waitedMs: number
  readonly takenMs: number
}

/** `spillway:commit`: what one turn gave the store is durable, or can no longer be. */
export interface CommitMessage extends OfRun {
  readonly entries: number
  readonly decisions: number
  readonly effects: number
  /** From when it was given to the store until it was durable or failed. */
  readonly ms: number
  /** Why it failed, and the run with it. */
  readonly error?: unknown
}

/** Milliseconds of each stage, one after the other: their sum is the time from when the first record came in until the decisions were durable. */
export interface StageMs {
  /** The record of the turn that came first waited for the turn. */
  readonly waited?: number
  /** The turn's records were decoded and checked, and got their places in the log. */
  readonly taken?: number
  /** They waited for decisions before them, as those of a tick. */
  readonly queued?: number
  /** The features of all groups were read. */
  readonly features: number
  /** The model's scores were made, behind those of models before it. */
  readonly inference: number
  /** The decisions were encoded and became durable. */
  readonly durable: number
}

/** `spillway:decision`: decisions of one model that were made together are durable. */
export interface DecisionMessage extends OfRun {
  readonly model: string
  /** Sequence numbers of the log's entries that made the first of them and the last, and how many they are. */
  readonly first: number
  readonly last: number
  readonly count: number
  /** When they were begun, UTC ms. */
  readonly at: number
  /** What nobody knows is absent: of entries that a start found undecided in the log, when they came. */
  readonly stages: StageMs
}

/** `spillway:effect`: a try at an effect has ended. */
export interface EffectMessage extends OfRun {
  readonly action: string
  readonly model: string
  /** The idempotency key. */
  readonly id: string
  readonly number: number
  /** The entry of the log that made the decision. */
  readonly entry: number
  /** What the decision is about, as JSON. */
  readonly key: string
  /** `tried`: it failed, and is tried again. */
  readonly outcome: 'delivered' | 'tried' | 'dead'
  readonly why?: string
  /** From 1. */
  readonly attempt: number
  /** When the decision was made and the try ended, UTC ms. */
  readonly made: number
  readonly at: number
  /** Until when it should be acknowledged, UTC ms. */
  readonly due?: number
  /** Until its first try began; from there until this one did; and how long this one took, ms. */
  readonly queueMs: number
  readonly deliveryMs: number
  readonly acknowledgementMs: number
}

/** What the messages of each channel are. */
export interface Messages {
  readonly 'spillway:turn': TurnMessage
  readonly 'spillway:commit': CommitMessage
  readonly 'spillway:decision': DecisionMessage
  readonly 'spillway:effect': EffectMessage
}

interface Channel<M> {
  readonly hasSubscribers: boolean
  publish(message: M): void
}

const named = <N extends keyof Messages>(name: N): Channel<Messages[N]> => channel(name)

/** Calls `heard` with each message of a channel; what is returned ends that. */
export function listen<N extends keyof Messages>(name: N, heard: (message: Messages[N]) => void): () => void {
  const on = (message: unknown) => heard(message as Messages[N])
  subscribe(name, on)
  return () => void unsubscribe(name, on)
}

/** Make a message only where `hasSubscribers`. */
export const channels = {
  turn: named('spillway:turn'),
  commit: named('spillway:commit'),
  decision: named('spillway:decision'),
  effect: named('spillway:effect'),
}
