/** Bounds of the latency audit; part of `limits`. */
export const auditLimits = {
  /** Decisions that ran whose stage times an audit looks at, and effects of one action: the newest. */
  AUDIT_SAMPLES_MAX: 20_000,
  /** Stretches in which the rate of a trace is counted, one a minute unless there are more. */
  COST_WINDOWS_MAX: 2 ** 20,
  /** Stretches of a trace in which what stream workers need is added up over elements. */
  COST_CELLS: 2 ** 13,
  /** Servers of a simulated queue; beyond it each stands for several cores. */
  COST_SERVERS_MAX: 2 ** 12,
  /** Batch runs of one setting that are simulated over a trace. */
  COST_RUNS_MAX: 2 ** 20,
  /** Bytes of features, computed under one alternative or another, that an audit keeps. */
  AUDIT_COLUMN_BYTES: 2 ** 30,
  /** Labelled decisions that an audit trains a model anew on. */
  AUDIT_TRAINING_ROWS: 2 ** 16,
  /** Models that an audit trains for one setting of training. */
  AUDIT_TRAININGS_MAX: 32,
} as const
