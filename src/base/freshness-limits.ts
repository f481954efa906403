/** Bounds of freshness objectives. */
export const freshnessLimits = {
  /** Milliseconds over which `spillway inspect` tells the share of decisions that met a freshness objective. */
  FRESHNESS_WINDOW_MS: 3_600_000,
  /** Milliseconds of that window which are counted together. */
  FRESHNESS_BUCKET_MS: 60_000,
  /** Milliseconds between two commits of these counts. */
  FRESHNESS_EVERY_MS: 10_000,
} as const
