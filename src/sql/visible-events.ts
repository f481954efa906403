import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'
import { columnNames } from './relations.ts'
import { countsSql, revisionColumns, type ValueTables } from './values.ts'

/**
 * The events that each request of a relation of requests (`requestTable`) sees, as a relation for `tileQueries` with `by: ['_request']`:
 * of the request's key, visible at its log position, not superseded there, and up to its as-of time. `_excluded` is the event that features
 * with `before` leave out.
 */
export function visibleEvents(group: GroupIR, source: SourceIR, tables: ValueTables, dialect: SqlDialect): string {
  const names = columnNames(source, dialect)
  const sameKey = group.key.map((name, i) => `s.${names.get(name)} = a.k${i} AND `).join('')
  return `(
    SELECT s.*, a.request AS _request, a.excluded AS _excluded
    FROM (SELECT ${['s.*', ...revisionColumns(source, names)].join(', ')} FROM ${tables.events} s) s
    JOIN ${tables.requests} a ON ${sameKey}s._seq < a.prefix AND s._time <= a.t
    WHERE (a.upto IS NULL OR s._arrival <= a.upto)${countsSql(source, 's')}
  )`
}
