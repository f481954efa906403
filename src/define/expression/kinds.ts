/**
 * Types that flow from a schema through expressions to a model's feature vector. Nothing here exists at run time.
 *
 * The values of these types are declared columns (`t.ts`) and expressions (`node.ts`). `Kind` is coarser than `ColumnType`:
 * int, decimal and double offer the same operations and are all delivered as numbers. `T` is the delivered value, `| null`
 * where it may be missing; `In` is a raw record's value.
 */
import type { StrictOmit } from '../../base/index.ts'
import type { ColumnIR } from '../ir/ir.ts'

/** Kind of a value, which decides the operations that it offers. */
export type Kind = 'number' | 'duration' | 'timestamp' | 'bool' | 'string'

declare const entityName: unique symbol
declare const phantom: unique symbol

/** Value that identifies an entity. A card's id is no terminal's id, though both are strings. */
export type Id<Name extends string, T> = T & Identifies<Name>

/** Brand of an id: the name of its entity. */
export interface Identifies<Name extends string> {
  readonly [entityName]: Name
}

/** A column as it is declared, before its source lists its personal columns by name. */
export type DeclaredColumn = ColumnIR & { readonly personal?: true }

/** A declared column: its kind, its IR, the delivered value `T`, and the value `In` of a raw record. */
export interface ColumnSpec<K extends Kind = Kind, T = unknown, In = unknown> {
  readonly kind: K
  readonly ir: StrictOmit<DeclaredColumn, 'name'>
  readonly [phantom]?: { readonly delivered: T; readonly input: In }
}

/** Declared columns by name. */
export type ColumnSpecs = Readonly<Record<string, ColumnSpec>>

/** Kind of a declared column. */
export type KindOf<C> = C extends ColumnSpec<infer K> ? K : never
/** Delivered value of a declared column. */
export type DeliveredOf<C> = C extends ColumnSpec<Kind, infer T> ? T : never
/** Value of a declared column in a raw record. */
export type InputOf<C> = C extends ColumnSpec<Kind, unknown, infer In> ? In : never

/** Names of the columns that every record must have. */
export type RequiredNames<C extends ColumnSpecs> = { [N in keyof C & string]: null extends DeliveredOf<C[N]> ? never : N }[keyof C & string]

/** Names of the timestamp columns that every record must have. */
export type TimeNames<C extends ColumnSpecs> = {
  [N in RequiredNames<C>]: KindOf<C[N]> extends 'timestamp' ? N : never
}[RequiredNames<C>]

/** Names of the columns that a record must have: neither nullable nor with a default. */
type SentNames<C extends ColumnSpecs> = {
  [N in RequiredNames<C>]: undefined extends InputOf<C[N]> ? never : N
}[RequiredNames<C>]

/**
 * Record that a source accepts: decimals as number or text, timestamps as UTC ms, ISO 8601 text or Date, durations as ms or
 * text. A nullable column may be null or missing, a column with a default may be missing.
 */
export type RecordOf<C extends ColumnSpecs> = Flat<
  { readonly [N in SentNames<C>]: InputOf<C[N]> } & {
    readonly [N in Exclude<keyof C & string, SentNames<C>>]?: InputOf<C[N]> | undefined
  }
>

/** Flattens an intersection into one object type, for messages and editors. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

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
