/** Bounds of what a run measures of its decisions: stage times, and freshness objectives. */
export const measurementLimits = {
  /** Stretches of decisions whose stage times are one block in the store. */
  STAGE_STRETCHES: 1024,
  /** Blocks of stage times of which all are kept, the newest. */
  STAGE_BLOCKS_RECENT: 1024,
  /** Of older blocks one in so many is kept; a prime, so that what comes at even intervals is neither always nor never among them. */
  STAGE_BLOCKS_EVERY: 61,
  /** Blocks of those that are kept. */
  STAGE_BLOCKS_SAMPLED: 4096,
  /** Milliseconds between two commits of stage times. */
  STAGES_EVERY_MS: 1000,
  /** Milliseconds over which `spillway inspect` tells the share of decisions that met a freshness objective. */
  FRESHNESS_WINDOW_MS: 3_600_000,
  /** Milliseconds of that window which are counted together. */
  FRESHNESS_BUCKET_MS: 60_000,
  /** Milliseconds between two commits of these counts. */
  FRESHNESS_EVERY_MS: 10_000,
} as const
