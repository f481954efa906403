/** Limits of reconciliations; part of `limits`. */
export const reconcileLimits = {
  /** Recorded decisions that are compared with a second computation at a time. */
  RECONCILE_DECISIONS: 1 << 14,
  /** Examples that are kept of each input, basis and cause. */
  RECONCILE_EXAMPLES: 3,
  /** Dead letters, settled ones included, that are searched for the cause of a mismatch. */
  RECONCILE_LETTERS: 100_000,
  /** Memory of the DuckDB with the events of a log, MB; beyond it they are in a temporary folder. */
  RECONCILE_MEMORY_MB: 1024,
  /** Decisions of one model in a scheduled reconciliation, about; the next one takes the rest. */
  RECONCILE_DECISIONS_MAX: 1 << 22,
  /** Duration after which a scheduled reconciliation starts no further chunk, ms. */
  RECONCILE_MS_MAX: 3_600_000,
  /** Reconciliations in the ledger, and examples of each. */
  RECONCILIATIONS_KEPT: 100,
  RECONCILIATION_EXAMPLES: 50,
  /** Mismatches that one repair records one by one: more are no isolated damage. */
  RECONCILE_SETTLED_MAX: 10_000,
} as const
