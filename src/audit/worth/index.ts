/** What decisions are worth under an alternative: who acts, a utility's values, and how the decisions do. */
export { boundsOf, supposed, unknownPart, type Bounds } from './bounds.ts'
export { isJudged, type Given } from './given.ts'
export { eachFirst, trueOutcomes, type TrueOutcomes } from './outcomes.ts'
export { emptyPart, performanceOf, type FeatureValues } from './performance.ts'
export { aucOf } from './ranking.ts'
export { actingOf, alertsAt, countAtOrAbove, thresholdForCount, thresholdForPart, type Acting, type Threshold } from './threshold.ts'
export { utilityOf, type Utility } from './utility.ts'
export { aWeek, aYear, decisionsAWeek, rowsBetween, slicesOf, totalOf, WEEK, worstWeek, type Total } from './weeks.ts'
