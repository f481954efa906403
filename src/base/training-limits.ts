/** Limits of training, trained models and their scores; part of `limits`. */
export const trainingLimits = {
  /** Rows of keys and times of one training set. */
  ASKED_ROWS_MAX: 2 ** 26,
  /** Rows of one fit. */
  TRAINING_ROWS_MAX: 2 ** 24,
  /** Columns of one fit. */
  TRAINING_COLUMNS_MAX: 1024,
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
  /** Least interval between two drift checks, ms. */
  DRIFT_LOOK_MS_MIN: 60_000,
  /** Doublings of the time between two trainings because of the same drift. */
  DRIFT_COOLDOWN_DOUBLINGS: 6,
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
} as const
