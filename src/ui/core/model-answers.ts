/** Parts of `GET /models`: the promotion rule, the training data, the last drift check. Times are UTC ms. */

export interface QuantilesAnswer {
  readonly p10: number
  readonly median: number
  readonly p90: number
}

export interface DriftedColumnAnswer {
  readonly name: string
  readonly psi?: number
  readonly ks?: number
  readonly nulls: { readonly reference: number; readonly recent: number }
  /** Measures at or above their limit. */
  readonly drifted: readonly string[]
  readonly quantiles?: { readonly reference: QuantilesAnswer; readonly recent: QuantilesAnswer }
}

export interface DriftAnswer {
  readonly at: number
  /** The version whose training is the reference. */
  readonly version: number
  readonly rows: { readonly reference: number; readonly recent: number }
  readonly because?: string
  readonly silent?: string
  /** The first check that found drift, of those without one in between that found none. */
  readonly since?: number
  readonly findings?: {
    readonly inputs: readonly DriftedColumnAnswer[]
    readonly score?: DriftedColumnAnswer
    readonly thresholds: { readonly psi: number; readonly ks: number; readonly nulls: number }
    readonly recentFrom: number
  }
}

export interface PromotionRuleAnswer {
  readonly kind: 'hand' | 'rule'
  readonly metric?: string
  readonly bound?: number
  readonly betterBy?: number
  readonly shadow?: number
}

export interface TrainingSplitAnswer {
  readonly trained: number
  readonly trainedFrom?: number
  readonly trainedTo: number
  readonly holdout: number
  readonly holdoutFrom: number
}
