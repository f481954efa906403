/** Limits of the latency audit; part of `limits`. */
export const auditLimits = {
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
