/** Scores models over columns. */
export { compileModel, type CompiledModel, type GivenScore, type ModelContext, type Scored } from './compile.ts'
export type { OwnScoreFunction } from './own-score.ts'
export { rowsOf, type RowOf, type VectorRow } from './rows.ts'
export { addTree, treeOf } from './trees.ts'
export type { DeliveredLeaves, ListColumn, VectorColumn } from './vector.ts'
export type { Contribution } from './weighted.ts'
