/** The port of a destination: one delivery of an effect goes in, its outcome comes out. */

/** One attempt to deliver one effect. */
export interface Delivery {
  /** Idempotency key: the same for all attempts, unique to the effect. Any text. */
  readonly id: string
  /** The action's name. */
  readonly action: string
  /** JSON, the same for all attempts. */
  readonly body: string
  /** Attempt number, from 1. */
  readonly attempt: number
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

/** A receiver of effects: webhook, file, standard output or function. */
export interface Destination {
  /** Most deliveries in flight at a time; the caller keeps to it. */
  readonly concurrency: number
  /** Never rejects. A failed delivery may have arrived all the same: receivers deduplicate by the id. */
  deliver(delivery: Delivery): Promise<DeliveryOutcome>
  /** Resolves once the deliveries in flight have ended. */
  close(): Promise<void>
}

/** The outcome of an accepted delivery. */
export const ACKNOWLEDGED: DeliveryOutcome = { kind: 'acknowledged' }
