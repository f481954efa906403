/** Revisions in SQL: which event supersedes which, for a source with an identity. Aliases: `s` an event of the source, `e` one with these columns. */
import type { SourceIR } from '../define/ir/index.ts'
import type { ColumnNames } from './relations.ts'

/**
 * The next revision of each event. Later positions of a key are later in the total order and in arrival, so the next revision
 * decides.
 */
export function revisionColumns(source: SourceIR, names: ColumnNames): string[] {
  return source.identity ? nextRevisionColumns(source, names, { _next_seq: 's._seq', _next_arrival: 's._arrival' }) : []
}

/** Columns of the next revision of each event, NULL if there is none; for a source with an identity. */
export function nextRevisionColumns(source: SourceIR, names: ColumnNames, columns: Readonly<Record<string, string>>): string[] {
  const { present, over } = identitySql(source, names)
  return Object.entries(columns).map(([name, column]) => `CASE WHEN ${present} THEN lead(${column}) ${over} END AS ${name}`)
}

/** The first event of each identity, as `_original_seq`; for a source with an identity. */
export function firstRevisionColumn(source: SourceIR, names: ColumnNames): string {
  const { present, over } = identitySql(source, names)
  return `CASE WHEN ${present} THEN first_value(s._seq) ${over} END AS _original_seq`
}

/** Can an event be revised, and in which order do its revisions come? */
function identitySql(source: SourceIR, names: ColumnNames): { readonly present: string; readonly over: string } {
  const { present, partition } = identityPartition(source, names)
  return { present, over: `OVER (${partition} ORDER BY s._partition, s._offset)` }
}

/** Can an event be revised, and which partition holds its revisions? */
export function identityPartition(
  { key, identity = [] }: SourceIR,
  names: ColumnNames,
): { readonly present: string; readonly partition: string } {
  const fields = identity.map(name => `s.${names.get(name)}`)
  const present = fields.map(field => `${field} IS NOT NULL`).join(' AND ')
  return { present, partition: `PARTITION BY ${[`s.${names.get(key)}`, ...fields].join(', ')}` }
}

/**
 * Requires of an event `e` that it is not deleted, nor superseded by an event visible to the request `a`. Without an identity, each feature
 * handles deleted events itself.
 */
export const countsSql = ({ identity }: SourceIR): string =>
  identity
    ? ' AND NOT e._deleted AND (e._next_seq IS NULL OR e._next_seq >= a.prefix OR (a.upto IS NOT NULL AND e._next_arrival > a.upto))'
    : ''
