/** Valuation of decisions under an alternative: alerts, values by a value function, and performance figures. */
export { actingRowsAt, actingRows } from './acting-rows.ts'
export { valuationBasis } from './basis.ts'
export { valueBounds, withAssumedLabels, unknownLabelShare, type ValueBounds } from './label-bounds.ts'
export { eligibleCount, eligibleScores } from './eligibility.ts'
export { hasKnownOutcome, type AlertEvaluation } from './alert-evaluation.ts'
export { lookBackOf } from './look-back.ts'
export { forEachFirstAction, trueOutcomes, type TrueOutcomes } from './outcomes.ts'
export { emptyShare, performanceFigures, type GroupFeatureValues } from './performance.ts'
export { aucOf, cacheAuc } from './auc.ts'
export { alertRuleOf, alertsAt, countAtOrAbove, thresholdForShare, type AlertRule, type Threshold } from './threshold.ts'
export { utilityOf, type ValueFunction } from './utility.ts'
export { actingAtVolume, alertsWithLeadIn, type BlockVolume } from './alert-volume.ts'
export {
  weeklyValue,
  yearlyValue,
  decisionsAWeek,
  rowsInPeriod,
  sliceValues,
  sumOfKnown,
  WEEK_MS,
  worstWeek,
  type ValueTotal,
  type TotalsByRows,
} from './weeks.ts'
