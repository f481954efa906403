/**
 * An entity: the thing that features describe, such as a card, a patient or an airport.
 *
 * It is a branded column, so that the id of a card cannot be passed where the id of a terminal is expected.
 */
import type { ColumnSpec, Id, Kind } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName } from '../mistake/names.ts'
import { column, isColumn, type Column } from './t.ts'

/** An entity, made by `entity`. It is also a column, for any number of schemas. */
export interface Entity<Name extends string = string, K extends Kind = Kind, T = unknown, In = unknown> extends Column<K, Id<Name, T>, In> {
  readonly entity: Name
}

/** Type of an entity's values, branded with its name: `IdOf<typeof card>` is `Id<'card', string>`. */
export type IdOf<E> = E extends Entity<infer Name, Kind, infer T> ? Id<Name, T> : never

/**
 * Declares an entity, identified by a string or int column.
 *
 * Use it as a column of any schema. Several columns of a schema may hold the same entity: origin and destination are both
 * airports. For an optional column write `card.nullable()` in the schema.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a name that is no identifier, for a column of another type, and for a nullable
 * column.
 * @example
 * const card = entity('card', t.string())
 * const trips = source('trips', {
 *   schema: { at: t.timestamp(), card, payer: card.nullable() },
 *   key: 'card',
 *   time: 'at',
 * })
 */
export function entity<const Name extends string, K extends 'string' | 'number', T, In>(
  name: Name,
  of: ColumnSpec<K, T, In>,
): Entity<Name, K, T, In> {
  checkName('entity', name)
  if (!isColumn(of) || (of.ir.type !== 'string' && of.ir.type !== 'int'))
    mistake(`entity '${name}' must be a t.string(), t.enum([…]) or t.int(), got ${isColumn(of) ? `a ${of.ir.type}` : 'no column'}`)
  if (of.ir.nullable) mistake(`entity '${name}' is nullable; make the column of the schema nullable instead: ${name}.nullable()`)
  if (of.ir.default !== undefined) mistake(`entity '${name}' has a default; write it at the column of a schema: ${name}.default(…)`)
  const { nullable: _, ...ir } = of.ir
  return Object.freeze({ ...column<K, Id<Name, T>, In>(of.kind, { ...ir, entity: name }), entity: name })
}

/** The name of an entity, or `undefined` for anything else. */
export const entityName = (value: unknown): string | undefined =>
  isColumn(value) && 'entity' in value && typeof value.entity === 'string' ? value.entity : undefined
