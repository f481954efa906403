/**
 * An expression, as TypeScript sees it: its scope, its kind, and its delivered value. Types only.
 *
 * The scope is a row of a source (the expression can be aggregated) or the inputs of a model (it cannot). The two do not mix.
 */
import type { Kind } from './kinds.ts'

/** Scope of an expression: the rows of a source, or the inputs of a model. */
export type Scope = 'row' | 'input'
/** Kind of an expression. `lastK`, `topK` and `histogram` are lists, which only the user's own score function takes. */
export type ExprKind = Kind | 'list'

declare const typed: unique symbol
declare const rawColumn: unique symbol

/** Any expression: scope, kind, and delivered value. */
export interface Expression<S extends Scope = Scope, K extends ExprKind = ExprKind, T = unknown> {
  readonly [typed]: { readonly scope: S; readonly kind: K; readonly value: T }
}

/** A column itself and no expression over columns: a key must be one. */
export interface RawColumn {
  readonly [rawColumn]: true
}
