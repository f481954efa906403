/** Valuation of decisions under a plan: alerts, values by a value function, and performance figures. */
export { valueBounds, unknownLabelShare } from './label-bounds.ts'
export { actingRows, actingRowsAt, type AlertEvaluation, eligibleScores, hasKnownOutcome } from './alert-evaluation.ts'
export { performanceFigures } from './performance.ts'
export { cacheAuc } from './auc.ts'
export { alertRuleOf, alertsAt, countAtOrAbove, thresholdForShare } from './threshold.ts'
export { lookBackOf, utilityOf, valuationBasis, type ValueFunction } from './value-function.ts'
export { actingAtVolume, alertsWithLeadIn, type BlockVolume } from './alert-volume.ts'
export { weeklyValue, decisionsPerWeek, sliceValues, sumOfKnown, weeksCovered } from './weeks.ts'
