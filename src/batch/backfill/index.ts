/** Backfill: feature values of past partitions, computed from files into a feature table. */
export { type BackfillHistory, type BackfillOptions, type BackfillResult, fillGap, findGap, type StoreGap } from './backfill.ts'
export type { FileGapReason, GroupGap } from './gap.ts'
export { historyOfFiles, historyOfLog } from './histories.ts'
export { type BackfillTarget, backfillTarget, type RowTimes } from './target.ts'
export { BackfillWorkers } from './workers.ts'
