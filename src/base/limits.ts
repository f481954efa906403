import { analysisLimits } from './analysis-limits.ts'
import { kafkaLimits } from './kafka-limits.ts'
import { networkLimits } from './network-limits.ts'

/** Limits of Spillway, each with its unit. Exceeding a limit is a typed error or back-pressure, never silent growth. */
export const limits = {
  // Values, windows and state of features.

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
  /** Offsets of one partition; a `sourcePosition`, `partition · OFFSET_MAX + offset`, is a safe integer for up to 2^10 partitions. */
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

  // Records.

  /** Length of a line of an NDJSON or CSV file, bytes. */
  LINE_BYTES_MAX: 1 << 20,
  /** Length of a key, id, identity field or entity, bytes of UTF-8, unless its column has `maxBytes`. */
  KEY_BYTES_MAX: 1 << 10,
  /** Length of any other text, bytes of UTF-8, unless its column has `maxBytes`. */
  TEXT_BYTES_MAX: 1 << 16,
  /** Depth of nested JSON in one record. */
  JSON_DEPTH_MAX: 64,
  /** Depth of nested types in the text of a schema. */
  SCHEMA_DEPTH_MAX: 64,
  /** Types, fields and keywords in the text of a schema. */
  SCHEMA_PARTS_MAX: 10_000,
  /** Pairs of parts that one check of a schema looks at, over all versions; a pair of JSON Schemas counts once for each schema that holds together. */
  SCHEMA_PAIRS_MAX: 50_000,
  /** Duration of one check of a schema by a server, which a thread of its own makes, ms. */
  SCHEMA_CHECK_MS: 5000,
  /** Rows that a `map` may return for one record. */
  MAP_ROWS_MAX: 1000,
  /** Ids of one source within its deduplication window. */
  DEDUPE_IDS_MAX: 2 ** 24,

  // Runs: saved state, turns, ticks, jobs, commits.

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
  /** Bytes of decisions that may wait for a slow reader of `--decisions -`; further ones are left out, and are in the log. */
  DECISION_LINES_WAITING_BYTES_MAX: 1 << 26,
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
  /** Transactions of an open log until the thread that checks its WAL starts: a log that is written a little has no use for it. */
  CHECKPOINTS_AFTER: 32,
  /** Interval between two checks of the WAL, ms. */
  CHECKPOINT_EVERY_MS: 50,
  /** Greatest wait of commits for an empty WAL, ms. */
  WAL_WAIT_MS_MAX: 2000,

  // Measurements.

  /** Traced decision batches in memory, so that their effects join the same trace. */
  TRACES_HELD: 4096,
  /** Requests with a trace context whose entries wait for their decisions. Of further ones the context is dropped. */
  TRACE_CONTEXTS_MAX: 10_000,
  /** Trace contexts that one block of stage times stores. */
  STAGE_CONTEXTS_MAX: 4096,
  /** Measurements that a meter gets for one decision batch, which stand for all its decisions. */
  METER_TIMES_MAX: 100,
  /** Decision batches whose stage times are one block in the store. */
  STAGE_BLOCK_BATCHES: 1024,
  /** Newest blocks of stage times, which are all kept. */
  STAGE_BLOCKS_RECENT: 1024,
  /** One in so many older blocks is kept. It is a prime, so that a periodic load is neither always nor never in the sample. */
  STAGE_BLOCKS_EVERY: 61,
  /** Older blocks that are kept. */
  STAGE_BLOCKS_SAMPLED: 4096,
  /** Milliseconds between two commits of stage times. */
  STAGES_EVERY_MS: 1000,
  /** Window over which `spillway inspect` states the share of decisions that met a freshness objective, ms. */
  FRESHNESS_WINDOW_MS: 3_600_000,
  /** Bucket of that window, ms. */
  FRESHNESS_BUCKET_MS: 60_000,
  /** Milliseconds between two commits of these counts. */
  FRESHNESS_EVERY_MS: 10_000,
  /** Interval between two samples of a run for its time series, ms. */
  SERIES_SAMPLE_MS: 10_000,
  /** Samples of one block in the store. */
  SERIES_SAMPLES_IN_BLOCK: 12,
  /** Age up to which single samples are stored, ms. */
  SERIES_SAMPLES_KEPT_MS: 3_600_000,
  /** Interval of the points to which samples are combined, ms. */
  SERIES_POINT_MS: 60_000,
  /** Age up to which these points are stored, ms. */
  SERIES_POINTS_KEPT_MS: 691_200_000,
  /** Series of one run; further ones are left out, and reported. */
  SERIES_MAX: 1024,
  /** Points of each series that one query returns. */
  SERIES_READ_POINTS_MAX: 2000,
  /** Markers of time series, such as starts and deployments; older ones are deleted. */
  SERIES_MARKERS_MAX: 500,
  /** Interval between two measurements of the size of a data folder, ms. */
  FOLDER_SIZE_EVERY_MS: 60_000,
  /** Time after which a sample no longer waits for the sizes of disk and folder, ms. */
  DISK_MEASURE_MS: 5000,

  // Backups.

  /** Length from which a chunk of a backup is closed, bytes; one more row may pass it. */
  BACKUP_CHUNK_BYTES: 1 << 22,
  /** Bytes that a backup reads at its point in time and keeps in memory. With more it first copies once more what is new. */
  BACKUP_POINT_BYTES_MAX: 1 << 26,
  /** Rounds after which a log grows faster than its backup reads it. */
  BACKUP_ROUNDS_MAX: 10,
  /** Bytes that a backup reads per second, unless the user says otherwise. */
  BACKUP_RATE_BYTES: 20_000_000,
  /** Age of an object that no backup needs, from which it may be deleted, ms. A backup may take half of it. */
  BACKUP_GRACE_MS: 86_400_000,
  /** Scheduled backups in the ledger of a log. */
  BACKUP_RECORDS_KEPT: 100,

  // Alerts.

  /** Bad events in the long window below which no burn rate opens an alert. */
  BURN_BAD_MIN: 10,
  /** Rejected records of a source, with none accepted between them, that show a change of its producer. */
  SOURCE_REJECTED_MIN: 4,
  /** Time from the first of these records, ms. */
  SOURCE_REJECTED_MS: 120_000,
  /** Time in which all attempts at a receiver fail, after which it is down, ms. */
  RECEIVER_DOWN_MS: 60_000,
  /** Effects at which these attempts were; fewer may be effects that a receiver always rejects. */
  RECEIVER_EFFECTS_MIN: 3,
  /** Time without effects after which a receiver that was down counts as recovered, ms. */
  RECEIVER_IDLE_MS: 1_800_000,
  /** Time without a committed turn, while records wait, after which a run counts as unavailable, ms. */
  TURN_STALLED_MS: 30_000,
  /** Records of a source in 24 h of samples below which it is not judged to have stopped. */
  SOURCE_RECORDS_MIN: 100,
  /** As before, separate hours that have records. */
  SOURCE_HOURS_MIN: 3,
  /** Time that a condition holds before its alert opens, ms. */
  ALERT_PENDING_MS: 30_000,
  /** As before, for conditions that usually follow from others, ms. */
  ALERT_DOWNSTREAM_PENDING_MS: 90_000,
  /** Time that a condition is gone before its alert is resolved, ms. */
  ALERT_RESOLVE_MS: 300_000,
  /** Age of an alert from which a cause that becomes known does not explain it any more, ms. */
  ALERT_ABSORBED_MS_MAX: 3_600_000,
  /** Greatest time after an alert during which a condition that it explained opens no alert, ms. */
  ALERT_HELD_MS_MAX: 21_600_000,
  /** Interval between two readings of the ledgers of jobs for alerts, ms. */
  ALERT_JOBS_EVERY_MS: 60_000,
  /** Time after a batch run should be in use before it counts as overdue, ms. */
  BATCH_RUN_GRACE_MS: 120_000,
  /** Least time that a batch run may take where no definition states a greatest duration, ms. */
  BATCH_RUN_USUAL_MS_MIN: 600_000,
  /** Time between two judgements from which the clock was set, or the machine slept: waits of alerts do not count it, ms. */
  ALERT_CLOCK_JUMP_MS: 300_000,
  /** Greatest length of a silence, ms. */
  ALERT_SILENCE_MS_MAX: 2_592_000_000,
  /** Newest alerts of a data folder; older ones are deleted. */
  ALERTS_KEPT: 1000,
  /** Newest changes of alerts in memory, for readers of their stream. */
  ALERT_CHANGES_KEPT: 200,
  /** Days from which a run's counts of pages replace the presets of an audit. */
  PAGE_COUNT_DAYS_MIN: 28,

  // Operators' changes to a run or a data folder.

  /** Dead letters that one request replays or drops. */
  DEAD_LETTERS_CHANGED_MAX: 1000,
  /** Bytes of dead letters that are replayed at a time; one more may pass it. */
  DEAD_LETTERS_SENT_BYTES: 1 << 22,
  /** Effects that one request retries or drops. */
  EFFECTS_CHANGED_MAX: 1000,
  /** Concurrent connections to the control socket of a run. */
  CONTROL_CONNECTIONS_MAX: 16,
  /** One request to the control socket, bytes: a record of `LINE_BYTES_MAX` whose bytes are escaped in JSON, and some more. */
  CONTROL_REQUEST_BYTES_MAX: 7 << 20,
  /** Time that a connection to the control socket has to send a request, ms. */
  CONTROL_REQUEST_MS: 30_000,
  ...networkLimits,
  ...kafkaLimits,
  ...analysisLimits,
} as const
