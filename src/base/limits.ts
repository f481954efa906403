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
  /** `countDistinct`: distinct values in one window, until sketches exist. */
  DISTINCT_MAX: 4096,
  /** `lastK`: values returned. */
  LAST_K_MAX: 1024,
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
  /** Entries of one window structure, all keys together. */
  ENTRIES_MAX: 2 ** 30,
  /** Distinct strings that one process keeps for keys and string features. */
  STRINGS_MAX: 2 ** 24,
  /** Bytes of UTF-8 of those. */
  STRINGS_BYTES_MAX: 2 ** 32 - 1,
  /** One line of an NDJSON or CSV file, bytes. */
  LINE_BYTES_MAX: 1 << 20,
  /** Depth of nested JSON in one record. */
  JSON_DEPTH_MAX: 64,
  /** Rows that a `map` may return for one record. */
  MAP_ROWS_MAX: 1000,
  /** Ids remembered within `dedupe`, one source. */
  DEDUPE_IDS_MAX: 2 ** 24,
  /** Bytes of a group's state that are saved at a time, about. */
  SLICE_BYTES: 1 << 20,
  /** Bytes of saved state that wait for the disk at most: what is flushed at once holds up the log. */
  STATE_FLUSH_BYTES: 1 << 22,
  /** Bytes of a file of saved state, about: the rest of a group goes into further ones. */
  STATE_FILE_BYTES: 1 << 28,
  /** Strings that are encoded to be saved before anything else has its turn. */
  STRINGS_AT_ONCE: 1 << 13,
  /** Files of strings beyond which they are written as one. */
  STRING_FILES_MAX: 64,
  /** Milliseconds between the beginnings of two rounds of saving state. */
  CHECKPOINT_ROUND_MS: 10_000,
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
  /** Entries of the log in one segment of an import. */
  IMPORT_ENTRIES: 4096,
  /** Records that one turn of a run takes from those that wait. */
  TURN_RECORDS: 1 << 14,
  /** Records that wait for a turn of a run, beyond which sources are held back. */
  WAITING_RECORDS_MAX: 1 << 16,
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
  /** Ticks of one model over one replay, some key being live. */
  REPLAY_TICKS_MAX: 2 ** 26,
  /** Events of one replay held in memory. */
  REPLAY_EVENTS_MAX: 2 ** 27,
} as const
