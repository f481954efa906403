/**
 * Copies one table of a log into chunks, in rounds: each round brings the chunks up to the rows at its time and yields the content of new
 * chunks. So a copy follows a table that grows, and the last round, inside one transaction, has little left to read.
 *
 * No statement is open while a chunk is with the consumer. Memory: one chunk, and the descriptions of all.
 */
import { limits } from '../base/index.ts'
import { ByteWriter } from '../log/index.ts'
import { type LogTable, type LogTableReader, type RowKey, type RowValue, type TableRow, writeTableRow } from '../log/sqlite/index.ts'
import { contentHash, type TableChunk, type TableBackup } from './manifest.ts'

/** Content of a chunk on its way to the target. */
export interface ChunkContent {
  readonly hash: string
  readonly content: Uint8Array
}

/** Copies a table. `chunkBytes`: length from which a chunk is closed. */
export interface TableCopier {
  readonly table: LogTable
  round(): Generator<ChunkContent>
  /** The table as of the last round. */
  readonly backup: TableBackup
}

/** `base`: the same table in an earlier backup of this log. */
export function tableCopier(
  reader: LogTableReader,
  table: LogTable,
  base: TableBackup | undefined,
  chunkBytes: number = limits.BACKUP_CHUNK_BYTES,
): TableCopier {
  return table.kind === 'appended' ? new AppendedTable(reader, table, base, chunkBytes) : new ChangingTable(reader, table, chunkBytes)
}

/** A chunk with its content. */
interface BuiltChunk {
  readonly chunk: TableChunk
  readonly content: Uint8Array
}

/** Collects rows of a table until the chunk is closed. */
class ChunkBuilder {
  readonly #writer = new ByteWriter()
  readonly #key: number
  readonly #entry: number
  #rows = 0
  #first: RowKey | undefined
  #last: RowKey | undefined
  #leastEntry = Infinity

  constructor(columns: readonly string[], { key, entry }: LogTable) {
    this.#key = key === undefined ? -1 : columns.indexOf(key)
    this.#entry = entry === undefined ? -1 : columns.indexOf(entry)
  }

  get bytes(): number {
    return this.#writer.length
  }

  keyOf(row: TableRow): RowKey {
    return row[this.#key] as RowKey
  }

  add(row: TableRow): void {
    writeTableRow(this.#writer, row)
    this.#rows++
    if (this.#entry >= 0) this.#leastEntry = Math.min(this.#leastEntry, row[this.#entry] as number)
    if (this.#key < 0) return
    this.#first ??= this.keyOf(row)
    this.#last = this.keyOf(row)
  }

  /** The chunk; `undefined` without rows. The builder is then empty. */
  finish(): BuiltChunk | undefined {
    if (this.#rows === 0) return undefined
    const content = this.#writer.finish()
    const chunk = {
      hash: contentHash(content),
      bytes: content.length,
      rows: this.#rows,
      ...(this.#first !== undefined && { first: this.#first, last: this.#last! }),
      ...(this.#entry >= 0 && { entry: this.#leastEntry }),
    }
    this.#rows = 0
    this.#first = undefined
    this.#leastEntry = Infinity
    return { chunk, content }
  }
}

const toContent = ({ chunk: { hash }, content }: BuiltChunk): ChunkContent => ({ hash, content })

/**
 * A table whose rows are added at its end. A chunk of the earlier backup stays unless retention or a change has reached its rows; the last
 * chunk is copied again until it is full.
 */
class AppendedTable implements TableCopier {
  readonly #reader: LogTableReader
  readonly table: LogTable
  readonly #columns: readonly string[]
  readonly #chunkBytes: number
  #chunks: TableChunk[]
  #from: RowKey | undefined
  #change: number | undefined
  /** First entry of the log at the last round. */
  #begins = 0

  constructor(reader: LogTableReader, table: LogTable, base: TableBackup | undefined, chunkBytes: number) {
    this.#reader = reader
    this.table = table
    this.#columns = reader.columns(table)
    this.#chunkBytes = chunkBytes
    // A migrated table has other columns, and all of its rows are copied again.
    const isUsable = base !== undefined && String(base.columns) === String(this.#columns)
    this.#chunks = isUsable ? [...base.chunks] : []
    this.#change = isUsable ? base.change : undefined
  }

  get backup(): TableBackup {
    const { name } = this.table
    return {
      table: name,
      columns: this.#columns,
      ...(this.#from !== undefined && { from: this.#from }),
      ...(this.#change !== undefined && { change: this.#change }),
      chunks: this.#chunks,
    }
  }

  *round(): Generator<ChunkContent> {
    const { change: changeColumn, entry } = this.table
    // Read before the rows: what changes during the round is copied by the next.
    const change = changeColumn === undefined ? undefined : this.#reader.lastChange(this.table)
    const begins = entry === undefined ? 0 : beginsOf(this.#reader)
    const ends = this.#reader.ends(this.table)
    if (ends) this.#chunks = this.#chunks.filter(({ last }) => last! >= ends[0])
    else this.#chunks = []
    this.#from = ends?.[0]
    if (changeColumn !== undefined) yield* this.#recopy(begins)
    if (ends && this.#chunks.at(-1)?.last !== ends[1]) yield* this.#extend(ends[1])
    this.#change = change
    this.#begins = begins
  }

  /** Copies chunks again that have changed rows, or rows that retention may have removed between others. */
  *#recopy(begins: number): Generator<ChunkContent> {
    const changed = this.#changedChunks()
    const chunks: TableChunk[] = []
    for (const chunk of this.#chunks) {
      if (!changed.has(chunk) && (begins === this.#begins || chunk.entry! >= begins)) {
        chunks.push(chunk)
        continue
      }
      const builder = new ChunkBuilder(this.#columns, this.table)
      for (const row of this.#reader.rows(this.table, (chunk.first as number) - 1, chunk.last)) builder.add(row)
      const built = builder.finish()
      if (!built) continue
      chunks.push(built.chunk)
      yield toContent(built)
    }
    this.#chunks = chunks
  }

  /** Chunks with a changed row. Memory: these, however many rows have changed. */
  #changedChunks(): Set<TableChunk> {
    const changed = new Set<TableChunk>()
    const last = this.#chunks.at(-1)?.last
    if (last === undefined || this.#change === undefined) return changed
    for (const key of this.#reader.changedKeys(this.table, this.#change, last)) changed.add(this.#chunks[this.#chunkOf(key)])
    return changed
  }

  /** Index of the first chunk that ends at a key or behind it: the chunk of the key, if any has it. */
  #chunkOf(key: RowKey): number {
    let [low, high] = [0, this.#chunks.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#chunks[middle].last! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  *#extend(end: RowKey): Generator<ChunkContent> {
    if (this.#chunks.length > 0 && this.#chunks.at(-1)!.bytes < this.#chunkBytes) this.#chunks.pop()
    for (let after = this.#chunks.at(-1)?.last; after === undefined || after < end;) {
      const builder = new ChunkBuilder(this.#columns, this.table)
      for (const row of this.#reader.rows(this.table, after, end)) {
        builder.add(row)
        if (builder.bytes >= this.#chunkBytes) break
      }
      const built = builder.finish()
      // Retention has removed the rest meanwhile.
      if (!built) return
      this.#chunks.push(built.chunk)
      after = built.chunk.last
      yield toContent(built)
    }
  }
}

/** The first entry of the log. */
export const beginsOf = (reader: Pick<LogTableReader, 'named'>): number => (JSON.parse(reader.named('begins') ?? '[0]') as [number])[0]

/**
 * A table whose rows may change anywhere. Every round reads all of it. Chunks end at rows whose keys have a certain hash, from a least
 * length on, so that a row that is added or removed changes few chunks, and small rows do not make many small objects.
 */
class ChangingTable implements TableCopier {
  readonly #reader: LogTableReader
  readonly table: LogTable
  readonly #columns: readonly string[]
  readonly #chunkBytes: number
  #chunks: TableChunk[] = []

  constructor(reader: LogTableReader, table: LogTable, chunkBytes: number) {
    this.#reader = reader
    this.table = table
    this.#columns = reader.columns(table)
    this.#chunkBytes = chunkBytes
  }

  get backup(): TableBackup {
    return { table: this.table.name, columns: this.#columns, chunks: this.#chunks }
  }

  *round(): Generator<ChunkContent> {
    this.#chunks = []
    for (let after: RowKey | undefined, isLast = false; !isLast;) {
      const builder = new ChunkBuilder(this.#columns, this.table)
      isLast = true
      for (const row of this.#reader.rows(this.table, after)) {
        builder.add(row)
        if (this.table.kind === 'small') continue
        after = builder.keyOf(row)
        if (builder.bytes < this.#chunkBytes && !(builder.bytes >= this.#chunkBytes / PARTS_MAX && isBoundary(after))) continue
        isLast = false
        break
      }
      const built = builder.finish()
      if (!built) return
      this.#chunks.push(built.chunk)
      yield toContent(built)
    }
  }
}

/** A chunk that is not closed by its length has at least one part of so many of it: 256 KiB. */
const PARTS_MAX = 16
/** One key of so many ends a chunk. */
const BOUNDARY = 64

function isBoundary(key: RowValue): boolean {
  const text = String(key)
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % BOUNDARY === 0
}
