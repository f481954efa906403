/** Describes rejected features in codes and words. No default replaces a rejected value. */
import { rejections } from '../aggregate/index.ts'
import type { ErrorCode } from '../base/index.ts'

/** Why a feature has no value. */
export interface FeatureRejection {
  readonly code: ErrorCode
  readonly why: string
}

/** By the codes of `FeatureColumn.rejected`. */
export const featureRejections: Readonly<Record<number, FeatureRejection>> = {
  [rejections.range]: { code: 'SPILL_RANGE', why: 'its window holds more values, or larger ones, than exact arithmetic covers' },
  [rejections.limit]: { code: 'SPILL_LIMIT', why: 'its key has more events or distinct values in the window than its limit' },
  [rejections.evicted]: { code: 'SPILL_CLOCK_EVICTED', why: 'its as-of time is before the retained state' },
}
