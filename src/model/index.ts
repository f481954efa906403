/** Scores models over columns. */
export { compileModel, type CompiledModel, type ModelContext, type ScoredVectors } from './compile.ts'
export { modelRuntimes, type ScoreImplementation } from './load-score.ts'
export type { UserScoreFunction } from './user-score.ts'
export { vectorRowReader, type VectorRowReader, type VectorRow } from './rows.ts'
export { addTree, treeOf } from './trees.ts'
export type { DeliveredLeaves, ListColumn, VectorColumn } from './vector.ts'
