/** Describes refused features in codes and words. No default replaces a refused value. */
import { refusals } from '../aggregate/index.ts'
import type { ErrorCode } from '../base/index.ts'

/** Why a feature has no value. */
export interface FeatureRefusal {
  readonly code: ErrorCode
  readonly why: string
}

/** By the codes of `FeatureColumn.refused`. */
export const featureRefusals: Readonly<Record<number, FeatureRefusal>> = {
  [refusals.range]: { code: 'SPILL_RANGE', why: 'its window holds more values, or larger ones, than exact arithmetic covers' },
  [refusals.limit]: { code: 'SPILL_LIMIT', why: 'its key has more events or distinct values in the window than its limit' },
  [refusals.evicted]: { code: 'SPILL_CLOCK_EVICTED', why: 'its as-of time is before the retained state' },
}
