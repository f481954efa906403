/**
 * Checks a candidate definition of a source's records against the versions of the source, under a compatibility level.
 *
 * The versions are stated in the language of the candidate, with the current names of renamed columns: a rename is declared in the source
 * and is no incompatibility.
 */
import type { ColumnIR, CompatibilityLevel } from '../define/ir/index.ts'
import type { NumberedColumns } from './columns-as-schema.ts'
import { schemaLanguages, type SchemaFormat } from './formats.ts'
import { incompatibilityText, levelIncompatibilities, type SchemaVersion, type VersionIncompatibility } from './levels.ts'

/** Columns of a source in one of its versions. */
export type ColumnsVersion = SchemaVersion<readonly ColumnIR[]>

/** Candidate definition of the records of a source. */
export interface SchemaCandidate {
  readonly format: SchemaFormat
  readonly text: string
  readonly level: CompatibilityLevel
}

/** Verdict on a candidate. */
export interface SchemaCheck {
  readonly compatible: boolean
  readonly level: CompatibilityLevel
  readonly format: SchemaFormat
  /** Versions with which the candidate was compared. */
  readonly versions: readonly number[]
  /** Incompatibilities, each with a sentence that has the migration path. */
  readonly incompatibilities: readonly (VersionIncompatibility & { readonly text: string })[]
}

/**
 * Compares a candidate with the versions of a source, in ascending order; the last has the current columns.
 *
 * @throws `SPILL_FORMAT` for text that is no schema in its language; `SPILL_LIMIT` for a schema that is too large.
 */
export function checkCandidate(source: string, versions: readonly ColumnsVersion[], { format, text, level }: SchemaCandidate): SchemaCheck {
  const { comparison, textOf } = schemaLanguages[format]
  const compare = comparison()
  const earlier = numberedVersions(source, versions).map(({ version, schema }) => ({ version, schema: textOf(schema) }))
  // A candidate that cannot be read is an error at every level.
  compare(text, text)
  const incompatibilities = levelIncompatibilities(level, text, earlier, compare)
  const covered = level === 'NONE' ? [] : level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1)
  return {
    compatible: incompatibilities.length === 0,
    level,
    format,
    versions: covered.map(({ version }) => version),
    incompatibilities: incompatibilities.map(incompatibility => ({ ...incompatibility, text: incompatibilityText(incompatibility) })),
  }
}

/** The latest columns of a source as text. */
export function sourceSchemaText(source: string, versions: readonly ColumnsVersion[], format: SchemaFormat): string {
  return schemaLanguages[format].textOf(numberedVersions(source, versions).at(-1)!.schema)
}

/** Each version under the current names. Columns are numbered in the order of their first version, so that a number is never used twice. */
function numberedVersions(source: string, versions: readonly ColumnsVersion[]): SchemaVersion<NumberedColumns>[] {
  const current = new Map(versions.at(-1)!.schema.flatMap(({ name, aliases = [] }) => aliases.map(alias => [alias, name] as const)))
  const numbers = new Map<string, number>()
  return versions.map(({ version, schema }) => {
    const columns = schema.map(column => ({ ...column, name: current.get(column.name) ?? column.name }))
    for (const { name } of columns) if (!numbers.has(name)) numbers.set(name, numbers.size + 1)
    return { version, schema: { source, columns, numbers } }
  })
}
