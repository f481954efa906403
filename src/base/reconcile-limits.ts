/** Bounds of reconciliations; part of `limits`. */
export const reconcileLimits = {
  /** Recorded decisions that are compared with another computation at a time. */
  RECONCILE_DECISIONS: 1 << 14,
  /** Examples that are kept of each input, basis and reason. */
  RECONCILE_EXAMPLES: 3,
  /** Dead letters, and settled ones, that are looked at for the reason of a difference. */
  RECONCILE_LETTERS: 100_000,
  /** Memory of the DuckDB that holds the events of a log to be compared, MB; beyond it they are in a temporary folder. */
  RECONCILE_MEMORY_MB: 1024,
  /** Decisions of one model that a reconciliation on a schedule compares, about; what is left is the next one's. */
  RECONCILE_DECISIONS_MAX: 1 << 22,
  /** Milliseconds after which a reconciliation on a schedule takes no more. */
  RECONCILE_MS_MAX: 3_600_000,
  /** Reconciliations that the ledger keeps, and examples of each. */
  RECONCILIATIONS_KEPT: 100,
  RECONCILIATION_EXAMPLES: 50,
  /** Values that one repair notes as another, one by one: more are no damage of a few. */
  RECONCILE_SETTLED_MAX: 10_000,
} as const
