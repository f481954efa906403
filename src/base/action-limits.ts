/** Limits of effects and their delivery; part of `limits`. */
export const actionLimits = {
  /** Attempts to deliver an effect, unless the action states them. */
  ACTION_ATTEMPTS: 15,
  /** Delay between the first attempt and the second, about, ms. */
  BACKOFF_FIRST_MS: 1000,
  /** Greatest delay between two attempts, about, ms. */
  BACKOFF_MS_MAX: 900_000,
  /** Greatest delay that a receiver may demand with `Retry-After`, ms. */
  RETRY_AFTER_MS_MAX: 3_600_000,
  /** Timeout of one attempt, ms, unless its destination states it. */
  DELIVERY_MS: 5000,
  /** Deadline of one delivery to a user's own destination, and of opening and closing it, ms, unless it is stated. */
  DESTINATION_MS: 30_000,
  DESTINATION_MS_MAX: 3_600_000,
  /** Concurrent deliveries to one destination, unless it states them. */
  DELIVERIES_AT_ONCE: 16,
  /** Greatest number of concurrent deliveries to one destination. */
  DELIVERIES_AT_ONCE_MAX: 1024,
  /** Time for which outcomes of effects are gathered into one commit, ms. */
  SETTLE_MS: 5,
  /** Decisions in memory that are not yet delivered to the destination of decisions, about. */
  DECISIONS_HELD_MAX: 1 << 12,
  /** Time for which positions of delivered decisions are gathered into one commit, ms. */
  DECISIONS_SETTLE_MS: 100,
  /**
   * Effects of one action in memory; those behind them stay in the store until others are done. It also limits the keys that
   * wait for a retry.
   */
  EFFECTS_IN_MEMORY_MAX: 1 << 14,
  /** Effects of one key of an action in memory; only the first while the key waits for a retry. */
  EFFECTS_IN_MEMORY_OF_KEY_MAX: 16,
  /** Effects of one action that one read of the store returns before other work has its turn, and the least number of a read. */
  EFFECTS_READ_MAX: 1 << 10,
  EFFECTS_READ_MIN: 1 << 6,
  /** Deliveries to one file that share an fsync. */
  FILE_DELIVERIES_AT_ONCE: 256,
  /** Redirects that one attempt at a webhook follows, unless it states them. */
  REDIRECTS: 3,
  /** Greatest number of redirects of one attempt at a webhook. */
  REDIRECTS_MAX: 20,
  /** Bytes of a receiver's response that are read (and dropped) before the connection is closed. */
  ANSWER_BYTES_MAX: 1 << 16,
  /** Characters of an idempotency key that are sent unhashed. */
  WIRE_KEY_MAX: 200,
  /** Least length of a webhook secret, bytes: that of Standard Webhooks. */
  SECRET_BYTES_MIN: 24,
  /** Characters of the reason of a failed delivery. */
  FAILURE_REASON_CHARS_MAX: 300,
} as const
