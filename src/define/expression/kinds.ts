/**
 * The types that flow from a schema to a model's vector. Nothing here exists at run time: the values behind these types are
 * columns as declared (`t.ts`) and expressions (`node.ts`).
 *
 * `Kind` is coarser than `ColumnType`: int, decimal and double offer the same words and are all delivered as numbers.
 * `T` is the value as delivered, `| null` where it may be missing; `In` is what a raw record may hold.
 */
import type { ColumnIR } from '../ir/ir.ts'

export type Kind = 'number' | 'duration' | 'timestamp' | 'bool' | 'string'

declare const entityName: unique symbol
declare const phantom: unique symbol

/** A value that identifies an entity: a card's id is not a terminal's, though both are strings. */
export type Id<Name extends string, T> = T & Identifies<Name>

/** The brand of an id. */
export interface Identifies<Name extends string> {
  readonly [entityName]: Name
}

/** A column as declared. */
export interface ColumnSpec<K extends Kind = Kind, T = unknown, In = unknown> {
  readonly kind: K
  readonly ir: Omit<ColumnIR, 'name'>
  readonly [phantom]?: { readonly delivered: T; readonly input: In }
}

export type Columns = Readonly<Record<string, ColumnSpec>>

export type KindOf<C> = C extends ColumnSpec<infer K> ? K : never
export type DeliveredOf<C> = C extends ColumnSpec<Kind, infer T> ? T : never
export type InputOf<C> = C extends ColumnSpec<Kind, unknown, infer In> ? In : never

/** Names of the columns that every record has. */
export type RequiredNames<C extends Columns> = { [N in keyof C & string]: null extends DeliveredOf<C[N]> ? never : N }[keyof C & string]

/** Names of the timestamp columns that every record has. */
export type TimeNames<C extends Columns> = {
  [N in RequiredNames<C>]: KindOf<C[N]> extends 'timestamp' ? N : never
}[RequiredNames<C>]

/**
 * A record that a source takes: decimals as number or text, timestamps as UTC ms, ISO 8601 text or Date, durations as ms or text.
 * A nullable column may be null or left out.
 */
export type RecordOf<C extends Columns> = Flat<
  { readonly [N in RequiredNames<C>]: InputOf<C[N]> } & {
    readonly [N in Exclude<keyof C & string, RequiredNames<C>>]?: InputOf<C[N]> | undefined
  }
>

/** Shows an intersection as one object type in messages and editors. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}
