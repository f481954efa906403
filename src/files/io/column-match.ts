/** Matches the columns of a file with the columns that a source needs. */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { InputFile } from './input-file.ts'

export interface ColumnMatch {
  /** Names of the columns to read; `undefined` for all, since a user's function may need any. */
  readonly selected: readonly string[] | undefined
  /** Messages about missing and ignored columns, to show once a file. */
  readonly warnings: readonly string[]
  /** Those about missing columns. */
  readonly missing: readonly string[]
}

/** Index of a column. Throws `SPILL_NOT_FOUND` if the file does not have it. */
export function checkColumn(file: string, names: readonly string[], column: string): number {
  const index = names.indexOf(column)
  if (index >= 0) return index
  throw new SpillwayError(
    'SPILL_NOT_FOUND',
    `has no column '${column}'${didYouMean(column, names) || `; there is ${names.slice(0, 20).join(', ')}…`}`,
    { place: file },
  )
}

/** Columns that a source reads from a file. Throws `SPILL_NOT_FOUND` if a column is missing that may not be NULL. */
export function matchColumns(file: Pick<InputFile, 'name' | 'columns'>, source: SourceIR): ColumnMatch {
  if (!file.columns || source.mapVersion !== undefined) return { selected: undefined, warnings: [], missing: [] }
  const names = file.columns.map(column => column.name)
  const present = source.columns.flatMap(({ name, aliases = [] }) => [name, ...aliases].find(known => names.includes(known)) ?? [])
  const absent = source.columns.filter(({ name, aliases = [] }) => ![name, ...aliases].some(known => names.includes(known)))
  for (const { name, nullable, default: value } of absent) if (!nullable && value === undefined) checkColumn(file.name, names, name)
  const extra = names.filter(name => !present.includes(name))
  const missing = absent.map(
    ({ name, default: value }) =>
      `${file.name} has no column '${name}': ${value === undefined ? 'NULL' : 'its default'} in every row of '${source.name}'${didYouMean(name, extra)}`,
  )
  const warnings = [...missing]
  if (extra.length > 0) warnings.push(`${file.name} has columns that '${source.name}' does not name, ignored: ${extra.join(', ')}`)
  return { selected: present, warnings, missing }
}
