/** Limits of everything that talks to other processes: sources, the HTTP server and its client, delivery; part of `limits`. */
export const networkLimits = {
  // Readers of sources.

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
  /** Silence after which a PostgreSQL that sends changes counts as lost, and after which a pending statement is checked to have a session, ms. */
  POSTGRES_SILENCE_MS: 60_000,
  /** Interval between two checks that a replicated table has kept its name and is still published, ms. */
  POSTGRES_LOOK_MS: 10_000,
  /** Timeout of a connection to PostgreSQL, ms. */
  POSTGRES_CONNECT_MS: 10_000,
  /** Greatest delay between two attempts to reconnect to PostgreSQL, ms. */
  POSTGRES_RETRY_MS_MAX: 5000,

  // OpenLineage.

  /** Events that wait for the receiver of OpenLineage events. */
  OPENLINEAGE_EVENTS_MAX: 2000,
  /** Timeout of one event, ms. */
  OPENLINEAGE_TIMEOUT_MS: 10_000,
  /** Delay before the second attempt, which doubles with each further one, and its greatest value, ms. */
  OPENLINEAGE_RETRY_MS: 1000,
  OPENLINEAGE_RETRY_MS_MAX: 60_000,
  /** Interval between two RUNNING events of a run, ms. */
  OPENLINEAGE_RUNNING_MS: 60_000,
  /** Delay after a change of a ledger before it is read, ms. */
  OPENLINEAGE_LEDGER_MS: 100,
  /** Time in which events are still sent at a stop, ms. */
  OPENLINEAGE_STOP_MS: 3000,

  // HTTP server.

  /** Body of a JSON request, compressed and uncompressed, bytes. */
  HTTP_JSON_BYTES_MAX: 1 << 20,
  /** Body of an NDJSON stream, compressed and uncompressed, bytes. */
  HTTP_STREAM_BYTES_MAX: 1 << 26,
  /** Concurrent NDJSON streams. One client has at most half of what the others leave, of this and of the next four limits. */
  HTTP_STREAMS_MAX: 64,
  /** Bytes of one NDJSON stream that are not yet durable, beyond which the stream is paused. */
  HTTP_STREAM_WAITING_BYTES: 1 << 22,
  /** Requests of one route class (ingest, decide, webhook) that wait for their commit. */
  HTTP_WAITING_MAX: 1 << 14,
  /** Records of all HTTP requests that are not yet durable. One client gets half: one turn, while another is committed. */
  HTTP_WAITING_RECORDS_MAX: 1 << 16,
  /** Work on large bodies and queries after which other work on the event loop has its turn, ms. */
  SERVE_AT_ONCE_MS: 5,
  /** Size of a large JSON body, bytes: its client waits for its turn before the server parses the body. */
  SERVE_LARGE_BYTES: 1 << 14,
  /** Bytes of JSON bodies of one route class (ingest, decide, read and operate) in memory. */
  HTTP_BODY_BYTES_MAX: 1 << 26,
  /** Bytes of webhooks in memory: their senders are unknown until the body is complete. */
  HTTP_WEBHOOK_BYTES_MAX: 1 << 24,
  /** Least average rate of a body while the server waits for it, bytes a second. */
  HTTP_BODY_BYTES_PER_S_MIN: 1 << 10,
  /** Delay behind that rate after which a body is cut off, ms. */
  HTTP_BODY_GRACE_MS: 5000,
  /** Interval between two checks for slow bodies, ms. */
  HTTP_BODY_CHECK_MS: 1000,
  /** Interval within which all pages of the dashboard get the same status of the run, ms. */
  STATUS_MS_MIN: 500,
  /** Rejected records that a response lists; all are dead letters. */
  HTTP_ERRORS_MAX: 20,
  /** `Retry-After` of a rejected client, seconds. */
  HTTP_RETRY_AFTER_S: 1,
  /** Keys of one request for features. */
  FEATURE_REQUEST_KEYS_MAX: 1000,
  /** Decisions that one request lists. */
  DECISIONS_LISTED_MAX: 1000,
  /** Dead letters that `GET /dead-letters` lists, and bytes of records after which it lists no more. */
  DEAD_LETTERS_LISTED_MAX: 1000,
  DEAD_LETTERS_LISTED_BYTES: 1 << 22,
  /** Dead letters that one request groups by cause, or searches for those of a cause. */
  DEAD_LETTERS_GROUPED_MAX: 10_000,
  /** Causes of dead letters that `GET /dead-letters/causes` lists. */
  DEAD_LETTER_CAUSES_MAX: 100,
  /** Effects that `GET /effects` lists. */
  EFFECTS_LISTED_MAX: 1000,
  /** Decisions that a server decodes between two turns of its run for a list; a thread searches among more. */
  DECISIONS_READ_AT_ONCE: 2000,
  /** Recorded decisions that one request scans for those of a key, time or score. */
  DECISIONS_SCANNED_MAX: 100_000,
  /** Interval between two integrity checks of recorded decisions after a start, and the duration of one check, ms. */
  DECISION_CHECK_EVERY_MS: 100,
  DECISION_CHECK_MS: 5,
  /** Newest recorded decisions whose keys a server indexes in memory, once a session of its dashboard or a query by key begins; 16 to 24 bytes each. */
  DECISION_KEYS_INDEXED_MAX: 1 << 22,
  /** Concurrent searches for recorded decisions, waiting ones included. */
  HTTP_SEARCHES_MAX: 256,
  /** Decisions of one log entry that one request traces. */
  DECISIONS_TRACED_MAX: 100,
  /** Events of a source that `GET /sources/SOURCE/events` lists. */
  EVENTS_LISTED_MAX: 1000,
  /** Log entries that one look at the newest events of a source reads. */
  RECENT_ENTRIES_MAX: 2000,
  /** Segments of the log that one look at the newest events of a source reads. */
  RECENT_SEGMENTS_MAX: 100,
  /** Events of a source in one message of its stream; the rest is counted. */
  EVENT_TAIL_EVENTS: 20,
  /** Interval between two messages of a stream of a source's events, ms. */
  EVENT_TAIL_EVERY_MS: 500,
  /** Interval between two messages of a stream of decisions without their inputs, ms: a list for people. */
  DECISION_LIST_EVERY_MS: 50,
  /** Concurrent streams of server-sent events. */
  SSE_STREAMS_MAX: 11_000,
  /** Share of one client: at most this many times what the others leave, 10,000 streams if it is alone. */
  SSE_CLIENT_SHARE: 10,
  /** Bytes that wait for one slow reader of events, beyond which it is cut off. It continues there when it reconnects. */
  SSE_BUFFER_BYTES: 1 << 20,
  /** Interval between two heartbeats on a stream of events, ms. */
  SSE_HEARTBEAT_MS: 15_000,
  /** Delay after which a reader of events reconnects, ms. */
  SSE_RETRY_MS: 1000,
  /** Delay after which a revoked token is rejected, ms. */
  TOKENS_LOOK_MS: 1000,
  /** Duration of a session of the dashboard, ms. */
  SESSION_MS: 43_200_000,
  /** Clients with a rate limiter; those that came longest ago are removed. */
  RATE_CLIENTS_MAX: 100_000,
  /** Greatest difference between the timestamp of a webhook and this machine's clock, seconds. */
  WEBHOOK_TOLERANCE_S: 300,
  /** Concurrent connections to the server. */
  HTTP_CONNECTIONS_MAX: 12_000,
  /** Timeout of the head of a request, ms. */
  HTTP_HEAD_MS: 10_000,
  /** Timeout of a whole request, ms. */
  HTTP_REQUEST_MS: 60_000,
  /** Interval between two checks for slow requests, ms. */
  HTTP_SLOW_CHECK_MS: 2000,
  /** Interval between two checks for idle connections while a server stops, ms. */
  HTTP_CLOSING_CHECK_MS: 20,
  /** Time for bodies of requests to complete once a server stops, ms. */
  HTTP_CLOSING_BODY_MS: 5000,
  /** Time to answer all clients once a server stops, ms; below what `--take-over` and containers wait for. */
  HTTP_CLOSING_MS: 20_000,
  /** Idle timeout of a connection, ms. */
  HTTP_IDLE_MS: 30_000,
  /** Time without any traffic after which a connection is closed, ms. */
  HTTP_SILENCE_MS: 120_000,
  /** Length of the head of a request, bytes. */
  HTTP_HEAD_BYTES_MAX: 1 << 14,
  /** Margin before its deadline at which an answer is sent, ms; at most half the deadline. A busy machine delays a process by 35 ms. */
  ANSWER_MARGIN_MS: 50,

  // Client.

  /** Bytes of events in one request of a client. */
  CLIENT_BATCH_BYTES: 1 << 20,
  /** Events in one request of a client. */
  CLIENT_BATCH_EVENTS: 10_000,
  /** Greatest wait of an event for others in the same request of a client, ms. */
  CLIENT_GATHER_MS: 1000,
  /** Events in one request beyond which a client sends NDJSON: the server has room for many JSON requests, and for few streams. */
  CLIENT_JSON_EVENTS: 100,
  /** Attempts of a client to send a request. */
  CLIENT_TRIES: 8,
  /** Greatest delay before a client retries a request, ms. */
  CLIENT_WAIT_MS_MAX: 30_000,
  /** Timeout of a client's request, ms: longer than the server waits for a request. */
  CLIENT_ANSWER_MS: 70_000,
  /** Silence after which a client takes a stream of events for lost, ms: three heartbeats are missing. */
  CLIENT_STILL_MS: 50_000,
  /** Characters of one server-sent event that a client accepts. */
  CLIENT_EVENT_CHARS_MAX: 1 << 24,

  // Effects and their delivery.

  /** Attempts to deliver an effect, unless the action states them. */
  ACTION_ATTEMPTS: 15,
  /** Delay between the first attempt and the second, about, ms. */
  BACKOFF_FIRST_MS: 1000,
  /** Greatest delay between two attempts, about, ms. */
  BACKOFF_MS_MAX: 900_000,
  /** Failed attempts at a decision or dead letter while the destination acknowledges others; after some three hours it is left out. */
  RECORD_REJECTIONS_MAX: 24,
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
  /** Dead letters in memory that are not yet delivered to the destination of dead letters: each has at most `LINE_BYTES_MAX` bytes. */
  DEAD_LETTERS_HELD_MAX: 64,
  /** Time for which positions of delivered decisions and dead letters are gathered into one commit, ms. */
  DECISIONS_SETTLE_MS: 100,
  /** Effects of one action in memory, and keys that wait for a retry; effects behind them stay in the store until others are done. */
  EFFECTS_IN_MEMORY_MAX: 1 << 14,
  /** Effects of one key of an action in memory; only the first while the key waits for a retry. */
  EFFECTS_IN_MEMORY_OF_KEY_MAX: 16,
  /** Effects of one action that one read of the store returns before other work has its turn, and the least number of a read. */
  EFFECTS_READ_MAX: 1 << 10,
  EFFECTS_READ_MIN: 1 << 6,
  /** Deliveries to one file that share an fsync. */
  FILE_DELIVERIES_AT_ONCE: 256,
  /** Redirects that one attempt at a webhook follows. */
  REDIRECTS_MAX: 3,
  /** Bytes of a receiver's response that are read (and dropped) before the connection is closed. */
  ANSWER_BYTES_MAX: 1 << 16,
  /** Bytes of an answer to a notification that are shown. */
  ANSWER_TEXT_BYTES: 1 << 10,
  /** Characters of an idempotency key that are sent unhashed. */
  WIRE_KEY_MAX: 200,
  /** Least length of a webhook secret, bytes: that of Standard Webhooks. */
  SECRET_BYTES_MIN: 24,
  /** Characters of the reason of a failed delivery. */
  FAILURE_REASON_CHARS_MAX: 300,

  // S3, as target of backups.

  /** Attempts of a request. */
  S3_ATTEMPTS: 5,
  /** Timeout of a connection, ms. */
  S3_CONNECT_MS: 10_000,
  /** Silence after which a request has failed, ms. */
  S3_TIMEOUT_MS: 60_000,

  // Schema registry.

  /** Schemas of one registry in memory. */
  REGISTRY_SCHEMAS_MAX: 1000,
  /** Ids of one registry whose schema is remembered as a hash, so that a change is detected. */
  REGISTRY_IDS_MAX: 1 << 16,
  /** Concurrent requests to one registry. */
  REGISTRY_REQUESTS_MAX: 8,
  /** Size of an answer of a registry, bytes. */
  REGISTRY_ANSWER_BYTES_MAX: 1 << 23,
  /** Timeout of a request to a registry, ms. */
  REGISTRY_TIMEOUT_MS: 10_000,
  /** Greatest delay between two attempts to reach a registry, ms. */
  REGISTRY_RETRY_MS_MAX: 5000,
  /** Time after which an id that the registry does not have is looked up again, ms. */
  REGISTRY_UNKNOWN_MS: 60_000,

  // Notifications of alerts.

  /** Notifications that wait for one receiver. Beyond it, alerts that have already ended are left out first, and counted. */
  NOTIFICATIONS_WAITING_MAX: 200,
  /** Ended alerts of a receiver that are remembered, so that a restart does not send them again. */
  ALERTS_ENDED_KEPT: 200,
  /** Greatest delay between two attempts to reach a receiver of alerts, about, ms. */
  NOTIFICATION_RETRY_MS_MAX: 60_000,
  /** Greatest delay that a receiver of alerts may demand with `Retry-After`, ms. */
  NOTIFICATION_RETRY_AFTER_MS_MAX: 120_000,
  /** Failed attempts at a ticket after which the page that the same alert has become goes before it. */
  NOTIFICATION_ATTEMPTS_IN_ORDER: 10,
  /** Time in which a run that has failed sends its last notifications before it closes, ms. */
  FAILED_RUN_NOTIFY_MS: 10_000,
  /** Longest wait of the end of an alert until the notifications before it are stored, ms: a crash must not repeat one behind the end. */
  NOTIFICATION_STORE_MS: 2000,
  /** Interval at which an alert that fires is repeated to Alertmanager, ms. */
  ALERTMANAGER_REFRESH_MS: 60_000,
  /** Time after which Alertmanager takes an alert that is not repeated for resolved, ms. */
  ALERTMANAGER_KEEP_MS: 240_000,

  // Lag of sources.

  /** Interval between two samples of the lag of a source, ms. */
  LAG_SAMPLE_MS: 15_000,
  /** Time after which a measurement of the lag of a source is given up, ms. */
  LAG_MEASURE_MS: 5000,
  /** Rows of an outbox behind the position that are counted; more are not told apart. */
  LAG_ROWS_MAX: 1_000_000,
  /** Bytes of the log of PostgreSQL behind the position that count as caught up: others write to it too. */
  LAG_WAL_BYTES: 1 << 20,
  /** Samples by which the lag of a source is judged. */
  LAG_SAMPLES: 10,
  /** Age of the oldest record from which a source that falls behind is a ticket, ms. */
  LAG_BEHIND_MS_MIN: 60_000,
  /** Least time that the records of a source may wait before its lag is a page, whatever its actions and objectives allow, ms. */
  LAG_PATIENCE_MS_MIN: 120_000,
  /** Time within which a source that is behind may catch up without a page, ms. */
  LAG_CATCH_UP_MS: 300_000,
  /** Earlier ends of a source in memory, by which its lag is stated as time; beyond them every second of the older ends is dropped. */
  LAG_ENDS_MAX: 128,
} as const
