/** What features belong to: a card, a patient, an airport. A branded column, so that one entity's id cannot be taken for another's. */
import type { ColumnSpec, Id, Kind } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName } from '../mistake/names.ts'
import { column, isColumn, type Column } from './t.ts'

export interface Entity<Name extends string = string, K extends Kind = Kind, T = unknown, In = unknown> extends Column<K, Id<Name, T>, In> {
  readonly entity: Name
}

/** The branded value of an entity: `Id<'card', string>`. */
export type IdOf<E> = E extends Entity<infer Name, Kind, infer T> ? Id<Name, T> : never

/**
 * Names what a string or int column identifies. Use it as a column of any schema; several columns may hold the same entity (origin and
 * destination are both airports).
 */
export function entity<const Name extends string, K extends 'string' | 'number', T, In>(
  name: Name,
  of: ColumnSpec<K, T, In>,
): Entity<Name, K, T, In> {
  checkName('entity', name)
  if (!isColumn(of) || (of.ir.type !== 'string' && of.ir.type !== 'int'))
    mistake(`entity '${name}' must be a t.string(), t.enum([…]) or t.int(), got ${isColumn(of) ? `a ${of.ir.type}` : 'no column'}`)
  if (of.ir.nullable) mistake(`entity '${name}' is nullable; make the column of the schema nullable instead: ${name}.nullable()`)
  const { nullable: _, ...ir } = of.ir
  return Object.freeze({ ...column<K, Id<Name, T>, In>(of.kind, { ...ir, entity: name }), entity: name })
}

/** The name of an entity, or `undefined` for anything else. */
export const entityName = (value: unknown): string | undefined =>
  isColumn(value) && 'entity' in value && typeof value.entity === 'string' ? value.entity : undefined
