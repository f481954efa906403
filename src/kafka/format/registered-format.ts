/**
 * A format whose values begin with the id of their schema in a registry: Avro or Protobuf.
 *
 * As in a Parquet file, a record has the fields of its schema, and those that the source does not name are ignored: a producer may add a
 * field before the source knows it. A field that is null counts as missing where the source has a default.
 */
import { rawJsonText, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import type { SchemaCache, SchemaEntry } from '../registry/schema-cache.ts'
import { BinaryCursor } from './binary-cursor.ts'
import type { CellTarget } from './cell-columns.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import { rejectionOf } from './rejected-value.ts'
import type { CellSource, CompiledSchema, TopicValues, ValueFormat } from './value-format.ts'
import { checkHeaders, type FramedValue, readFrame, schemaIdsOf } from './wire-format.ts'

/** Schemas of a batch by their id. */
type Entries = ReadonlyMap<number, SchemaEntry<CompiledSchema>>

export class RegisteredFormat implements ValueFormat {
  readonly #schemas: SchemaCache<CompiledSchema>
  readonly #cellSource: CellSource | undefined

  /** Each schema is compiled to the decoder of the bytes behind the id; with a source, also to one into its cells. */
  constructor(schemas: SchemaCache<CompiledSchema>, cellSource?: CellSource) {
    this.#schemas = schemas
    this.#cellSource = cellSource
  }

  async batchOf(values: TopicValues, signal: AbortSignal): Promise<RecordBatch> {
    return decodedBatch(values, await this.#schemas.load(schemaIdsOf(values), signal), this.#cellSource)
  }

  close(): void {
    this.#schemas.close()
  }
}

function decodedBatch(values: TopicValues, entries: Entries, cellSource: CellSource | undefined): RecordBatch {
  const records: unknown[] = []
  const indexes: number[] = []
  const undecodable: Rejection[] = []
  const undecodableNumbers: number[] = []
  const cells = cellSource && new BatchCells(values, cellSource)
  const decoded = (index: number): unknown => {
    const { schema, start } = framed(values, index, entries)
    return schema.decode(values.bytes, start, values.ends[index])
  }
  for (const [index, offset] of values.offsets.entries())
    try {
      const frame = framed(values, index, entries)
      const isRead = cells?.read(records.length, frame, values.ends[index]) === true
      records.push(isRead ? undefined : frame.schema.decode(values.bytes, frame.start, values.ends[index]))
      indexes.push(index)
    } catch (error) {
      undecodable.push(rejectionOf(values, index, error))
      undecodableNumbers.push(offset)
    }
  const origin: RecordOrigin = { placeOf: offset => values.placeOf(offset), text: false, tabular: true, zoneless: new Set() }
  return {
    origin,
    records,
    ...(cells && { cells: { ...cells.cells, valueOf: (at: number) => decoded(indexes[at]) } }),
    numberOf: at => values.offsets[indexes[at]],
    // A record that a column rejects is kept as JSON, so that it can be repaired.
    rawOf: at => rawJsonText(records[at] ?? decoded(indexes[at])),
    undecodable,
    undecodableNumbers,
  }
}

/** Cells of the values of a batch. */
class BatchCells {
  readonly #cellSource: CellSource
  readonly #target: CellTarget
  readonly #bytes: Buffer
  readonly #cursor: BinaryCursor
  readonly #isRead: Uint8Array

  constructor({ bytes, offsets }: TopicValues, cellSource: CellSource) {
    this.#cellSource = cellSource
    this.#bytes = bytes
    this.#cursor = new BinaryCursor(bytes, 0, 0)
    this.#isRead = new Uint8Array(offsets.length)
    this.#target = { cells: new Float64Array(offsets.length * cellSource.source.columns.length), symbolsAt: bytes.length }
  }

  get cells() {
    const { source, symbols } = this.#cellSource
    const bytes = symbols.bytes.length === 0 ? this.#bytes : Buffer.concat([this.#bytes, symbols.bytes])
    return { source, bytes, isRead: this.#isRead, values: this.#target.cells }
  }

  /** Decodes the record with that index. Returns false if it must take the general path. */
  read(index: number, { schema, start }: FramedSchema, end: number): boolean {
    const { decodeCells } = schema
    try {
      const at = index * this.#cellSource.source.columns.length
      const isRead = decodeCells?.(this.#cursor, start, end, this.#target, at) === true
      if (isRead) this.#isRead[index] = 1
      return isRead
    } catch (error) {
      // The general path says why.
      if (error instanceof MalformedValue) return false
      throw error
    }
  }
}

interface FramedSchema extends FramedValue {
  readonly schema: CompiledSchema
}

/** The frame of a value, and its schema. Throws `MalformedValue`. */
function framed(values: TopicValues, index: number, entries: Entries): FramedSchema {
  checkHeaders(values.headerNames(index))
  const frame = readFrame(values.bytes, values.starts[index], values.ends[index])
  const entry = entries.get(frame.schemaId)!
  if ('problem' in entry) throw new MalformedValue(entry.problem)
  return { ...frame, schema: entry.schema }
}
