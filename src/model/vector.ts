/**
 * Computes the vector of a model in columns: one column per input, as delivered (numbers of every type are doubles, bools 0 or 1,
 * strings ids).
 *
 * An input that is a leaf is the given column; a derived input is evaluated over the leaves.
 */
import type { ColumnData, Strings } from '../columns/index.ts'
import type { InputIR, LeafIR } from '../define/ir/index.ts'
import { compile } from '../expression/index.ts'

/** A list feature: row i has `counts[i]` values from `i · width` on. Only the user's own function can score it. */
export interface ListColumn extends ColumnData {
  readonly width: number
  readonly counts: Uint16Array
}

/** A column of a vector. */
export type VectorColumn = ColumnData | ListColumn

/** Is the column a list? */
export const isListColumn = (column: ColumnData): column is ListColumn => 'counts' in column && column.counts !== undefined

/** Finds the trigger's fields and the features of each decision, as delivered. A list feature is a `ListColumn`. */
export type DeliveredLeaves = (leaf: LeafIR) => VectorColumn

/** Computes the columns of the inputs, in order. The next call overwrites those of derived inputs. */
export type ComputeInputs = (leaf: DeliveredLeaves, length: number) => VectorColumn[]

/** Compiles the inputs of a model. */
export function compileInputs(inputs: readonly InputIR[], strings: Strings): ComputeInputs {
  const evaluations = inputs.map(({ expr }) => compile(expr, { strings }))
  return (leaf, length) => evaluations.map(evaluate => evaluate(leaf, length))
}
