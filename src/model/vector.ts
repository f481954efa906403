/**
 * The vector of a model in columns: one column an input, as delivered (numbers of every type are doubles, bools 0 or 1, strings ids).
 *
 * Inputs that are leaves are the columns given; derived inputs are evaluated over them.
 */
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { InputIR } from '../define/ir/ir.ts'
import { compile, type LeafIR } from '../expression/index.ts'

/** A feature that is a list: row i has `counts[i]` values from `i · width` on. Only the user's own function can score it. */
export interface ListColumn extends Column {
  readonly width: number
  readonly counts: Uint16Array
}

export type VectorColumn = Column | ListColumn

export const isList = (column: VectorColumn): column is ListColumn => 'counts' in column && column.counts !== undefined

/** Where the trigger's fields and the features of each decision are found, as delivered. One that is a list is a `ListColumn`. */
export type DeliveredLeaves = (leaf: LeafIR) => VectorColumn

/** The columns of the inputs, in their order. Those of derived inputs are overwritten by the next call. */
export type Derive = (leaf: DeliveredLeaves, length: number) => VectorColumn[]

export function deriving(inputs: readonly InputIR[], strings: Strings): Derive {
  const evaluations = inputs.map(({ expr }) => compile(expr, { strings }))
  return (leaf, length) => evaluations.map(evaluate => evaluate(leaf, length))
}
