/** Expressions in the IR: inputs of features and models, and conditions. */
import type { TypeIR } from './column-ir.ts'

/**
 * An expression, typed at every node.
 *
 * Arithmetic over exact operands is exact. The result has the larger scale for `add` and `sub`, and the sum of scales for
 * `mul`; a result outside ±(2^53−1) is NULL. If either operand is a double, the other becomes fl(physical / 10^s) and the
 * operation is IEEE 754; a result that is not finite is NULL, −0 is 0. `div` is always over doubles; division by zero is NULL.
 * A comparison of exact operands compares mathematical values; of an exact operand with a double, doubles; of strings, UTF-8
 * bytes. NULL follows SQL: a comparison or arithmetic with NULL is NULL, and `and`/`or`/`not` are three-valued.
 */
export type ExprIR =
  | ({ readonly op: 'column'; readonly name: string } & TypeIR)
  | ({ readonly op: 'literal'; readonly value: number | string | boolean } & TypeIR)
  | ({ readonly op: 'add' | 'sub' | 'mul' | 'div'; readonly left: ExprIR; readonly right: ExprIR } & TypeIR)
  | { readonly op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'; readonly left: ExprIR; readonly right: ExprIR; readonly type: 'bool' }
  | { readonly op: 'and' | 'or'; readonly left: ExprIR; readonly right: ExprIR; readonly type: 'bool' }
  | { readonly op: 'not' | 'isNull'; readonly of: ExprIR; readonly type: 'bool' }
  /** Inputs of a model only: a field of the trigger as delivered (numbers of every type are doubles). */
  | ({ readonly op: 'trigger'; readonly name: string } & TypeIR)
  /** Inputs of a model only: a delivered feature, read at the key in the trigger's columns `key`. */
  | ({ readonly op: 'feature'; readonly group: string; readonly key: readonly string[]; readonly name: string } & TypeIR)

/** One input of a model. Features keep their own type; derived inputs are doubles, strings or bools. */
export interface InputIR {
  /** `amount`, or `card.n10m` for a feature of a group that is read under the name `card`. */
  readonly name: string
  readonly expr: ExprIR
}
