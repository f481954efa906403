/**
 * Column versions of each source, and how events of older versions are read with the current definitions.
 *
 * A replay must read all history. A schema change is therefore accepted only if every old event can be read as a row of the current
 * columns: a column may be removed or renamed, made nullable, widened from int to double, or added if it is nullable or has a default.
 * Earlier names and defaults stay, since without them old events would say something else.
 * Bounds and enums are checked at intake and do not bind logged events. The compatibility level of the source is checked besides, when a
 * definition makes a new version.
 */
import { SpillwayError } from '../base/index.ts'
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import { canonicalJson, type ColumnIR, type SourceIR } from '../define/ir/index.ts'
import {
  columnIncompatibilities,
  defaultCompatibility,
  historyChanges,
  type Incompatibility,
  incompatibilityText,
  isReadingRule,
  levelIncompatibilities,
} from '../schema/index.ts'
import type { SegmentLog, StoredSchema } from './store.ts'

/** Translation by which a segment's columns become those of the current definitions. */
export type SchemaReading = Pick<SourceSchemas, 'columnsOf' | 'currentName' | 'withCurrentColumns'>

export class SourceSchemas {
  /** Versions of each source, oldest first. */
  readonly #stored: Map<string, StoredSchema[]>
  readonly #sources: ReadonlyMap<string, SourceIR>
  /** By source: current names of columns by earlier names. */
  readonly #renamed: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** New versions that these sources introduce; commit them before any event of the sources. */
  readonly added: readonly StoredSchema[]

  /**
   * @throws `SPILL_SCHEMA` for a source whose history cannot be read by its current definition, and for a new definition that breaks the
   * compatibility level of the source.
   */
  constructor(store: Pick<SegmentLog, 'schemas'>, sources: readonly SourceIR[]) {
    this.#stored = Map.groupBy(store.schemas(), ({ source }) => source)
    this.#sources = new Map(sources.map(source => [source.name, source]))
    this.#renamed = new Map(sources.map(({ name, columns }) => [name, currentNames(columns)]))
    this.added = sources.flatMap(source => this.#resolve(source))
  }

  /** Version in which new events of a source are written. */
  current(source: string): number {
    return this.#stored.get(source)!.at(-1)!.version
  }

  readonly columnsOf = (source: string, version: number): readonly ColumnIR[] => {
    const schema = this.#stored.get(source)?.find(candidate => candidate.version === version)
    if (schema) return schema.columns
    throw new SpillwayError(
      'SPILL_DATA',
      `the log has events of source '${source}' with columns (version ${version}) that it does not know`,
    )
  }

  /** Name that a column of any version has in the current definition. */
  readonly currentName = (source: string, column: string): string => this.#renamed.get(source)?.get(column) ?? column

  /** Adds the current columns that a block of an older version lacks, filled with their defaults, or else NULL. */
  withCurrentColumns(
    source: string,
    block: Block,
    columnFilter: (column: string) => boolean,
    stringsOf: (source: string, column: string) => Strings,
  ): Block {
    const { columns = [] } = this.#sources.get(source) ?? {}
    const missing = columns.filter(({ name }) => !(name in block.columns) && columnFilter(name))
    if (missing.length === 0) return block
    const filled = missing.map(column => [column.name, filledColumn(column, block.length, () => stringsOf(source, column.name))] as const)
    return { ...block, columns: { ...block.columns, ...Object.fromEntries(filled) } }
  }

  #resolve(source: SourceIR): StoredSchema[] {
    const { name, columns } = source
    const stored = this.#stored.get(name) ?? []
    for (const { columns: written, version } of stored) checkReadable(name, written, columns, version)
    checkHistory(source, stored)
    if (stored.length > 0 && canonicalJson(stored.at(-1)!.columns) === canonicalJson(columns)) return []
    checkLevel(source, stored)
    const schema = { source: name, version: (stored.at(-1)?.version ?? 0) + 1, columns }
    this.#stored.set(name, [...stored, schema])
    return [schema]
  }
}

const currentNames = (columns: readonly ColumnIR[]): ReadonlyMap<string, string> =>
  new Map(columns.flatMap(({ name, aliases = [] }) => aliases.map(alias => [alias, name] as const)))

function filledColumn({ type, default: value }: ColumnIR, length: number, strings: () => Strings): ColumnData {
  const isText = type === 'string'
  if (value === undefined)
    return { values: isText ? new Int32Array(length) : new Float64Array(length), nulls: new Uint8Array(length).fill(1) }
  return { values: isText ? new Int32Array(length).fill(strings().idOf(String(value))) : new Float64Array(length).fill(Number(value)) }
}

/** Rejects columns that cannot read the events of a version, whatever the level. */
function checkReadable(source: string, written: readonly ColumnIR[], current: readonly ColumnIR[], version: number): void {
  const reason = columnIncompatibilities(current, written).find(isReadingRule)
  if (reason) throw new SpillwayError('SPILL_SCHEMA', unreadableText(source, reason, version))
}

function unreadableText(source: string, { path, rule, reader, writer, problem, fix }: Incompatibility, version: number): string {
  const column = path.slice(1)
  const events = `in the events of the log (columns version ${version})`
  switch (rule) {
    case 'added-without-default':
      return `source '${source}': column '${column}' is not ${events}; ${fix}, or use a new source`
    case 'type-changed':
      return `source '${source}': column '${column}' is ${writer}, not ${reader}, ${events}; ${fix}, or use a new source`
    case 'null-not-allowed':
      return `source '${source}': column '${column}' may be NULL ${events}; ${fix}, or use a new source`
    default:
      return `source '${source}': ${problem} ${events}; ${fix}`
  }
}

/** Rejects columns with which events of the log would say something else than before, whatever the level. */
function checkHistory({ name, columns }: SourceIR, stored: readonly StoredSchema[]): void {
  const [change] = historyChanges(columns, numberedColumns(stored))
  if (!change) return
  const events = `in the events of the log (columns version ${change.version})`
  throw new SpillwayError('SPILL_SCHEMA', `source '${name}': ${change.problem}, ${events}; ${change.fix}`)
}

const numberedColumns = (stored: readonly StoredSchema[]) => stored.map(({ version, columns: schema }) => ({ version, schema }))

/** Rejects a new version that breaks the compatibility level of its source. */
function checkLevel({ name, columns, compatibility = defaultCompatibility }: SourceIR, stored: readonly StoredSchema[]): void {
  const [first, ...more] = levelIncompatibilities(compatibility, columns, numberedColumns(stored), columnIncompatibilities)
  if (!first) return
  const others = more.length === 0 ? '' : `; ${more.length} more: spillway schema check lists them`
  throw new SpillwayError(
    'SPILL_SCHEMA',
    `source '${name}': the schema is not ${compatibility} compatible: ${incompatibilityText(first)}, ` +
      `or start once with compatibility: 'NONE'${others}`,
  )
}
