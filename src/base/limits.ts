import { actionLimits } from './action-limits.ts'
import { auditLimits } from './audit-limits.ts'
import { measurementLimits } from './measurement-limits.ts'
import { reconcileLimits } from './reconcile-limits.ts'
import { trainingLimits } from './training-limits.ts'

/** Every bound that Spillway has, with its unit. Passing one is a typed error or back-pressure, never silent growth. */
export const limits = {
  /** Largest magnitude of an exact value: a safe integer, scaled for decimals. */
  EXACT_MAX: Number.MAX_SAFE_INTEGER,
  /** Event times and clocks, milliseconds either side of the epoch. */
  TIME_MS_MAX: 2 ** 43,
  /** Digits after the point of a decimal column. */
  DECIMAL_SCALE_MAX: 15,
  /** `variance` and `slope` over an exact column: largest declared magnitude, scaled. */
  MOMENT_VALUE_MAX: 2 ** 40,
  /** `variance` and `slope` over an exact column: values in one window. */
  MOMENT_COUNT_MAX: 2 ** 22,
  /** Values in one window of any exact sum. */
  SUM_COUNT_MAX: 2 ** 26,
  /** `countDistinct` and `topK`: distinct values in one window that are told apart. Beyond, the one is estimated and the other refused. */
  DISTINCT_MAX: 4096,
  /** `countDistinct`: distinct values that a key holds one by one though its limit is lower: a sketch takes more bytes than these. */
  SKETCH_FROM: 512,
  /** `countDistinct`: registers of the sketch of more values than that. The standard error of what it estimates is 1.04 / √registers. */
  SKETCH_REGISTERS: 1 << 12,
  /** `countDistinct`: the greatest rank of a register, and so the most entries that a key keeps for each. */
  SKETCH_RANK_MAX: 41,
  /** `quantile`: significant binary digits of the values that are counted, which bounds how many different ones there are: 128 for each sign and power of two. */
  QUANTILE_DIGITS: 8,
  /** `histogram`: bounds. Each is a number more in every entry of a window. */
  HISTOGRAM_BOUNDS_MAX: 128,
  /** `lastK`: values returned. */
  LAST_K_MAX: 1024,
  /** `topK`: values returned. */
  TOP_K_MAX: 1024,
  /** Offsets of one partition; a position, `partition · OFFSET_MAX + offset`, is a safe integer for up to 2^10 partitions. */
  OFFSET_MAX: 2 ** 43,
  /** Keys of one feature group in one process. */
  KEYS_MAX: 2 ** 24,
  /** Events that one key may hold for an exact window, unless the feature gives `maxEvents`. */
  EXACT_EVENTS_PER_KEY: 2 ** 20,
  /** Events that one key may hold of a source with `identity`, whatever its windows. */
  REVISABLE_EVENTS_PER_KEY: 2 ** 20,
  /** Entries (events or tiles) that one key may keep for one window structure. */
  ENTRIES_PER_KEY_MAX: 2 ** 26,
  /** Bytes of an array of state from which on it grows where it lies. */
  IN_PLACE_BYTES: 1 << 20,
  /** Entries of one window structure, all keys together. */
  ENTRIES_MAX: 2 ** 30,
  /** Distinct strings that one process keeps for keys and string features. */
  STRINGS_MAX: 2 ** 24,
  /** Bytes of UTF-8 of those. */
  STRINGS_BYTES_MAX: 2 ** 32 - 1,
  /** Strings that a run keeps, and bytes of UTF-8 of those, beyond which it rejects records with new ones (`limit`): below what ids and memory allow. */
  RUN_STRINGS_MAX: 15 * 2 ** 20,
  RUN_STRINGS_BYTES_MAX: 2 ** 30,
  /** One line of an NDJSON or CSV file, bytes. */
  LINE_BYTES_MAX: 1 << 20,
  /** Bytes of UTF-8 of one key, id, identity field or entity, unless its column has `maxBytes`. */
  KEY_BYTES_MAX: 1 << 10,
  /** Bytes of UTF-8 of any other text, unless its column has `maxBytes`. */
  TEXT_BYTES_MAX: 1 << 16,
  /** Depth of nested JSON in one record. */
  JSON_DEPTH_MAX: 64,
  /** Rows that a `map` may return for one record. */
  MAP_ROWS_MAX: 1000,
  /** Ids remembered within `dedupe`, one source. */
  DEDUPE_IDS_MAX: 2 ** 24,
  /** How much the heap of a run's process grows, with the arrays outside of it, until all of it is collected: percent of what is alive. */
  HEAP_GROWING_PERCENT_MAX: 200,
  /** Not more than so many bytes. */
  HEAP_GROWING_BYTES_MAX: 2 ** 30,
  /** But so much at least, percent. */
  HEAP_GROWING_PERCENT_MIN: 50,
  /** Bytes of a group's state that are saved and flushed at a time, about: what is flushed at once holds up the log. */
  SLICE_BYTES: 1 << 19,
  /** Bytes of a file of saved state, about: the rest of a group goes into further ones. */
  STATE_FILE_BYTES: 1 << 28,
  /** Strings that are encoded to be saved before anything else has its turn. */
  STRINGS_AT_ONCE: 1 << 11,
  /** Files of strings beyond which they are written as one. */
  STRING_FILES_MAX: 64,
  /** Milliseconds between the beginnings of two rounds of saving state, at least… */
  CHECKPOINT_ROUND_MS: 10_000,
  /** …and at most, while fewer entries of the log than these have come. A start takes them again in a second. */
  CHECKPOINT_ROUND_MS_MAX: 60_000,
  CHECKPOINT_ROUND_ENTRIES: 1 << 18,
  /** Times that a dead letter is sent again, before it must be edited or dropped. */
  DEAD_ATTEMPTS_MAX: 10,
  /** Entries of the log on which a plan measures how long a start takes. */
  PLAN_SAMPLE: 200_000,
  /** Entries of the log behind which a process that takes over asks the other to stop. */
  TAKE_OVER_BEHIND: 10_000,
  /** Milliseconds that a process which was asked to stop has for it. */
  TAKE_OVER_MS: 60_000,
  /** Ticks that passed while nothing ran, marked in the log at a time. */
  TICKS_AT_ONCE: 256,
  /** Keys that a tick decides about before anything else has its turn. */
  TICK_KEYS_AT_ONCE: 1024,
  /** Entries of the log that wait for a tick's decisions, beyond which sources are held back. */
  UNDECIDED_MAX: 1 << 20,
  /** Entries of the log that are forgotten at a time, about. */
  FORGET_ENTRIES: 1 << 14,
  /** Milliseconds between two looks for what may be forgotten, at least. */
  FORGET_EVERY_MS: 1000,
  /** Milliseconds after which a batch run that failed is tried again, and the longest that it becomes when it fails again and again. */
  BATCH_RETRY_MS: 1000,
  BATCH_RETRY_MS_MAX: 300_000,
  /** Batch runs of one group, and reports of one name, that their ledgers keep. */
  BATCH_RUNS_KEPT: 500,
  /** Events that a batch run reads beyond which its keys are parted, and of each partition about, if they are spread over the keys. */
  BATCH_PARTITION_EVENTS: 1 << 18,
  /** Partitions of one batch run. */
  BATCH_PARTITIONS_MAX: 1 << 10,
  /** Rows that a batch run holds while it sets them aside by partition; more where there are so many partitions that each would have few. */
  BATCH_SPILL_ROWS: 1 << 16,
  /** Threads that compute one batch run, unless the run says. */
  BATCH_THREADS_MAX: 8,
  /** Milliseconds for which a thread of batch runs waits for the next one. */
  BATCH_THREAD_IDLE_MS: 10_000,
  /** Milliseconds that a report may be made late and still find in the log what it is of, where the log is not kept whole. */
  REPORT_LATE_MS: 86_400_000,
  /** Entries of the log in one segment of an import. */
  IMPORT_ENTRIES: 4096,
  /** Records that one turn of a run takes from those that wait. */
  TURN_RECORDS: 1 << 14,
  /** Records that wait for a turn of a run, beyond which sources are held back. */
  WAITING_RECORDS_MAX: 1 << 16,
  /** Turns of a run that wait for the disk, beyond which the next is made a while later. */
  TURNS_UNPACED: 8,
  /** That while, milliseconds, and the longest that it becomes when more and more turns wait. */
  TURN_PACE_MS: 5,
  TURN_PACE_MS_MAX: 40,
  /** Turns of a run that wait for the disk, beyond which the next one waits too. */
  TURNS_IN_FLIGHT_MAX: 64,
  /** Milliseconds by which the wall clock may run ahead of the time that passed, before nothing more is stamped by it. */
  CLOCK_JUMP_MS_MAX: 3_600_000,
  /** Commits of the log written in one transaction. */
  COMMITS_AT_ONCE: 4096,
  /** Pages (4 KiB) in the WAL beyond which commits wait until it is empty. */
  WAL_PAGES_MAX: 4000,
  /** Pages (4 KiB) of a log whose structure is checked at every start. */
  QUICK_CHECK_PAGES_MAX: 1 << 14,
  /** Milliseconds between two looks at the WAL. */
  CHECKPOINT_EVERY_MS: 50,
  /** Milliseconds that commits wait for the WAL to be emptied at most. */
  GATE_MS_MAX: 2000,
  /** Body of an HTTP request that is one JSON text, packed and unpacked, bytes. */
  HTTP_JSON_BYTES_MAX: 1 << 20,
  /** Body of an HTTP request that is an NDJSON stream, packed and unpacked, bytes. */
  HTTP_STREAM_BYTES_MAX: 1 << 26,
  /** NDJSON streams that are read at once. One client has at most half of what the others leave, of this and of the next four limits. */
  HTTP_STREAMS_MAX: 64,
  /** Bytes of one NDJSON stream that were given to the run and are not yet durable: beyond it the stream is not read on. */
  HTTP_STREAM_WAITING_BYTES: 1 << 22,
  /** HTTP requests of one route class (ingest, decide, webhook) that wait for their commit at once. */
  HTTP_WAITING_MAX: 1 << 14,
  /** Records of HTTP requests that are not yet durable, all requests together: a client waits for what others have in flight. */
  HTTP_WAITING_RECORDS_MAX: 1 << 15,
  /** Milliseconds of work on large bodies and questions after which everything else on the loop has its turn. */
  SERVE_AT_ONCE_MS: 5,
  /** Least bytes of a large JSON body: its client waits for its turn before the server parses the body. */
  SERVE_LARGE_BYTES: 1 << 14,
  /** Bytes of JSON bodies of one route class (ingest, decide, read and operate) held at once. */
  HTTP_BODY_BYTES_MAX: 1 << 26,
  /** Bytes of webhooks held at once: their senders are unknown until the whole body is there. */
  HTTP_WEBHOOK_BYTES_MAX: 1 << 24,
  /** Bytes a second that a body must bring on average while the server waits for it. */
  HTTP_BODY_BYTES_PER_S_MIN: 1 << 10,
  /** Milliseconds by which a body may be behind that rate before it is cut off. */
  HTTP_BODY_GRACE_MS: 5000,
  /** Milliseconds between two looks for bodies that are too slow. */
  HTTP_BODY_LOOK_MS: 1000,
  /** Refused records that an answer names; all are dead letters. */
  HTTP_ERRORS_MAX: 20,
  /** Seconds after which a client that was turned away may come again. */
  HTTP_RETRY_AFTER_S: 1,
  /** Features of how many keys are asked for in one call. */
  FEATURE_ASKS_MAX: 1000,
  /** Decisions that one call lists. */
  DECISIONS_LISTED_MAX: 1000,
  /** Dead letters that `GET /dead-letters` gives at most, and bytes of records after which it gives no more. */
  LETTERS_LISTED_MAX: 1000,
  LETTERS_LISTED_BYTES: 1 << 22,
  /** Effects that `GET /effects` gives at most. */
  EFFECTS_LISTED_MAX: 1000,
  /** Recorded decisions that one call reads to find those of a key. */
  DECISIONS_LOOKED_AT_MAX: 100_000,
  /** Milliseconds between two looks at whether recorded decisions are whole, after a start, and the time that one takes. */
  DECISION_CHECK_EVERY_MS: 100,
  DECISION_CHECK_MS: 5,
  /** The newest recorded decisions whose keys a server indexes in memory, once somebody asks for those of a key; 16 to 24 bytes each. */
  DECISION_KEYS_INDEXED_MAX: 1 << 22,
  /** Calls for recorded decisions that are looked for, or wait for that, at once. */
  HTTP_SEARCHES_MAX: 256,
  /** Decisions of one entry of the log that are traced in one call. */
  DECISIONS_TRACED_MAX: 100,
  /** Streams of server-sent events at once. */
  SSE_STREAMS_MAX: 11_000,
  /** Of these one client has at most so many times what the others leave: 10,000 where it is alone. */
  SSE_CLIENT_SHARE: 10,
  /** Bytes that wait for one slow reader of events, beyond which it is cut off: it goes on where it was when it comes back. */
  SSE_BUFFER_BYTES: 1 << 20,
  /** Milliseconds between two signs of life on a stream of events. */
  SSE_HEARTBEAT_MS: 15_000,
  /** Milliseconds after which a reader of events that was cut off comes back. */
  SSE_RETRY_MS: 1000,
  /** Milliseconds after which a token that was revoked lets nobody in any more. */
  TOKENS_LOOK_MS: 1000,
  /** Clients whose rate is known at once; those that came longest ago are forgotten. */
  RATE_CLIENTS_MAX: 100_000,
  /** Seconds between the timestamp of a webhook and this machine's clock. */
  WEBHOOK_TOLERANCE_S: 300,
  /** Connections to the server at once. */
  HTTP_CONNECTIONS_MAX: 12_000,
  /** Milliseconds within which the head of a request must be there. */
  HTTP_HEAD_MS: 10_000,
  /** Milliseconds within which a whole request must be there. */
  HTTP_REQUEST_MS: 60_000,
  /** Milliseconds between two looks for requests that are too slow. */
  HTTP_LOOK_MS: 2000,
  /** Milliseconds between two looks for connections that have nothing more to wait for, while a server stops. */
  HTTP_CLOSING_LOOK_MS: 20,
  /** Milliseconds that the bodies of requests have to be whole once a server stops. */
  HTTP_CLOSING_BODY_MS: 5000,
  /** Milliseconds that all clients have to be answered once a server stops; below what `--take-over` and containers wait for. */
  HTTP_CLOSING_MS: 20_000,
  /** Milliseconds that a connection may wait for its next request. */
  HTTP_IDLE_MS: 30_000,
  /** Milliseconds in which nothing at all moves on a connection, before it is closed. */
  HTTP_STILL_MS: 120_000,
  /** Bytes of the head of a request. */
  HTTP_HEAD_BYTES_MAX: 1 << 14,
  /** Milliseconds before its deadline at which an answer is given at the latest, half of a deadline that is short: a busy machine keeps a process waiting for 35. */
  ANSWER_MARGIN_MS: 50,
  /** Rows of a PostgreSQL table that are read at a time. */
  POSTGRES_PAGE_ROWS: 1 << 12,
  /** Bytes of rows of a PostgreSQL table that are read at a time, and one row. */
  POSTGRES_PAGE_BYTES: 1 << 23,
  /** Milliseconds between two looks for new rows of an outbox, while there are none. */
  POSTGRES_POLL_MS: 200,
  /** Rows of a PostgreSQL table that are read at a time when it is copied. */
  POSTGRES_COPY_ROWS: 1 << 8,
  /** Milliseconds between two messages to PostgreSQL that say how far changes were read, and after which that is kept though nothing has changed. */
  POSTGRES_STATUS_MS: 1000,
  /** Milliseconds of silence after which a PostgreSQL that sends changes is taken for lost: it is asked for an answer all the time. */
  POSTGRES_SILENCE_MS: 60_000,
  /** Milliseconds between two looks at whether a table whose changes come from PostgreSQL still is the one of its name, and still shown. */
  POSTGRES_LOOK_MS: 10_000,
  /** Milliseconds that a connection to PostgreSQL may take. */
  POSTGRES_CONNECT_MS: 10_000,
  /** Milliseconds between two tries to reach a PostgreSQL that was there, at most. */
  POSTGRES_RETRY_MS_MAX: 5000,
  /** Bytes of events that a client sends in one request. */
  CLIENT_BATCH_BYTES: 1 << 20,
  /** Events that a client sends in one request. */
  CLIENT_BATCH_EVENTS: 10_000,
  /** Milliseconds that an event waits at most for those that a client sends with it. */
  CLIENT_GATHER_MS: 1000,
  /** Events in one request, beyond which they are sent as lines: the server has room for many requests of JSON at once, and for few streams. */
  CLIENT_JSON_EVENTS: 100,
  /** Times that a client sends a request, before it gives up. */
  CLIENT_TRIES: 8,
  /** Milliseconds that a client waits at most before it sends a request again. */
  CLIENT_WAIT_MS_MAX: 30_000,
  /** Milliseconds within which a client has its answer: longer than the server waits for a request. */
  CLIENT_ANSWER_MS: 70_000,
  /** Milliseconds without a sign of life after which a client takes a stream of events for gone: three are missing. */
  CLIENT_STILL_MS: 50_000,
  /** Characters of one server-sent event that a client takes. */
  CLIENT_EVENT_CHARS_MAX: 1 << 24,
  /** Traced stretches of decisions that are remembered, so that their effects are in the same trace. */
  TRACES_HELD: 4096,
  /** Times that a meter is given the measurement of one stretch of decisions, which stands for each of them. */
  METER_TIMES_MAX: 100,
  /** Ticks of one model over one replay, some key being live. */
  REPLAY_TICKS_MAX: 2 ** 26,
  /** Values of a Parquet file that are held in memory before they are written to a part of it. */
  PARQUET_VALUES_HELD: 2 ** 25,
  /** Memory of the DuckDB of one thread of a backfill, which holds the values of a partition, MB; beyond it they are in a temporary folder. */
  BACKFILL_MEMORY_MB: 1024,
  /** Rows of each group on which a backfill measures what it will cost, about. */
  BACKFILL_SAMPLE: 50_000,
  /** Bytes of a history's files from which on the threads of a backfill begin while these are read. */
  BACKFILL_THREADS_BYTES: 1 << 22,
  /** Milliseconds between two writings of a store's manifest while it is filled. */
  BACKFILL_MANIFEST_MS: 1000,
  /** Events of one replay held in memory. */
  REPLAY_EVENTS_MAX: 2 ** 27,
  ...actionLimits,
  ...auditLimits,
  ...measurementLimits,
  ...reconcileLimits,
  ...trainingLimits,
} as const
