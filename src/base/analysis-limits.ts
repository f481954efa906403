/** Limits of replays, backfills, training, reconciliation and the latency audit; part of `limits`. */
export const analysisLimits = {
  // Replays, backfills and feature tables.

  /** Ticks of one model in one replay with an active key. */
  REPLAY_TICKS_MAX: 2 ** 26,
  /** Memory of the DuckDB that writes one Parquet file, MB; beyond it the rows are in a folder beside the file. */
  PARQUET_MEMORY_MB: 512,
  /** Records of a file, undecodable ones included, from which `init --from` infers a schema. */
  INFER_RECORDS_MAX: 10_000,
  /** Memory of the DuckDB of one backfill thread, with the values of a partition, MB; beyond it they are in a temporary folder. */
  BACKFILL_MEMORY_MB: 1024,
  /** Rows of each group with which a backfill estimates its cost, about. */
  BACKFILL_SAMPLE: 50_000,
  /** Size of a history's files from which the threads of a backfill start while the files are read, bytes. */
  BACKFILL_THREADS_BYTES: 1 << 22,
  /** Deadline of one call of a feature table of a user's own format, ms: a partition is written within it. */
  TABLE_CALL_MS: 600_000,
  /** Interval between two writes of a store's manifest while it is filled, ms. */
  BACKFILL_MANIFEST_MS: 1000,
  /** Events of one replay in memory. */
  REPLAY_EVENTS_MAX: 2 ** 27,

  // Training, trained models and their scores.

  /** Rows of keys and times of one training set. */
  TRAINING_SET_ROWS_MAX: 2 ** 26,
  /** Rows of one fit. */
  TRAINING_ROWS_MAX: 2 ** 24,
  /** Columns of one fit. */
  TRAINING_COLUMNS_MAX: 1024,
  /** Categories of one string input that a training tells apart. */
  TRAINING_CATEGORIES_MAX: 256,
  /** Rows times columns of one fit. */
  TRAINING_VALUES_MAX: 2 ** 28,
  /** Largest magnitude of a value, a label or a weight: sums of squares over all rows stay finite. */
  TRAINING_MAGNITUDE_MAX: 1e100,
  /** Steps of Newton's method after which a fit has not converged. */
  NEWTON_STEPS_MAX: 100,
  /** Bytes of an ONNX file. */
  ONNX_BYTES_MAX: 1 << 28,
  /** Timeout for loading an ONNX graph, and for scoring the rows of one call, ms. */
  ONNX_MS: 60_000,
  /** Deadline of a runtime in a thread of its own for a batch, and for loading a model, ms, unless it is stated. */
  RUNTIME_MS: 5000,
  /** Rows of one call of an ONNX graph. */
  ONNX_ROWS: 1 << 14,
  /** Bytes that an external trainer may write into its folder while it trains. */
  TRAINER_BYTES_MAX: 1 << 30,
  /** Interval between two measurements of that folder, ms. */
  TRAINER_CHECK_MS: 100,
  /** Time that a run which stops gives an external trainer to end, with all processes that it started, ms. */
  TRAINER_STOP_MS: 2000,
  /** Bytes of an external trainer's output that are kept, the last. */
  TRAINER_OUTPUT_BYTES: 1 << 13,
  /** Distinct texts of an input that drift counts. */
  DRIFT_TEXTS_MAX: 1 << 12,
  /** Decisions of a training that are kept as the reference of drift, an even sample. */
  DRIFT_REFERENCE_ROWS: 1 << 14,
  /** Recorded decisions that one drift check reads, about; of more decisions, a sample of ranges. */
  DRIFT_DECISIONS_MAX: 1 << 22,
  /** Drifted inputs that are kept of a drift check, those with the largest drift. */
  DRIFT_COLUMNS_KEPT: 20,
  /** Least interval between two drift checks, ms. */
  DRIFT_LOOK_MS_MIN: 60_000,
  /** Doublings of the time between two trainings because of the same drift. */
  DRIFT_COOLDOWN_DOUBLINGS: 6,
  /** Rows of a holdout on which the importance of inputs is measured; of more rows, a random sample. */
  IMPORTANCE_ROWS_MAX: 1 << 14,
  /** Trees of one score. */
  TREES_MAX: 1 << 12,
  /** Leaves of one tree. */
  TREE_LEAVES_MAX: 1 << 10,
  /** Rows of a column from which its bins are computed. */
  TREE_BIN_ROWS: 100_000,
  /** Versions of one model that are kept, in addition to those that have scored. */
  MODEL_VERSIONS_KEPT: 100,
  /** Promotions of one model that are kept, the newest. */
  MODEL_PROMOTIONS_KEPT: 1000,
  /** Characters of the score of one version, as JSON. */
  MODEL_SCORE_CHARS_MAX: 1 << 26,
  /** Bytes of the ONNX file of one version. */
  MODEL_ONNX_BYTES_MAX: 1 << 26,
  /** Bytes of histograms while trees grow. */
  TREE_HISTOGRAM_BYTES_MAX: 1 << 30,

  // Reconciliation.

  /** Recorded decisions that are compared with a second computation at a time. */
  RECONCILE_DECISIONS: 1 << 14,
  /** Examples that are kept of each input, basis and cause. */
  RECONCILE_EXAMPLES: 3,
  /** Dead letters, settled ones included, that are searched for the cause of a mismatch. */
  RECONCILE_LETTERS: 100_000,
  /** Memory of the DuckDB with the events of a log, MB; beyond it they are in a temporary folder. */
  RECONCILE_MEMORY_MB: 1024,
  /** Records and events that a comparison with a topic holds at a time; for more it reads both again, for other keys. */
  RECONCILE_ROWS: 2_000_000,
  /** Decisions of one model in a reconciliation of a run, about; the next one takes the rest. */
  RECONCILE_DECISIONS_MAX: 1 << 22,
  /** Duration after which a reconciliation of a run starts no further chunk, ms. */
  RECONCILE_MS_MAX: 3_600_000,
  /** Reconciliations in the ledger, and examples of each. */
  RECONCILIATIONS_KEPT: 100,
  RECONCILIATION_EXAMPLES: 50,
  /** Mismatches that one repair records one by one: more are no isolated damage. */
  RECONCILE_SETTLED_MAX: 10_000,

  // The latency audit.

  /** Decisions whose measured stage times an audit reads, and effects of one action: the newest. */
  AUDIT_SAMPLES_MAX: 20_000,
  /** Time intervals in which the rate of a trace is counted; one a minute unless there are more. */
  COST_WINDOWS_MAX: 2 ** 20,
  /** Time intervals of a trace in which the cores of stream workers are added up over elements. */
  COST_CELLS: 2 ** 13,
  /** Servers of a simulated queue; of more servers each stands for several cores. */
  COST_SERVERS_MAX: 2 ** 12,
  /** Simulated batch runs of one setting. */
  COST_RUNS_MAX: 2 ** 20,
  /** Bytes of feature columns that an audit caches over all plans. */
  AUDIT_COLUMN_BYTES: 2 ** 29,
  /** Bytes of groups that an audit keeps as prefix sums; a group that needs more is replayed by the kernel. */
  AUDIT_SUMS_BYTES: 2 ** 29,
  /** Threads that compute columns of groups ahead of an audit. */
  AUDIT_THREADS_MAX: 4,
  /** Labelled decisions with which an audit retrains a model. */
  AUDIT_TRAINING_ROWS: 2 ** 16,
  /** Models that an audit trains for one setting of training. */
  AUDIT_TRAININGS_MAX: 32,
  /**
   * Plans that are evaluated, all of them up to here: ten groups of two placements, three cadences, three kinds of action and
   * of ingestion.
   */
  AUDIT_PLANS_MAX: 1 << 15,
  /** Plans whose values by row are in memory at a time: 8 bytes per decision of a block each. */
  AUDIT_PLAN_COLUMNS: 64,
  /** Cheapest plans that are tried, until the loss of one is bounded by next to nothing. */
  AUDIT_PLAN_TRIES: 64,
  /** Weeks of further history that the report may ask for: five years. */
  AUDIT_MORE_WEEKS_MAX: 260,
  /** Interval between two reads of a group from which a batch run before each read suffices, ms. */
  AUDIT_SLOW_USE_MS: 21_600_000,
  /** Cluster columns of one interval, time among them: there are 2^columns − 1 sets of them. */
  CLUSTER_COLUMNS_MAX: 5,
  /** Draws of the distribution for the simultaneous intervals of a staleness sweep. */
  AUDIT_DRAWS_MAX: 1_000_000,
} as const
