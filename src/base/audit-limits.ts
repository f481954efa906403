/** Bounds of the latency audit; part of `limits`. */
export const auditLimits = {
  /** Decisions that ran whose stage times an audit looks at, and effects of one action: the newest. */
  AUDIT_SAMPLES_MAX: 20_000,
  /** Bytes of features, computed under one alternative or another, that an audit keeps. */
  AUDIT_COLUMN_BYTES: 2 ** 30,
  /** Labelled decisions that an audit trains a model anew on. */
  AUDIT_TRAINING_ROWS: 2 ** 16,
  /** Models that an audit trains for one setting of training. */
  AUDIT_TRAININGS_MAX: 32,
} as const
