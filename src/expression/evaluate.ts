/** Types of compiled expressions. */
import type { ColumnData } from '../columns/index.ts'
import type { ExprIR } from '../define/ir/index.ts'

/** A leaf of an expression that reads a column. */
export type LeafIR = Extract<ExprIR, { op: 'column' | 'trigger' | 'feature' }>

/** Returns the column of a leaf, with at least `length` values. Called for each leaf at each evaluation. */
export type Leaves = (leaf: LeafIR) => ColumnData

/**
 * Evaluates an expression over the first `length` rows.
 *
 * The result has physical values of the expression's type; bools are 0 or 1. It may be a leaf's own column, share a leaf's NULL
 * mask, or be scratch that the next call of the same function overwrites: read it before that, and never write to it. It may be
 * longer than `length`; values beyond `length` and under a NULL are meaningless. There is a mask only if a leaf has a mask, or
 * a result is NULL.
 */
export type Evaluate = (leaf: Leaves, length: number) => ColumnData
