import { actionLimits } from './action-limits.ts'
import { auditLimits } from './audit-limits.ts'
import { controlLimits } from './control-limits.ts'
import { measurementLimits } from './measurement-limits.ts'
import { reconcileLimits } from './reconcile-limits.ts'
import { sourceLimits } from './source-limits.ts'
import { trainingLimits } from './training-limits.ts'

/** Limits of Spillway, each with its unit. Exceeding a limit is a typed error or back-pressure, never silent growth. */
export const limits = {
  /** Largest magnitude of an exact value: a safe integer, scaled for decimals. */
  EXACT_MAX: Number.MAX_SAFE_INTEGER,
  /** Event times and as-of times, ms on either side of the epoch. */
  TIME_MS_MAX: 2 ** 43,
  /** Digits after the point of a decimal column. */
  DECIMAL_SCALE_MAX: 15,
  /** `variance` and `slope` over an exact column: largest declared magnitude, scaled. */
  MOMENT_VALUE_MAX: 2 ** 40,
  /** `variance` and `slope` over an exact column: values in one window. */
  MOMENT_COUNT_MAX: 2 ** 22,
  /** Values in one window of any exact sum. */
  SUM_COUNT_MAX: 2 ** 26,
  /** `countDistinct` and `topK`: distinct values in one window. Beyond it `countDistinct` estimates and `topK` fails. */
  DISTINCT_MAX: 4096,
  /** `countDistinct`: distinct values that a key stores one by one even if its limit is lower: a sketch takes more bytes than these. */
  SKETCH_FROM: 512,
  /** `countDistinct`: registers of the HyperLogLog sketch. The standard error of its estimate is 1.04 / √registers. */
  SKETCH_REGISTERS: 1 << 12,
  /** `countDistinct`: greatest rank of a register, and so the most entries that a key stores for each. */
  SKETCH_RANK_MAX: 41,
  /** `quantile`: significant binary digits of the counted values, which makes 128 distinct values per sign and power of two. */
  QUANTILE_DIGITS: 8,
  /** `histogram`: bounds. Each adds a number to every entry of a window. */
  HISTOGRAM_BOUNDS_MAX: 128,
  /** `lastK`: values returned. */
  LAST_K_MAX: 1024,
  /** `topK`: values returned. */
  TOP_K_MAX: 1024,
  /** Offsets of one partition; a position, `partition · OFFSET_MAX + offset`, is a safe integer for up to 2^10 partitions. */
  OFFSET_MAX: 2 ** 43,
  /** Keys of one feature group in one process. */
  KEYS_MAX: 2 ** 24,
  /** Events of one key in an exact window, unless the feature has `maxEvents`. */
  EXACT_EVENTS_PER_KEY: 2 ** 20,
  /** Events of one key of a source with `identity`, whatever its windows. */
  REVISABLE_EVENTS_PER_KEY: 2 ** 20,
  /** Entries (events or tiles) of one key in one window structure. */
  ENTRIES_PER_KEY_MAX: 2 ** 26,
  /** Size from which an array of state grows in place, bytes. */
  IN_PLACE_BYTES: 1 << 20,
  /** Entries of one window structure, all keys together. */
  ENTRIES_MAX: 2 ** 30,
  /** Distinct strings of keys and string features in one process. */
  STRINGS_MAX: 2 ** 24,
  /** Bytes of UTF-8 of those strings. */
  STRINGS_BYTES_MAX: 2 ** 32 - 1,
  /** Strings of a run, and their bytes, beyond which it rejects records with new strings (`limit`): below what ids and memory allow. */
  RUN_STRINGS_MAX: 15 * 2 ** 20,
  RUN_STRINGS_BYTES_MAX: 2 ** 30,
  /** Length of a line of an NDJSON or CSV file, bytes. */
  LINE_BYTES_MAX: 1 << 20,
  /** Length of a key, id, identity field or entity, bytes of UTF-8, unless its column has `maxBytes`. */
  KEY_BYTES_MAX: 1 << 10,
  /** Length of any other text, bytes of UTF-8, unless its column has `maxBytes`. */
  TEXT_BYTES_MAX: 1 << 16,
  /** Depth of nested JSON in one record. */
  JSON_DEPTH_MAX: 64,
  /** Rows that a `map` may return for one record. */
  MAP_ROWS_MAX: 1000,
  /** Ids of one source within its deduplication window. */
  DEDUPE_IDS_MAX: 2 ** 24,
  /** Growth of the heap of a run's process, with the arrays outside it, between full collections: percent of what is alive. */
  HEAP_GROWING_PERCENT_MAX: 200,
  /** Greatest growth of that heap, bytes. */
  HEAP_GROWING_BYTES_MAX: 2 ** 30,
  /** Least growth of that heap, percent. */
  HEAP_GROWING_PERCENT_MIN: 50,
  /** Bytes of a group's state that are saved and flushed at a time, about: a flush delays the log. */
  SLICE_BYTES: 1 << 19,
  /** Size of a file of saved state, bytes, about: the rest of a group goes into further files. */
  STATE_FILE_BYTES: 1 << 28,
  /** Strings that are encoded for saving before other work has its turn. */
  STRINGS_AT_ONCE: 1 << 11,
  /** Files of strings beyond which they are rewritten as one. */
  STRING_FILES_MAX: 64,
  /** Least interval between two rounds of saving state, ms. */
  CHECKPOINT_ROUND_MS: 10_000,
  /** Greatest interval, ms, while fewer log entries than these have been appended. A start replays them in a second. */
  CHECKPOINT_ROUND_MS_MAX: 60_000,
  CHECKPOINT_ROUND_ENTRIES: 1 << 18,
  /** Replays of a dead letter, after which it must be edited or dropped. */
  DEAD_ATTEMPTS_MAX: 10,
  /** Log entries with which `plan` measures how long a start takes. */
  PLAN_SAMPLE: 200_000,
  /** Lag, in log entries, below which a process that takes over asks the other process to stop. */
  TAKE_OVER_BEHIND: 10_000,
  /** Time that the other process has to stop, ms. */
  TAKE_OVER_MS: 60_000,
  /** Missed ticks that are marked in the log at a time. */
  TICKS_AT_ONCE: 256,
  /** Keys that a tick decides about before other work has its turn. */
  TICK_KEYS_AT_ONCE: 1024,
  /** Log entries that wait for a tick's decisions, beyond which sources get back-pressure. */
  UNDECIDED_MAX: 1 << 20,
  /** Log entries that are removed at a time, about. */
  FORGET_ENTRIES: 1 << 14,
  /** Least interval between two removals of old log entries, ms. */
  FORGET_EVERY_MS: 1000,
  /** First and greatest delay before a failed job is retried, ms. */
  JOB_RETRY_MS: 1000,
  JOB_RETRY_MS_MAX: 300_000,
  /** Batch runs of one group, and reports of one name, in their ledgers. */
  BATCH_RUNS_KEPT: 500,
  /** Events of a batch run beyond which it partitions its keys, and of each partition, about, if they are spread over the keys. */
  BATCH_PARTITION_EVENTS: 1 << 18,
  /** Partitions of one batch run. */
  BATCH_PARTITIONS_MAX: 1 << 10,
  /** Rows in memory while a batch run writes them out by partition; more if each of many partitions would have few. */
  BATCH_SPILL_ROWS: 1 << 16,
  /** Threads of one batch run, unless the run states them. */
  BATCH_THREADS_MAX: 8,
  /** Time that a thread of batch runs waits for the next run, ms. */
  BATCH_THREAD_IDLE_MS: 10_000,
  /** Greatest delay of a report with which the log still has its events, where the log is not kept whole, ms. */
  REPORT_LATE_MS: 86_400_000,
  /** Log entries in one segment of an import. */
  IMPORT_ENTRIES: 4096,
  /** Records of one turn of a run. */
  TURN_RECORDS: 1 << 14,
  /** Records that wait for a turn of a run, beyond which sources get back-pressure. */
  WAITING_RECORDS_MAX: 1 << 16,
  /** Turns that wait for the disk, beyond which the next turn is delayed. */
  TURNS_UNPACED: 8,
  /** First and greatest such delay, ms: it grows with the number of waiting turns. */
  TURN_PACE_MS: 5,
  TURN_PACE_MS_MAX: 40,
  /** Turns that wait for the disk, beyond which the next turn waits too. */
  TURNS_IN_FLIGHT_MAX: 64,
  /** Lead of the wall clock over elapsed time, beyond which nothing more is stamped by it, ms. */
  CLOCK_JUMP_MS_MAX: 3_600_000,
  /** Commits of the log in one transaction. */
  COMMITS_AT_ONCE: 4096,
  /** Pages (4 KiB) of the WAL beyond which commits wait until it is empty. */
  WAL_PAGES_MAX: 4000,
  /** Pages (4 KiB) of the largest log whose structure is checked at every start. */
  QUICK_CHECK_PAGES_MAX: 1 << 14,
  /** Interval between two checks of the WAL, ms. */
  CHECKPOINT_EVERY_MS: 50,
  /** Greatest wait of commits for an empty WAL, ms. */
  WAL_WAIT_MS_MAX: 2000,
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
  /** Effects that `GET /effects` lists. */
  EFFECTS_LISTED_MAX: 1000,
  /** Recorded decisions that one request scans for those of a key. */
  DECISIONS_SCANNED_MAX: 100_000,
  /** Interval between two integrity checks of recorded decisions after a start, and the duration of one check, ms. */
  DECISION_CHECK_EVERY_MS: 100,
  DECISION_CHECK_MS: 5,
  /** Newest recorded decisions whose keys a server indexes in memory, after the first query by key; 16 to 24 bytes each. */
  DECISION_KEYS_INDEXED_MAX: 1 << 22,
  /** Concurrent searches for recorded decisions, waiting ones included. */
  HTTP_SEARCHES_MAX: 256,
  /** Decisions of one log entry that one request traces. */
  DECISIONS_TRACED_MAX: 100,
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
  /** Traced decision batches in memory, so that their effects join the same trace. */
  TRACES_HELD: 4096,
  /** Measurements that a meter gets for one decision batch, which stand for all its decisions. */
  METER_TIMES_MAX: 100,
  /** Ticks of one model in one replay with an active key. */
  REPLAY_TICKS_MAX: 2 ** 26,
  /** Values of a Parquet file in memory before they are written to a part. */
  PARQUET_VALUES_HELD: 2 ** 25,
  /** Memory of the DuckDB of one backfill thread, with the values of a partition, MB; beyond it they are in a temporary folder. */
  BACKFILL_MEMORY_MB: 1024,
  /** Rows of each group with which a backfill estimates its cost, about. */
  BACKFILL_SAMPLE: 50_000,
  /** Size of a history's files from which the threads of a backfill start while the files are read, bytes. */
  BACKFILL_THREADS_BYTES: 1 << 22,
  /** Interval between two writes of a store's manifest while it is filled, ms. */
  BACKFILL_MANIFEST_MS: 1000,
  /** Events of one replay in memory. */
  REPLAY_EVENTS_MAX: 2 ** 27,
  ...actionLimits,
  ...auditLimits,
  ...controlLimits,
  ...measurementLimits,
  ...reconcileLimits,
  ...sourceLimits,
  ...trainingLimits,
} as const
