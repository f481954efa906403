/**
 * What every expression is, to the type checker: where it lives, its kind, and the value it has as delivered. Types only.
 *
 * `S` says where: in a row of a source (it can be aggregated), or among a model's inputs (it cannot). The two do not mix.
 */
import type { Kind } from './kinds.ts'

export type Scope = 'row' | 'input'
/** `list` is what `lastK` and its like give: for the user's own score function only. */
export type ExprKind = Kind | 'list'

declare const typed: unique symbol
declare const rawColumn: unique symbol

/** Any expression: where it lives, its kind, and the value it has as delivered. */
export interface Expression<S extends Scope = Scope, K extends ExprKind = ExprKind, T = unknown> {
  readonly [typed]: { readonly scope: S; readonly kind: K; readonly value: T }
}

/** A column itself, not something made from one: what a key must be. */
export interface RawColumn {
  readonly [rawColumn]: true
}
