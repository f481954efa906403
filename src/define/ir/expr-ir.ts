/** Expressions in the IR: what features aggregate, what models see, and conditions. */
import type { TypeIR } from './column-ir.ts'

/**
 * An expression, typed at every node.
 *
 * Arithmetic over exact operands is exact: the result has the larger scale for `add` and `sub`, the sum of scales for
 * `mul`; a result outside ±(2^53−1) is NULL. If either operand is a double, the other becomes fl(physical / 10^s) and
 * the operation is IEEE; a result that is not finite is NULL, −0 is 0. `div` is always over doubles; division by zero
 * is NULL. A comparison of exact operands compares their mathematical values; of an exact one with a double, as
 * doubles; of strings, UTF-8 bytes. NULL follows SQL: a comparison or arithmetic with NULL is NULL, `and`/`or`/`not`
 * are three-valued.
 */
export type ExprIR =
  | ({ readonly op: 'column'; readonly name: string } & TypeIR)
  | ({ readonly op: 'literal'; readonly value: number | string | boolean } & TypeIR)
  | ({ readonly op: 'add' | 'sub' | 'mul' | 'div'; readonly left: ExprIR; readonly right: ExprIR } & TypeIR)
  | { readonly op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'; readonly left: ExprIR; readonly right: ExprIR; readonly type: 'bool' }
  | { readonly op: 'and' | 'or'; readonly left: ExprIR; readonly right: ExprIR; readonly type: 'bool' }
  | { readonly op: 'not' | 'isNull'; readonly of: ExprIR; readonly type: 'bool' }
  /** In the inputs of a model only: a field of the trigger as it is delivered (numbers of every type as doubles). */
  | ({ readonly op: 'trigger'; readonly name: string } & TypeIR)
  /** In the inputs of a model only: a feature, read at the key that the trigger's columns `key` give, as delivered. */
  | ({ readonly op: 'feature'; readonly group: string; readonly key: readonly string[]; readonly name: string } & TypeIR)
