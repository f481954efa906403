/**
 * A segment: the entries of one commit, a range of the log's total order, encoded as bytes.
 *
 * Entries are events of any sources, and log markers; each has the next sequence number. Events are stored by source in columns, and
 * `order` says how they interleave. A segment can be read alone, given the columns of its sources, which the log keeps by schema version.
 * It starts with a checksum over all its bytes, so that a flipped bit is detected before anything is decoded.
 */
import { crc32 } from 'node:zlib'
import { sourcePartition, type Block, type ColumnData, type Strings } from '../columns/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { readColumn, readNumbers, writeColumn, writeNumber, writeNumbers } from './column-codec.ts'

const VERSION = 1
const CHECKSUM_BYTES = 4

/** A log marker: an entry that is not an event. It has a place in the total order and belongs to no source. */
export type LogMarker =
  /** A tick: entries with arrivals up to `t` are before it, all others after. */
  | { readonly kind: 'tick'; readonly t: number }
  /** A request for a decision, with its fields in stored form. */
  | {
      readonly kind: 'request'
      readonly model: string
      readonly id: string
      readonly t: number
      readonly fields: Readonly<Record<string, unknown>>
    }
  /** From here on a batch group serves the result of this run, of time `s`; for a hybrid group the result is its snapshot. */
  | { readonly kind: 'swap'; readonly group: string; readonly run: number; readonly s: number; readonly t: number }
  /** From here on a model scores by this version; 0 is its definition's own score. */
  | { readonly kind: 'promote'; readonly model: string; readonly version: number; readonly t: number }
  /** From here on this version is the model's challenger, until a promotion; 0 is no challenger. */
  | { readonly kind: 'challenge'; readonly model: string; readonly version: number; readonly t: number }

/** Events of one source, in log order, with `sourcePosition`. */
export interface SourceRows {
  readonly source: string
  /** Version of the source's columns. */
  readonly schema: number
  readonly block: Block
  /** Hash of each row's append id, if the source has ids; zeros for a row without id. */
  readonly ids?: IdHashes | undefined
  /** Hash of each original's identity, if the source's events can be revised; zeros for a revision. */
  readonly identities?: IdHashes | undefined
}

/** Halves of 64-bit hashes, one row each. */
export interface IdHashes {
  readonly high: Int32Array
  readonly low: Int32Array
}

export interface Segment {
  /** Sequence number of the first entry; entry i has `first + i`. */
  readonly first: number
  readonly length: number
  readonly sources: readonly SourceRows[]
  /**
   * By entry: index of its source in `sources`, or `sources.length` for a marker. The n-th entry with an index is the n-th row of that
   * source, or the n-th marker. Absent if all entries are rows of one source, so row i is entry i.
   */
  readonly order?: Uint8Array
  readonly markers: readonly LogMarker[]
  /** Next offset of each partition before the first entry, for each source in the log. */
  readonly offsets: SourceOffsets
}

/** Next offsets by source and partition. */
export type SourceOffsets = Readonly<Record<string, readonly number[]>>

/** Columns of a segment's sources, and which of them to read. */
export interface SegmentContext {
  readonly columnsOf: (source: string, schema: number) => readonly ColumnIR[]
  /** String table of a string column. */
  readonly stringsOf: (source: string, column: string) => Strings
  readonly columnFilter?: (source: string, column: string) => boolean
  /** Name by which a stored column is read: its current name if it was renamed. Filter and strings go by that name. */
  readonly currentName?: (source: string, column: string) => string
}

/** Encodes segments. One writer serves a whole log, so that its buffers are reused. */
export class SegmentWriter {
  readonly #context: SegmentContext
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(context: SegmentContext) {
    this.#context = context
  }

  write({ first, length, sources, order, markers, offsets }: Segment): Uint8Array<ArrayBuffer> {
    const out = this.#out
    out.varint(VERSION)
    out.varint(first)
    out.varint(length)
    writeOffsets(out, offsets)
    out.varint(sources.length)
    for (const rows of sources) this.#writeRows(rows)
    out.varint(markers.length)
    for (const marker of markers) out.text(JSON.stringify(marker))
    out.varint(order ? 1 : 0)
    if (order) writeOrder(out, order)
    const payload = out.view()
    const bytes = new Uint8Array(CHECKSUM_BYTES + payload.length)
    new DataView(bytes.buffer).setUint32(0, crc32(payload), true)
    bytes.set(payload, CHECKSUM_BYTES)
    return bytes
  }

  #writeRows({ source, schema, block, ids, identities }: SourceRows): void {
    const out = this.#out
    const { length, time, arrival, sourcePosition } = block
    out.text(source)
    out.varint(schema)
    out.varint(length)
    writeNumbers(out, time, length)
    writeNumbers(out, arrival, length)
    writeSourcePositions(out, sourcePosition, length)
    for (const hashes of [ids, identities]) writeHashes(out, hashes)
    for (const { name, type } of this.#context.columnsOf(source, schema))
      writeColumn(out, block.columns[name], length, this.#scratch, type === 'string' ? this.#context.stringsOf(source, name) : undefined)
  }
}

/** The place of a segment, with which errors of it begin. */
export const segmentPlace = (first: number): string => `segment ${first} of the log`

/** Decodes a segment. Throws `SPILL_DATA` for a damaged segment; never returns a part of it. */
export function readSegment(bytes: Uint8Array, context: SegmentContext, label = 'a segment'): Segment {
  const checksum = bytes.length < CHECKSUM_BYTES ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const payload = new Uint8Array(bytes.subarray(CHECKSUM_BYTES))
  const reader = new ByteReader(payload, label)
  if (checksum !== crc32(payload)) return reader.failDamaged('does not have the checksum that it was written with')
  const version = reader.varint()
  if (version !== VERSION) return reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const first = reader.varint()
  const length = reader.varint()
  const offsets = readOffsets(reader)
  const sources = Array.from({ length: reader.varint() }, () => readRows(reader, context))
  const markers = Array.from({ length: reader.varint() }, () => JSON.parse(reader.text()) as LogMarker)
  const order = reader.varint() === 1 ? readOrder(reader, length, sources.length) : undefined
  const entries = sources.reduce((total, { block }) => total + block.length, markers.length)
  if (entries !== length || !reader.isAtEnd) return reader.failDamaged(`has ${entries} entries, but its header says ${length}`)
  return { first, length, sources, markers, offsets, ...(order && { order }) }
}

/** Number of events of a source before a segment. */
export const eventsBeforeSegment = ({ offsets }: Pick<Segment, 'offsets'>, source: string): number =>
  (offsets[source] ?? []).reduce((sum, next) => sum + next, 0)

function readRows(reader: ByteReader, { columnsOf, stringsOf, columnFilter, currentName }: SegmentContext): SourceRows {
  const source = reader.text()
  const schema = reader.varint()
  const length = reader.varint()
  const time = readNumbers(reader, length)
  const arrival = readNumbers(reader, length)
  const sourcePosition = readSourcePositions(reader, length)
  const ids = readHashes(reader, length)
  const identities = readHashes(reader, length)
  const columns: Record<string, ColumnData> = {}
  for (const { name: storedName, type } of columnsOf(source, schema)) {
    const name = currentName ? currentName(source, storedName) : storedName
    const bytes = reader.raw()
    if (columnFilter && !columnFilter(source, name)) continue
    const strings = type === 'string' ? stringsOf(source, name) : undefined
    columns[name] = readColumn(new ByteReader(bytes, `column '${name}' of source '${source}'`), length, strings)
  }
  return { source, schema, block: { length, time, arrival, sourcePosition, columns }, ids, identities }
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

function writeOffsets(out: ByteWriter, offsets: SourceOffsets): void {
  const sources = Object.entries(offsets)
  out.varint(sources.length)
  for (const [source, partitions] of sources) {
    out.text(source)
    out.varint(partitions.length)
    for (const next of partitions) out.varint(next)
  }
}

function readOffsets(reader: ByteReader): SourceOffsets {
  const entries = Array.from({ length: reader.varint() }, () => {
    const source = reader.text()
    return [source, Array.from({ length: reader.varint() }, () => reader.varint())] as const
  })
  return Object.fromEntries(entries)
}

/** Writes the partition of each row and the first offset of each partition; offsets within a partition are consecutive. */
function writeSourcePositions(out: ByteWriter, sourcePosition: Float64Array, length: number): void {
  if (length === 1) return writeSourcePosition(out, sourcePosition[0])
  const partitions = new Int32Array(length)
  const firsts = new Map<number, number>()
  let last = -1
  for (let row = 0; row < length; row++) {
    const partition = sourcePartition(sourcePosition[row])
    partitions[row] = partition
    if (partition !== last && !firsts.has(partition)) firsts.set(partition, sourcePosition[row])
    last = partition
  }
  writeNumbers(out, partitions, length)
  out.varint(firsts.size)
  for (const first of firsts.values()) out.varint(first)
}

function writeSourcePosition(out: ByteWriter, sourcePosition: number): void {
  writeNumber(out, sourcePartition(sourcePosition))
  out.varint(1)
  out.varint(sourcePosition)
}

function readSourcePositions(reader: ByteReader, length: number): Float64Array {
  const partitions = readNumbers(reader, length)
  const next = new Map<number, number>()
  for (let count = reader.varint(); count > 0; count--) {
    const sourcePosition = reader.varint()
    next.set(sourcePartition(sourcePosition), sourcePosition)
  }
  const sourcePosition = new Float64Array(length)
  // Rows of one partition are mostly adjacent.
  let [partition, at] = [NaN, NaN]
  for (let row = 0; row < length; row++) {
    if (partitions[row] !== partition) {
      next.set(partition, at)
      partition = partitions[row]
      at = next.get(partition) ?? reader.failDamaged(`has no offset for partition ${partition}`)
    }
    sourcePosition[row] = at++
  }
  return sourcePosition
}

function writeOrder(out: ByteWriter, order: Uint8Array): void {
  for (let entry = 0; entry < order.length;) {
    const first = entry
    while (entry < order.length && order[entry] === order[first]) entry++
    out.varint(order[first])
    out.varint(entry - first)
  }
}

function readOrder(reader: ByteReader, length: number, sources: number): Uint8Array {
  const order = new Uint8Array(length)
  for (let entry = 0; entry < length;) {
    const source = reader.varint()
    const count = reader.varint()
    if (source > sources || count === 0 || entry + count > length)
      return reader.failDamaged(`has a run of ${count} entries of source ${source}`)
    order.fill(source, entry, entry + count)
    entry += count
  }
  return order
}
