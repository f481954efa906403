/** Limits of operators' changes to a run or a data folder; part of `limits`. */
export const controlLimits = {
  /** Dead letters that one request replays or drops. */
  DEAD_LETTERS_CHANGED_MAX: 1000,
  /** Bytes of dead letters that are sent again at a time; one more may pass it. */
  DEAD_LETTERS_SENT_BYTES: 1 << 22,
  /** Effects that one request retries or drops. */
  EFFECTS_CHANGED_MAX: 1000,
  /** Concurrent connections to the control socket of a run. */
  CONTROL_CONNECTIONS_MAX: 16,
  /** One request to the control socket, bytes: a record of `LINE_BYTES_MAX` whose bytes are escaped in JSON, and some more. */
  CONTROL_REQUEST_BYTES_MAX: 7 << 20,
  /** Time that a connection to the control socket has to send a request, ms. */
  CONTROL_REQUEST_MS: 30_000,
} as const
