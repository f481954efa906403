/** Bounds of training, of trained models and of what scores by them; part of `limits`. */
export const trainingLimits = {
  /** Rows of keys and times that one training set is asked for. */
  ASKED_ROWS_MAX: 2 ** 26,
  /** Rows that one model is fitted on. */
  TRAINING_ROWS_MAX: 2 ** 24,
  /** Columns of those. */
  TRAINING_COLUMNS_MAX: 1024,
  /** Rows times columns. */
  TRAINING_VALUES_MAX: 2 ** 28,
  /** Largest magnitude of a value, a label or a weight of those: sums of squares over all rows stay finite. */
  TRAINING_MAGNITUDE_MAX: 1e100,
  /** Steps of Newton's method, after which a fit says that it has not converged. */
  NEWTON_STEPS_MAX: 100,
  /** Bytes of a file of ONNX. */
  ONNX_BYTES_MAX: 1 << 28,
  /** Milliseconds that a graph of ONNX may take to load, or to score the rows of one call, before it is given up. */
  ONNX_MS: 60_000,
  /** Rows that are given to a graph of ONNX in one call. */
  ONNX_ROWS: 1 << 14,
  /** Bytes that an external trainer may leave in its folder while it trains. */
  TRAINER_BYTES_MAX: 1 << 30,
  /** Milliseconds between two looks at those. */
  TRAINER_LOOK_MS: 100,
  /** Milliseconds that a training by a command has to end it, and all that it has started, when a run stops. */
  TRAINER_STOP_MS: 2000,
  /** Bytes of what an external trainer says that are kept, the last. */
  TRAINER_SAID_BYTES: 1 << 13,
  /** Different texts of an input that drift tells apart. */
  DRIFT_TEXTS_MAX: 1 << 12,
  /** Decisions of a training that are kept as what drift is measured from, drawn evenly. */
  DRIFT_REFERENCE_ROWS: 1 << 14,
  /** Recorded decisions that one look for drift reads, about; of more, stretches that are drawn. */
  DRIFT_DECISIONS_MAX: 1 << 22,
  /** Milliseconds between two looks for drift, at least. */
  DRIFT_LOOK_MS_MIN: 60_000,
  /** Doublings of the time between two trainings that the same drift asks for. */
  DRIFT_COOLDOWN_DOUBLINGS: 6,
  /** Trees of one score. */
  TREES_MAX: 1 << 12,
  /** Leaves of one tree. */
  TREE_LEAVES_MAX: 1 << 10,
  /** Rows of a column whose values say where its bins are. */
  TREE_BIN_ROWS: 100_000,
  /** Versions of one model that are kept, beside those that have scored. */
  MODEL_VERSIONS_KEPT: 100,
  /** Promotions of one model that are kept, the newest. */
  MODEL_PROMOTIONS_KEPT: 1000,
  /** Characters of the score of one version, as JSON. */
  MODEL_SCORE_CHARS_MAX: 1 << 26,
  /** Bytes of the file of ONNX of one version. */
  MODEL_ONNX_BYTES_MAX: 1 << 26,
  /** Bytes of histograms while trees are grown. */
  TREE_HISTOGRAM_BYTES_MAX: 1 << 30,
} as const
