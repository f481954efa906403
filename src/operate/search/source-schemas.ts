/** Schemas of sources: the versions in the log, the present definition, and checks of candidate definitions. */
import { SpillwayError, didYouMean, show } from '../../base/index.ts'
import { canonicalJson, compatibilityLevels, type CompatibilityLevel, type PipelineIR, type SourceIR } from '../../define/ir/index.ts'
import type { SegmentLog } from '../../log/index.ts'
import { isUnusedFolder, withFolderReader } from '../../log/sqlite/index.ts'
import {
  checkCandidate,
  type ColumnsVersion,
  defaultCompatibility,
  type SchemaCheck,
  type SchemaFormat,
  sourceSchemaText,
} from '../../schema/index.ts'

/** The versions of one source. */
export interface SourceVersions {
  readonly source: string
  readonly level: CompatibilityLevel
  readonly versions: readonly {
    readonly version: number
    /** Names of its columns. */
    readonly columns: readonly string[]
    /** True for the columns of the present definition. */
    readonly current: boolean
    /** True if no event has this version yet: a start writes it. */
    readonly pending: boolean
  }[]
}

/** A change of the schema of a source that a start would make. */
export interface SchemaChange {
  readonly source: string
  /** Version before, and the version that the start writes. */
  readonly from: number
  readonly to: number
  readonly level: CompatibilityLevel
}

/** Request of a check. Without a level it is that of the source. */
export interface SchemaCheckRequest {
  readonly format: SchemaFormat
  readonly text: string
  readonly level?: CompatibilityLevel
}

/** Versions of the sources of a pipeline: those in the log, and the present definitions. `log` is undefined before the first start. */
export const sourceVersions = ({ sources }: PipelineIR, log: Pick<SegmentLog, 'schemas'> | undefined): SourceVersions[] =>
  sources.map(source => {
    const stored = storedVersions(source, log)
    return {
      source: source.name,
      level: source.compatibility ?? defaultCompatibility,
      versions: withDefinition(source, stored).map(({ version, schema }) => ({
        version,
        columns: schema.map(({ name }) => name),
        current: canonicalJson(schema) === canonicalJson(source.columns),
        pending: !stored.some(known => known.version === version),
      })),
    }
  })

/** Changes of schemas that a start would make; those that it would reject are errors of the start. */
export const schemaChanges = ({ sources }: PipelineIR, log: Pick<SegmentLog, 'schemas'>): SchemaChange[] =>
  sources.flatMap(source => {
    const stored = storedVersions(source, log)
    const to = withDefinition(source, stored).at(-1)!.version
    const from = stored.at(-1)?.version
    return from === undefined || from === to ? [] : [{ source: source.name, from, to, level: source.compatibility ?? defaultCompatibility }]
  })

/**
 * Checks a candidate definition of the records of a source. Throws `SPILL_FORMAT` for text that is no schema, `SPILL_LIMIT` for one that is too
 * large.
 */
export function checkSourceSchema(
  source: SourceIR,
  log: Pick<SegmentLog, 'schemas'> | undefined,
  request: SchemaCheckRequest,
): SchemaCheck {
  const { level = source.compatibility ?? defaultCompatibility, ...candidate } = request
  return checkCandidate(source.name, withDefinition(source, storedVersions(source, log)), { ...candidate, level })
}

/** The present columns of a source as text. Cost: none of the log but its versions. */
export const schemaTextOf = (source: SourceIR, log: Pick<SegmentLog, 'schemas'> | undefined, format: SchemaFormat): string =>
  sourceSchemaText(source.name, withDefinition(source, storedVersions(source, log)), format)

/** Calls `use` with the log of a folder; without one before the first start. Throws as `openFolder` does. */
export const withSchemaVersions = async <T>(folder: string, use: (log: Pick<SegmentLog, 'schemas'> | undefined) => T): Promise<T> =>
  isUnusedFolder(folder) ? use(undefined) : withFolderReader(folder, use)

/** A level as a user writes it. Throws `SPILL_INPUT`. */
export function parseLevel(text: string): CompatibilityLevel {
  const level = compatibilityLevels.find(known => known === text.toUpperCase())
  if (level) return level
  const similar = didYouMean(text.toUpperCase(), compatibilityLevels)
  throw new SpillwayError('SPILL_INPUT', `${show(text)} is no compatibility level${similar}; there is ${compatibilityLevels.join(', ')}`)
}

const storedVersions = ({ name }: SourceIR, log: Pick<SegmentLog, 'schemas'> | undefined): ColumnsVersion[] =>
  (log?.schemas() ?? []).filter(({ source }) => source === name).map(({ version, columns }) => ({ version, schema: columns }))

/** The versions of the log, and the present definition as the last. */
function withDefinition({ columns }: SourceIR, stored: readonly ColumnsVersion[]): readonly ColumnsVersion[] {
  const latest = stored.at(-1)
  if (latest && canonicalJson(latest.schema) === canonicalJson(columns)) return stored
  return [...stored, { version: (latest?.version ?? 0) + 1, schema: columns }]
}
