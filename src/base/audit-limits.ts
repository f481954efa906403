/** Bounds of the latency audit; part of `limits`. */
export const auditLimits = {
  /** Decisions that ran whose stage times an audit looks at, and effects of one action: the newest. */
  AUDIT_SAMPLES_MAX: 20_000,
} as const
