/**
 * Operations of an expression by its kind: the methods that users write after a column. Types only.
 *
 * `node.ts` and `row-node.ts` build the expressions. NULL follows SQL: arithmetic and comparisons with NULL are NULL.
 * Arithmetic that overflows is NULL.
 */
import type { Duration } from '../../base/index.ts'
import type { Hint } from '../mistake/hint.ts'
import type { Aggregating } from './aggregating.ts'
import type { Expression, ExprKind, RawColumn, Scope, Identifies, Kind } from './kinds.ts'

interface Words<S extends Scope, T> {
  number: NumberWords<S, T>
  duration: DurationWords<S, T>
  timestamp: TimestampWords<S, T>
  bool: BoolWords<S, T>
  string: StringWords<S, T>
  list: Expression<S, 'list', T>
}

/** An expression of a kind with its operations, and in a row its aggregates. */
export type Expr<S extends Scope, K extends ExprKind, T> = Words<S, T>[K] & Aggregating<T>[S][K]
/** A column with its operations: a field of a row or of a trigger. */
export type Field<S extends Scope, K extends ExprKind, T> = Expr<S, K, T> & RawColumn

/** Literals that a kind is compared with. */
interface Literals<T> {
  number: number
  duration: Duration | number
  timestamp: number | string | Date
  bool: boolean
  string: T extends null ? never : T extends Identifies<string> ? string : T
  list: never
}
/** Literal that a kind is compared with. */
export type Literal<K extends ExprKind, T> = Literals<T>[K]

/** Operands of a comparison by the kind of its left side: literals, and expressions of that kind. */
interface Operands<S extends Scope, T> {
  number: number | Expression<S, 'number'> | Hint<"a number is compared with a number: 5, not '5'">
  duration: Duration | number | Expression<S, 'duration'> | Hint<"a duration is compared with '10m', milliseconds or a duration">
  timestamp: number | string | Date | Expression<S, 'timestamp'> | Hint<'a timestamp is compared with ISO 8601, a Date or UTC ms'>
  bool: boolean | Expression<S, 'bool'> | Hint<'a bool is compared with true, false or a condition'>
  string: Literal<'string', T> | Expression<S, 'string'> | Hint<'a string is compared with a string; declare numbers as t.double()'>
}
type Operand<S extends Scope, K extends Kind, T> = Operands<S, T>[K]
/** `null` if an operand may be NULL. */
type NullIn<T, O> = Extract<T, null> | (O extends Expression<Scope, ExprKind, infer U> ? Extract<U, null> : never)
type Bool<S extends Scope, T, O = never> = Expr<S, 'bool', boolean | NullIn<T, O>>

interface Common<S extends Scope, K extends Kind, T> extends Expression<S, K, T> {
  /** True for NULL, false otherwise; never NULL itself. */
  isNull(): Expr<S, 'bool', boolean>
}

/** Equality. Strings are compared as UTF-8 bytes. */
interface Equality<S extends Scope, K extends Kind, T> extends Common<S, K, T> {
  /** Equal. */
  eq<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** Not equal. */
  ne<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
}

/** Order. Strings are compared as UTF-8 bytes. */
interface Ordered<S extends Scope, K extends Kind, T> extends Equality<S, K, T> {
  /** Greater than. */
  gt<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** Greater than or equal. */
  gte<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** Less than. */
  lt<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** Less than or equal. */
  lte<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** `low <= this <= high`: both ends are included. */
  between<L extends Operand<S, K, T>, H extends Operand<S, K, T>>(low: L, high: H): Bool<S, T, L | H>
  /** Equal to at least one of the values. */
  oneOf(values: readonly Literal<K, T>[]): Bool<S, T>
}

type Arithmetic<S extends Scope, K extends Kind> = Expr<S, K, (K extends 'bool' ? boolean : number) | null>

/** Operations of numbers: comparisons, and arithmetic that is exact over exact types. */
export interface NumberWords<S extends Scope, T> extends Ordered<S, 'number', T> {
  /** Sum. */
  plus(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  /** Difference. */
  minus(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  /** Product. */
  times(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  /** Quotient of doubles; NULL for a divisor of zero. */
  dividedBy(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
}

/** Operations of durations: comparisons and arithmetic in milliseconds. */
export interface DurationWords<S extends Scope, T> extends Ordered<S, 'duration', T> {
  /** Sum of durations. */
  plus(other: Operand<S, 'duration', number>): Arithmetic<S, 'duration'>
  /** Difference of durations. */
  minus(other: Operand<S, 'duration', number>): Arithmetic<S, 'duration'>
  /** Product with a whole number. */
  times(other: number): Arithmetic<S, 'duration'>
  /** Ratio of two durations: `r.stay.dividedBy('1h')` is in hours. */
  dividedBy(other: Operand<S, 'duration', number>): Arithmetic<S, 'number'>
}

/** Operations of timestamps: comparisons and arithmetic with durations. */
export interface TimestampWords<S extends Scope, T> extends Ordered<S, 'timestamp', T> {
  /** Later by a duration. */
  plus(other: Operand<S, 'duration', number>): Arithmetic<S, 'timestamp'>
  /** Time between two timestamps, ms; or earlier by a duration. */
  minus(other: Expression<S, 'timestamp'>): Arithmetic<S, 'duration'>
  minus(other: Operand<S, 'duration', number>): Arithmetic<S, 'timestamp'>
}

/** Operations of conditions, with three-valued logic as in SQL. */
export interface BoolWords<S extends Scope, T> extends Equality<S, 'bool', T> {
  /** True if both are true. */
  and<O extends Expression<S, 'bool'>>(other: O): Bool<S, T, O>
  /** True if at least one is true. */
  or<O extends Expression<S, 'bool'>>(other: O): Bool<S, T, O>
  /** Negation; NULL for NULL. */
  not(): Bool<S, T>
}

/** Operations of strings: comparisons. */
export interface StringWords<S extends Scope, T> extends Ordered<S, 'string', T> {}
