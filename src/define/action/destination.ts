/**
 * The port of a destination: one delivery goes in, its outcome comes out.
 *
 * The contract has a test for each clause in `testDestination` of `spillway/testing`. A run does not trust a destination: a
 * delivery that breaks the contract counts as failed, and its reason names the destination and the clause.
 */

import type { TraceContext } from '../../base/index.ts'

/** One attempt to deliver one effect or decision. */
export interface Delivery {
  /** Idempotency key: the same for all attempts, unique to what is delivered. Any text. */
  readonly id: string
  /** The action's name; absent for a decision. */
  readonly action?: string | undefined
  /** The decision's key, as JSON. Deliveries of one key and action come one after another, in order of decision. */
  readonly key: string
  /** JSON, the same for all attempts. */
  readonly body: string
  /** Attempt number, from 1. */
  readonly attempt: number
  /** Trace context for the receiver, with a span of this delivery as the parent; absent if the decision's request had none. */
  readonly trace?: TraceContext | undefined
  /** Aborts at the deadline of the attempt, after which it has failed, whatever its later outcome. */
  readonly signal?: AbortSignal | undefined
}

/** Result of one delivery attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'acknowledged' }
  | {
      readonly kind: 'failed'
      /** Short reason for people. Holds no secret, and only the host of a URL. */
      readonly why: string
      /** Milliseconds for which the receiver asked for no further attempt (`Retry-After`). */
      readonly retryAfterMs?: number
      /** A further attempt cannot succeed. */
      readonly final?: true
    }

/**
 * A receiver of effects and decisions: webhook, file, standard output, function, or your own.
 *
 * @example
 * const memory = (texts: string[]): Destination => ({
 *   concurrency: 16,
 *   async deliver({ body }) {
 *     texts.push(body)
 *     return { kind: 'acknowledged' }
 *   },
 *   async close() {},
 * })
 */
export interface Destination {
  /** Most deliveries in flight at a time, 1 to 1024, the same for its whole life; the caller keeps to it. */
  readonly concurrency: number
  /**
   * Resolves with the outcome, and never throws or rejects. An acknowledged delivery has arrived for good.
   *
   * A failed delivery may have arrived all the same: receivers deduplicate by the id.
   */
  deliver(delivery: Delivery): Promise<DeliveryOutcome>
  /** Resolves once the deliveries in flight have ended and all resources are released. Called once, after the last delivery. */
  close(): Promise<void>
}

/** The outcome of an accepted delivery. */
export const ACKNOWLEDGED: DeliveryOutcome = { kind: 'acknowledged' }

/** Opens a destination when a run starts; its settings and limits are in the IR. */
export type OpenDestination = (settings: Readonly<Record<string, string>>) => unknown
