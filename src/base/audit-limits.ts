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
  AUDIT_COLUMN_BYTES: 2 ** 29,
  /** Bytes of groups that an audit keeps summed along the events of each key; one that needs more is replayed by the kernel. */
  AUDIT_SUMS_BYTES: 2 ** 29,
  /** Threads that compute columns of groups ahead of an audit. */
  AUDIT_THREADS_MAX: 4,
  /** Labelled decisions that an audit trains a model anew on. */
  AUDIT_TRAINING_ROWS: 2 ** 16,
  /** Models that an audit trains for one setting of training. */
  AUDIT_TRAININGS_MAX: 32,
  /** Plans of different values that are evaluated. All of them up to here: ten groups of two placements, three cadences, three kinds of action and of ingestion. */
  AUDIT_PLANS_MAX: 1 << 15,
  /** Plans whose utility by row is held at a time: 8 bytes a decision of a block each. */
  AUDIT_PLAN_COLUMNS: 64,
  /** Cheapest plans that are tried, until one loses next to nothing by its bound. */
  AUDIT_PLAN_TRIES: 64,
  /** Weeks of further history that are spoken of: five years. */
  AUDIT_MORE_WEEKS_MAX: 260,
  /** Milliseconds between two reads of a group, from which on a batch run before each would do. */
  AUDIT_SLOW_USE_MS: 21_600_000,
  /** Columns of clusters, time among them, over which one interval is taken: there are 2^columns − 1 sets of them. */
  CLUSTER_COLUMNS_MAX: 5,
  /** Draws of the distribution that the bands of a ladder hold together by. */
  AUDIT_DRAWS_MAX: 1_000_000,
} as const
