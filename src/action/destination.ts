/** Where effects go: what every destination implements, and what it is told and tells. */

/** One try at delivering one effect. */
export interface Delivery {
  /** The idempotency key: the same for all tries, of no other effect. Any text. */
  readonly id: string
  /** The action's name. */
  readonly action: string
  /** JSON, the same for all tries. */
  readonly body: string
  /** From 1. */
  readonly attempt: number
}

export type Outcome =
  | { readonly kind: 'acknowledged' }
  | {
      readonly kind: 'failed'
      /** Short and for people. Holds no secret, and of a URL nothing but its host. */
      readonly why: string
      /** Milliseconds that the receiver asked to be left alone for. */
      readonly retryAfterMs?: number
      /** There is no use in another try. */
      readonly final?: true
    }

export interface Destination {
  /** Deliveries that it wants under way at a time; whoever calls keeps to it. */
  readonly concurrency: number
  /** Never rejects. What failed may have arrived all the same, which is what the id is for. */
  deliver(delivery: Delivery): Promise<Outcome>
  /** Ends once the deliveries under way have. */
  close(): Promise<void>
}

export const acknowledged: Outcome = { kind: 'acknowledged' }
