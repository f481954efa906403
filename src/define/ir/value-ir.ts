/**
 * Values, columns, expressions and schedules: the parts of which the definitions in the IR consist.
 *
 * A *physical* value is what columns and the kernel store: of a decimal of scale `s` the integer `value · 10^s`, of a timestamp UTC
 * milliseconds, of a duration milliseconds, of every other type the value itself.
 */

/** Types of values. */
export type ColumnType = 'int' | 'decimal' | 'timestamp' | 'duration' | 'bool' | 'string' | 'double'

/** Physical value of a column: number, string, boolean, or NULL. */
export type Value = number | string | boolean | null

/** A type, with the scale that makes a decimal's physical value readable. */
export interface TypeIR {
  readonly type: ColumnType
  readonly scale?: number
}

/** A column of a source, a table or a request. */
export interface ColumnIR extends TypeIR {
  readonly name: string
  readonly nullable: boolean
  /** Inclusive bounds, physical. A value outside them is rejected as `schema`. */
  readonly min?: number
  readonly max?: number
  /** Greatest length of a text, bytes of UTF-8; its default depends on the column's use. A longer text is rejected as `schema`. */
  readonly maxBytes?: number
  /** Allowed strings of an enum. */
  readonly values?: readonly string[]
  /** Entity that this column identifies. */
  readonly entity?: string
  /** IANA time zone of a timestamp without an offset. Default UTC. */
  readonly zone?: string
  /** Physical value of a record, and of an event of the log, that lacks the column. */
  readonly default?: number | string | boolean
  /** Earlier names of the column: records and events of the log may have its value under one of them. */
  readonly aliases?: readonly string[]
}

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

/** A part of an expression that refers to a column, to a field of the trigger or to a feature. */
export type LeafIR = Extract<ExprIR, { op: 'column' | 'trigger' | 'feature' }>

/** The columns, fields and features that an expression refers to, from the left. */
export function expressionLeaves(expr: ExprIR): LeafIR[] {
  if ('left' in expr) return [...expressionLeaves(expr.left), ...expressionLeaves(expr.right)]
  if ('of' in expr) return expressionLeaves(expr.of)
  return expr.op === 'literal' ? [] : [expr]
}

/** One input of a model. Features keep their own type; derived inputs are doubles, strings or bools. */
export interface InputIR {
  /** `amount`, or `card.n10m` for a feature of a group that is read under the name `card`. */
  readonly name: string
  readonly expr: ExprIR
}

/** A schedule: a cron in an IANA time zone, or an interval. */
export type ScheduleIR =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  /** Multiples of `every` ms from the epoch, plus `phase` ms. */
  | { readonly kind: 'interval'; readonly every: number; readonly phase: number }

/** Notes of a definition for people; no part of the fingerprint. */
export interface Notes {
  /** Team or person. */
  readonly owner?: string
  /** Explanation. */
  readonly description?: string
}
