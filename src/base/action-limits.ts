/** Bounds of how effects are sent; part of `limits`. */
export const actionLimits = {
  /** Tries at delivering one effect, unless the action says. */
  ACTION_ATTEMPTS: 15,
  /** Milliseconds between the first try of an effect and the second, about. */
  BACKOFF_FIRST_MS: 1000,
  /** Milliseconds between two tries of an effect at most, about. */
  BACKOFF_MS_MAX: 900_000,
  /** Milliseconds that a receiver may ask to be left alone for, with `Retry-After`. */
  RETRY_AFTER_MS_MAX: 3_600_000,
  /** Milliseconds of one try at a delivery, unless its destination says. */
  DELIVERY_MS: 5000,
  /** Deliveries that one destination takes at a time, unless it says. */
  DELIVERIES_AT_ONCE: 16,
  /** Deliveries that one destination takes at a time, whatever it says. */
  DELIVERIES_AT_ONCE_MAX: 1024,
  /** Milliseconds for which it is gathered what became of effects, to be one commit. */
  SETTLE_MS: 5,
  /** Effects of one action that are held in memory; those behind them stay in the store until others are done. So many keys may wait for a next try at once. */
  EFFECTS_HELD_MAX: 1 << 14,
  /** Of one key of an action, while it does not wait for a next try: then it is the first alone. */
  EFFECTS_HELD_OF_KEY_MAX: 16,
  /** Effects of one action that are read from the store before anything else has its turn, and how many at least though there is room for fewer. */
  EFFECTS_READ_MAX: 1 << 10,
  EFFECTS_READ_MIN: 1 << 6,
  /** Deliveries to one file that wait for the same fsync. */
  FILE_DELIVERIES_AT_ONCE: 256,
  /** Redirects that one try at a webhook follows, unless it says. */
  REDIRECTS: 3,
  /** Redirects that one try at a webhook follows, whatever it says. */
  REDIRECTS_MAX: 20,
  /** Bytes of a receiver's answer that are read (and dropped) before its connection is cut. */
  ANSWER_BYTES_MAX: 1 << 16,
  /** Characters of an idempotency key that go over the wire as they are. */
  WIRE_KEY_MAX: 200,
  /** Bytes of a secret that webhooks are signed with, at least: what Standard Webhooks asks for. */
  SECRET_BYTES_MIN: 24,
  /** Characters of a reason that a delivery failed for. */
  WHY_MAX: 300,
} as const
