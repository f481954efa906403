/**
 * Keeps the history of a log as it was read before: a new definition reads each event of each version as the stored definitions do.
 *
 * A dropped earlier name or a changed default would silently change what old events say, and with it every feature that is replayed from
 * them. Both are therefore rejected at every compatibility level. Cost: pairs of versions, times columns.
 */
import type { StrictOmit } from '../base/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import { writtenName } from './columns.ts'
import type { Incompatibility } from './problems/incompatibility.ts'
import type { SchemaVersion } from './levels.ts'

/** A change of what the events of a version say. */
export interface HistoryChange extends Pick<Incompatibility, 'path' | 'rule' | 'problem' | 'fix'> {
  /** Version of the events. */
  readonly version: number
}

/** Changes that a definition makes in what events of the log say, the newest reading definition first. `stored`: versions, ascending. */
export function historyChanges(columns: readonly ColumnIR[], stored: readonly SchemaVersion<readonly ColumnIR[]>[]): HistoryChange[] {
  const written = stored.map(({ version, schema }) => ({ version, names: new Set(schema.map(({ name }) => name)) }))
  const readers = new Map(columns.flatMap(column => [column.name, ...(column.aliases ?? [])].map(name => [name, column] as const)))
  return stored
    .flatMap(({ schema }, at) =>
      schema.flatMap(before =>
        written.slice(0, at).flatMap(({ version, names }) => {
          const change = changeOf(before, readers, names)
          return change ? [{ ...change, version }] : []
        }),
      ),
    )
    .toReversed()
}

/** The change for one column of a stored definition, in events that have columns of these names. */
function changeOf(
  before: ColumnIR,
  readers: ReadonlyMap<string, ColumnIR>,
  names: ReadonlySet<string>,
): StrictOmit<HistoryChange, 'version'> | undefined {
  const now = readers.get(before.name)
  const name = writtenName(before, names)
  if (name === undefined) {
    const isFilled = now !== undefined && writtenName(now, names) === undefined
    return isFilled && now.default !== before.default ? defaultChanged(now, before) : undefined
  }
  if (now) return writtenName(now, names) === name ? undefined : renameDropped(now.name, name)
  const other = name === before.name ? undefined : readers.get(name)
  return other && nameReused(other.name, name, before.name)
}

const renameDropped = (column: string, name: string) => ({
  path: `/${column}`,
  rule: 'rename-dropped',
  problem: `column '${column}' is no longer read from '${name}', its earlier name`,
  fix: `keep the earlier name: renamed: { ${name}: '${column}' }`,
})

const nameReused = (column: string, name: string, before: string) => ({
  path: `/${column}`,
  rule: 'name-reused',
  problem: `column '${column}' would be read from '${name}', an earlier name of the different column '${before}'`,
  fix: `use a name that no version has, or renamed: { ${before}: '${column}' } if it is the same column`,
})

const defaultChanged = (now: ColumnIR, before: ColumnIR) => ({
  path: `/${now.name}`,
  rule: 'default-changed',
  problem: `column '${now.name}' would be ${fillText(now)} and no longer ${fillText(before)}`,
  fix: 'leave the default as it was, and add a new column with the new default',
})

/** The value of a column in events that lack it. */
function fillText({ default: value, scale = 0 }: ColumnIR): string {
  if (value === undefined) return 'NULL'
  return typeof value === 'number' ? String(value / 10 ** scale) : `'${value}'`
}
