/** Limits of a run's measurements: stage times and freshness objectives; part of `limits`. */
export const measurementLimits = {
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
} as const
