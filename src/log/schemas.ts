/**
 * The columns that each source's events were written with, by version, and how today's definitions read them.
 *
 * History is replayed, so a change is taken only if every event ever written can be read as a row of today's columns: a column may go, a nullable one
 * may come (NULL in what is older), a column may become nullable. Bounds and enums are checked at the door and bind no event that is in.
 */
import { SpillwayError } from '../base/errors.ts'
import type { Block, Column } from '../columns/block.ts'
import type { ColumnIR, SourceIR } from '../define/ir/ir.ts'
import type { StoredLog, StoredSchema } from './store.ts'

export class Schemas {
  readonly #stored = new Map<string, StoredSchema[]>()
  readonly #sources: ReadonlyMap<string, SourceIR>
  /** What is new with these sources, to be committed before any event of theirs. */
  readonly added: readonly StoredSchema[]

  /** Throws `SPILL_SCHEMA` for a source whose history cannot be read as it is defined now. */
  constructor(store: StoredLog, sources: readonly SourceIR[]) {
    for (const schema of store.schemas()) this.#add(schema)
    this.#sources = new Map(sources.map(source => [source.name, source]))
    this.added = sources.flatMap(source => this.#resolve(source))
  }

  /** The version that a source's events are written with. */
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

  /** A block that was read with an older version, with the columns that came since: all NULL. */
  today(source: string, block: Block, wanted: (column: string) => boolean): Block {
    const { columns = [] } = this.#sources.get(source) ?? {}
    const missing = columns.filter(({ name }) => !(name in block.columns) && wanted(name))
    if (missing.length === 0) return block
    const nothing = (type: ColumnIR['type']): Column => ({
      values: type === 'string' ? new Int32Array(block.length) : new Float64Array(block.length),
      nulls: new Uint8Array(block.length).fill(1),
    })
    return { ...block, columns: { ...block.columns, ...Object.fromEntries(missing.map(({ name, type }) => [name, nothing(type)])) } }
  }

  #add(schema: StoredSchema): void {
    const known = this.#stored.get(schema.source)
    if (known) known.push(schema)
    else this.#stored.set(schema.source, [schema])
  }

  #resolve({ name, columns }: SourceIR): StoredSchema[] {
    const stored = this.#stored.get(name) ?? []
    for (const { columns: then, version } of stored) check(name, then, columns, version)
    if (stored.length > 0 && sameColumns(stored.at(-1)!.columns, columns)) return []
    const schema = { source: name, version: (stored.at(-1)?.version ?? 0) + 1, columns }
    this.#add(schema)
    return [schema]
  }
}

/** By what bytes mean: name, type and scale, in order, and whether there are NULLs. */
const sameColumns = (left: readonly ColumnIR[], right: readonly ColumnIR[]): boolean =>
  JSON.stringify(left.map(shapeOf)) === JSON.stringify(right.map(shapeOf))

const shapeOf = ({ name, type, scale, nullable }: ColumnIR): unknown => [name, type, scale, nullable]

function check(source: string, then: readonly ColumnIR[], now: readonly ColumnIR[], version: number): void {
  const refuse = (column: string, why: string, fix: string): never => {
    throw new SpillwayError(
      'SPILL_SCHEMA',
      `source '${source}': column '${column}' ${why} in the events of the log (columns version ${version}); ${fix}, or use a new source`,
    )
  }
  for (const column of now) {
    const before = then.find(({ name }) => name === column.name)
    if (!before) {
      if (!column.nullable) refuse(column.name, 'is not', 'make it nullable')
      continue
    }
    const typeOf = ({ type, scale }: ColumnIR) => (scale === undefined ? type : `${type}(${scale})`)
    if (typeOf(before) !== typeOf(column))
      refuse(column.name, `is ${typeOf(before)}, not ${typeOf(column)},`, 'give the new type a new name')
    if (before.nullable && !column.nullable) refuse(column.name, 'may be NULL', 'leave it nullable')
  }
}
