/**
 * A segment: what one commit appends, a stretch of the log's total order, as bytes.
 *
 * Its entries are events of any sources and marks, each with the next sequence number; events stand by source in columns, and `order` says how
 * they interleave. A segment can be read alone but for the columns of its sources, which the log keeps by schema version. A checksum over
 * everything stands first, so that a bit that fell over is found before it is believed.
 */
import { crc32 } from 'node:zlib'
import { limits } from '../base/limits.ts'
import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ColumnIR } from '../define/ir/ir.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { readColumn, readNumbers, writeColumn, writeNumber, writeNumbers } from './column-codec.ts'

const VERSION = 1
const CHECKSUM_BYTES = 4

/** An entry that is no event: it takes a place in the total order and appends to no source. */
export type Mark =
  /** The moment of a tick: everything with an arrival up to `t` stands before it, everything else after. */
  | { readonly kind: 'tick'; readonly t: number }
  /** A request for a decision, with its fields as they are kept. */
  | {
      readonly kind: 'request'
      readonly model: string
      readonly id: string
      readonly t: number
      readonly fields: Readonly<Record<string, unknown>>
    }
  /** From here on a group that is placed batch answers from this run's result, which is of the time `s`; that of one placed hybrid is its body. */
  | { readonly kind: 'swap'; readonly group: string; readonly run: number; readonly s: number; readonly t: number }
  /** From here on a model scores by this version of it; 0 is what its definition says. */
  | { readonly kind: 'promote'; readonly model: string; readonly version: number; readonly t: number }
  /** From here on this version scores beside the one that does, until a version is promoted; 0 is none. */
  | { readonly kind: 'challenge'; readonly model: string; readonly version: number; readonly t: number }

/** Events of one source, in the order of the log. Positions hold partition and offset. */
export interface SourceRows {
  readonly source: string
  /** Which version of the source's columns they have. */
  readonly schema: number
  readonly block: Block
  /** A hash of each row's append id, where the source has ids; zeros where a row has none. */
  readonly ids?: IdHashes | undefined
  /** The same of the identity of each row that is an original, where the source's events can be revised; zeros for a revision. */
  readonly identities?: IdHashes | undefined
}

/** Halves of 64-bit hashes, a row each. */
export interface IdHashes {
  readonly high: Int32Array
  readonly low: Int32Array
}

export interface Segment {
  /** Sequence number of the first entry. */
  readonly first: number
  readonly length: number
  readonly sources: readonly SourceRows[]
  /** By entry: the index of its source in `sources`, or `sources.length` for a mark. Absent where there is one source and no mark. */
  readonly order?: Uint8Array
  readonly marks: readonly Mark[]
  /** Before its first entry: the next offset of each partition of each source that the log has seen. */
  readonly offsets: Offsets
}

/** By source, by partition. */
export type Offsets = Readonly<Record<string, readonly number[]>>

/** How a segment's columns are known, and which of them are wanted. */
export interface SegmentContext {
  readonly columnsOf: (source: string, schema: number) => readonly ColumnIR[]
  /** Where a string column's texts get their ids; the column is left out if there is none. All columns of other types are read if wanted. */
  readonly stringsOf: (source: string, column: string) => Strings
  readonly wanted?: (source: string, column: string) => boolean
}

/** Writes segments; one object for all of a log's, so that its buffers are reused. */
export class SegmentWriter {
  readonly #context: SegmentContext
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(context: SegmentContext) {
    this.#context = context
  }

  write({ first, length, sources, order, marks, offsets }: Segment): Uint8Array<ArrayBuffer> {
    const out = this.#out
    out.varint(VERSION)
    out.varint(first)
    out.varint(length)
    writeOffsets(out, offsets)
    out.varint(sources.length)
    for (const rows of sources) this.#writeRows(rows)
    out.varint(marks.length)
    for (const mark of marks) out.text(JSON.stringify(mark))
    out.varint(order ? 1 : 0)
    if (order) writeRuns(out, order)
    const body = out.view()
    const bytes = new Uint8Array(CHECKSUM_BYTES + body.length)
    new DataView(bytes.buffer).setUint32(0, crc32(body), true)
    bytes.set(body, CHECKSUM_BYTES)
    return bytes
  }

  #writeRows({ source, schema, block, ids, identities }: SourceRows): void {
    const out = this.#out
    const { length, time, arrival, position } = block
    out.text(source)
    out.varint(schema)
    out.varint(length)
    writeNumbers(out, time, length)
    writeNumbers(out, arrival, length)
    writePositions(out, position, length)
    for (const hashes of [ids, identities]) writeHashes(out, hashes)
    for (const { name, type } of this.#context.columnsOf(source, schema))
      writeColumn(out, block.columns[name], length, this.#scratch, type === 'string' ? this.#context.stringsOf(source, name) : undefined)
  }
}

/** Reads a segment whole, or throws `SPILL_DATA`: nothing of a damaged one is given. */
export function readSegment(bytes: Uint8Array, context: SegmentContext, what = 'a segment'): Segment {
  const sum = bytes.length < CHECKSUM_BYTES ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const body = new Uint8Array(bytes.subarray(CHECKSUM_BYTES))
  const reader = new ByteReader(body, what)
  if (sum !== crc32(body)) return reader.damaged('does not have the checksum that it was written with')
  const version = reader.varint()
  if (version !== VERSION) return reader.damaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const first = reader.varint()
  const length = reader.varint()
  const offsets = readOffsets(reader)
  const sources = Array.from({ length: reader.varint() }, () => readRows(reader, context))
  const marks = Array.from({ length: reader.varint() }, () => JSON.parse(reader.text()) as Mark)
  const order = reader.varint() === 1 ? readRuns(reader, length, sources.length) : undefined
  const counted = sources.reduce((sum, { block }) => sum + block.length, marks.length)
  if (counted !== length || !reader.isAtEnd) return reader.damaged(`has ${counted} entries where it says ${length}`)
  return { first, length, sources, marks, offsets, ...(order && { order }) }
}

/** How many events of a source stand before a segment. */
export const countBefore = ({ offsets }: Segment, source: string): number => (offsets[source] ?? []).reduce((sum, next) => sum + next, 0)

function readRows(reader: ByteReader, { columnsOf, stringsOf, wanted }: SegmentContext): SourceRows {
  const source = reader.text()
  const schema = reader.varint()
  const length = reader.varint()
  const time = readNumbers(reader, length)
  const arrival = readNumbers(reader, length)
  const position = readPositions(reader, length)
  const ids = readHashes(reader, length)
  const identities = readHashes(reader, length)
  const columns: Record<string, Column> = {}
  for (const { name, type } of columnsOf(source, schema)) {
    const bytes = reader.raw()
    if (wanted && !wanted(source, name)) continue
    const strings = type === 'string' ? stringsOf(source, name) : undefined
    columns[name] = readColumn(new ByteReader(bytes, `column '${name}' of source '${source}'`), length, strings)
  }
  return { source, schema, block: { length, time, arrival, position, columns }, ids, identities }
}

function writeHashes(out: ByteWriter, hashes: IdHashes | undefined): void {
  out.varint(hashes ? 1 : 0)
  if (!hashes) return
  out.array(hashes.high)
  out.array(hashes.low)
}

function readHashes(reader: ByteReader, length: number): IdHashes | undefined {
  return reader.varint() === 1 ? { high: reader.array(Int32Array, length), low: reader.array(Int32Array, length) } : undefined
}

function writeOffsets(out: ByteWriter, offsets: Offsets): void {
  const all = Object.entries(offsets)
  out.varint(all.length)
  for (const [source, partitions] of all) {
    out.text(source)
    out.varint(partitions.length)
    for (const next of partitions) out.varint(next)
  }
}

function readOffsets(reader: ByteReader): Offsets {
  const entries = Array.from({ length: reader.varint() }, () => {
    const source = reader.text()
    return [source, Array.from({ length: reader.varint() }, () => reader.varint())] as const
  })
  return Object.fromEntries(entries)
}

/** The partition of each row and, of each partition, the first offset: the others follow one another. */
function writePositions(out: ByteWriter, position: Float64Array, length: number): void {
  if (length === 1) return writePosition(out, position[0])
  const partitions = new Int32Array(length)
  const firsts = new Map<number, number>()
  let last = -1
  for (let row = 0; row < length; row++) {
    const partition = Math.floor(position[row] / limits.OFFSET_MAX)
    partitions[row] = partition
    if (partition !== last && !firsts.has(partition)) firsts.set(partition, position[row])
    last = partition
  }
  writeNumbers(out, partitions, length)
  out.varint(firsts.size)
  for (const first of firsts.values()) out.varint(first)
}

function writePosition(out: ByteWriter, position: number): void {
  writeNumber(out, Math.floor(position / limits.OFFSET_MAX))
  out.varint(1)
  out.varint(position)
}

function readPositions(reader: ByteReader, length: number): Float64Array {
  const partitions = readNumbers(reader, length)
  const next = new Map<number, number>()
  for (let count = reader.varint(); count > 0; count--) {
    const position = reader.varint()
    next.set(Math.floor(position / limits.OFFSET_MAX), position)
  }
  const position = new Float64Array(length)
  // Rows of one partition mostly stand together.
  let [partition, at] = [NaN, NaN]
  for (let row = 0; row < length; row++) {
    if (partitions[row] !== partition) {
      next.set(partition, at)
      partition = partitions[row]
      at = next.get(partition) ?? reader.damaged(`has no offset for partition ${partition}`)
    }
    position[row] = at++
  }
  return position
}

function writeRuns(out: ByteWriter, order: Uint8Array): void {
  for (let entry = 0; entry < order.length;) {
    const start = entry
    while (entry < order.length && order[entry] === order[start]) entry++
    out.varint(order[start])
    out.varint(entry - start)
  }
}

function readRuns(reader: ByteReader, length: number, sources: number): Uint8Array {
  const order = new Uint8Array(length)
  for (let entry = 0; entry < length;) {
    const source = reader.varint()
    const run = reader.varint()
    if (source > sources || run === 0 || entry + run > length) return reader.damaged(`has a run of ${run} entries of source ${source}`)
    order.fill(source, entry, entry + run)
    entry += run
  }
  return order
}
