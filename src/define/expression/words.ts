/**
 * What an expression offers, by its kind: the words that users write after a column. Types only; `node.ts` and `row-node.ts` do the work.
 *
 * NULL follows SQL: arithmetic and comparisons with NULL are NULL; arithmetic that overflows is NULL.
 */
import type { Duration } from '../../base/time.ts'
import type { Aggregating } from './aggregating.ts'
import type { Expression, ExprKind, RawColumn, Scope } from './expression.ts'
import type { Identifies, Kind } from './kinds.ts'

interface Words<S extends Scope, T> {
  number: NumberWords<S, T>
  duration: DurationWords<S, T>
  timestamp: TimestampWords<S, T>
  bool: BoolWords<S, T>
  string: StringWords<S, T>
  list: Expression<S, 'list', T>
}

export type Expr<S extends Scope, K extends ExprKind, T> = Words<S, T>[K] & Aggregating<T>[S][K]
export type Field<S extends Scope, K extends ExprKind, T> = Expr<S, K, T> & RawColumn

/** What a literal compared with a kind may be. */
interface Literals<T> {
  number: number
  duration: Duration | number
  timestamp: number | string | Date
  bool: boolean
  string: T extends Identifies<string> ? string : T
  list: never
}
export type Literal<K extends ExprKind, T> = Literals<NonNullable<T>>[K]

type Operand<S extends Scope, K extends ExprKind, T> = Literal<K, T> | Expression<S, K>
/** `null` if one of the operands may be. */
type NullIn<T, O> = Extract<T, null> | (O extends Expression<Scope, ExprKind, infer U> ? Extract<U, null> : never)
type Bool<S extends Scope, T, O = never> = Expr<S, 'bool', boolean | NullIn<T, O>>

interface Common<S extends Scope, K extends Kind, T> extends Expression<S, K, T> {
  /** True where the value is NULL; never NULL itself. */
  isNull(): Expr<S, 'bool', boolean>
}

interface Equality<S extends Scope, K extends Kind, T> extends Common<S, K, T> {
  eq<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  ne<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
}

interface Ordered<S extends Scope, K extends Kind, T> extends Equality<S, K, T> {
  gt<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  gte<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  lt<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  lte<O extends Operand<S, K, T>>(other: O): Bool<S, T, O>
  /** `low <= this <= high`, both ends included. */
  between<L extends Operand<S, K, T>, H extends Operand<S, K, T>>(low: L, high: H): Bool<S, T, L | H>
  /** Equal to one of the values. */
  oneOf(values: readonly Literal<K, T>[]): Bool<S, T>
}

type Arithmetic<S extends Scope, K extends Kind> = Expr<S, K, (K extends 'bool' ? boolean : number) | null>

export interface NumberWords<S extends Scope, T> extends Ordered<S, 'number', T> {
  plus(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  minus(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  times(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
  /** Division, over doubles; by zero it is NULL. */
  over(other: Operand<S, 'number', number>): Arithmetic<S, 'number'>
}

export interface DurationWords<S extends Scope, T> extends Ordered<S, 'duration', T> {
  plus(other: Operand<S, 'duration', number>): Arithmetic<S, 'duration'>
  minus(other: Operand<S, 'duration', number>): Arithmetic<S, 'duration'>
  /** A whole number of times. */
  times(other: number): Arithmetic<S, 'duration'>
  /** How many of another duration: `r.stay.over('1h')` is hours. */
  over(other: Operand<S, 'duration', number>): Arithmetic<S, 'number'>
}

export interface TimestampWords<S extends Scope, T> extends Ordered<S, 'timestamp', T> {
  plus(other: Operand<S, 'duration', number>): Arithmetic<S, 'timestamp'>
  minus(other: Expression<S, 'timestamp'>): Arithmetic<S, 'duration'>
  minus(other: Operand<S, 'duration', number>): Arithmetic<S, 'timestamp'>
}

export interface BoolWords<S extends Scope, T> extends Equality<S, 'bool', T> {
  and<O extends Expression<S, 'bool'>>(other: O): Bool<S, T, O>
  or<O extends Expression<S, 'bool'>>(other: O): Bool<S, T, O>
  not(): Bool<S, T>
}

export interface StringWords<S extends Scope, T> extends Ordered<S, 'string', T> {}
