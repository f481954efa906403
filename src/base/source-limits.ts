/** Limits of the readers of sources; part of `limits`. */
export const sourceLimits = {
  /** Length of the position of a source reader, characters. */
  POSITION_CHARS_MAX: 1 << 16,
  /** Time in which a source reader must end after the signal, and close, ms. */
  READER_STOP_MS: 10_000,
  /** Records of an iterable that are submitted at a time. */
  ITERABLE_RECORDS: 1 << 10,
  /** Rows of a PostgreSQL table in one read. */
  POSTGRES_PAGE_ROWS: 1 << 12,
  /** Bytes of rows of a PostgreSQL table in one read, and of one row. */
  POSTGRES_PAGE_BYTES: 1 << 23,
  /** Interval between two polls of an outbox without new rows, ms. */
  POSTGRES_POLL_MS: 200,
  /** Rows of a PostgreSQL table in one read of a copy. */
  POSTGRES_COPY_ROWS: 1 << 8,
  /** Interval between two status messages to PostgreSQL, and after which a position is saved though nothing has changed, ms. */
  POSTGRES_STATUS_MS: 1000,
  /** Silence after which a PostgreSQL that sends changes counts as lost, ms; the run keeps requesting a reply. */
  POSTGRES_SILENCE_MS: 60_000,
  /** Interval between two checks that a replicated table has kept its name and is still published, ms. */
  POSTGRES_LOOK_MS: 10_000,
  /** Timeout of a connection to PostgreSQL, ms. */
  POSTGRES_CONNECT_MS: 10_000,
  /** Greatest delay between two attempts to reconnect to PostgreSQL, ms. */
  POSTGRES_RETRY_MS_MAX: 5000,
} as const
