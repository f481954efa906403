/**
 * Column versions of each source, and how events of older versions are read with the current definitions.
 *
 * A replay must read all history. A schema change is therefore accepted only if every old event can be read as a row of the current
 * columns. A column may be removed, a nullable column added (NULL in older events), or a column made nullable. Bounds and enums are checked
 * at intake and do not bind logged events.
 */
import { SpillwayError } from '../base/index.ts'
import type { Block, ColumnData } from '../columns/index.ts'
import type { ColumnIR, SourceIR } from '../define/ir/index.ts'
import type { SegmentLog, StoredSchema } from './store.ts'

export class SourceSchemas {
  /** Versions of each source, oldest first. */
  readonly #stored: Map<string, StoredSchema[]>
  readonly #sources: ReadonlyMap<string, SourceIR>
  /** New versions that these sources introduce; commit them before any event of the sources. */
  readonly added: readonly StoredSchema[]

  /**
   * @throws `SPILL_SCHEMA` for a source whose history cannot be read by its current definition.
   */
  constructor(store: Pick<SegmentLog, 'schemas'>, sources: readonly SourceIR[]) {
    this.#stored = Map.groupBy(store.schemas(), ({ source }) => source)
    this.#sources = new Map(sources.map(source => [source.name, source]))
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

  /** Adds the current columns that a block of an older version lacks, all NULL. */
  withCurrentColumns(source: string, block: Block, columnFilter: (column: string) => boolean): Block {
    const { columns = [] } = this.#sources.get(source) ?? {}
    const missing = columns.filter(({ name }) => !(name in block.columns) && columnFilter(name))
    if (missing.length === 0) return block
    const nullColumn = (type: ColumnIR['type']): ColumnData => ({
      values: type === 'string' ? new Int32Array(block.length) : new Float64Array(block.length),
      nulls: new Uint8Array(block.length).fill(1),
    })
    return { ...block, columns: { ...block.columns, ...Object.fromEntries(missing.map(({ name, type }) => [name, nullColumn(type)])) } }
  }

  #resolve({ name, columns }: SourceIR): StoredSchema[] {
    const stored = this.#stored.get(name) ?? []
    for (const { columns: written, version } of stored) checkCompatible(name, written, columns, version)
    if (stored.length > 0 && sameColumns(stored.at(-1)!.columns, columns)) return []
    const schema = { source: name, version: (stored.at(-1)?.version ?? 0) + 1, columns }
    this.#stored.set(name, [...stored, schema])
    return [schema]
  }
}

/** Compares the stored form: name, type and scale in order, and nullability. */
const sameColumns = (left: readonly ColumnIR[], right: readonly ColumnIR[]): boolean =>
  JSON.stringify(left.map(shapeOf)) === JSON.stringify(right.map(shapeOf))

const shapeOf = ({ name, type, scale, nullable }: ColumnIR): unknown => [name, type, scale, nullable]

function checkCompatible(source: string, written: readonly ColumnIR[], current: readonly ColumnIR[], version: number): void {
  const reject = (column: string, why: string, fix: string): never => {
    throw new SpillwayError(
      'SPILL_SCHEMA',
      `source '${source}': column '${column}' ${why} in the events of the log (columns version ${version}); ${fix}, or use a new source`,
    )
  }
  for (const column of current) {
    const before = written.find(({ name }) => name === column.name)
    if (!before) {
      if (!column.nullable) reject(column.name, 'is not', 'make it nullable')
      continue
    }
    const typeOf = ({ type, scale }: ColumnIR) => (scale === undefined ? type : `${type}(${scale})`)
    if (typeOf(before) !== typeOf(column))
      reject(column.name, `is ${typeOf(before)}, not ${typeOf(column)},`, 'give the new type a new name')
    if (before.nullable && !column.nullable) reject(column.name, 'may be NULL', 'leave it nullable')
  }
}
