/**
 * JSON, as it is or behind the id of a JSON Schema in a registry.
 *
 * A value is not validated against its schema: it says by itself which fields it has, and the columns of the source check them. With a
 * registry, an id must be that of a JSON Schema. Without one, the id is passed over.
 */
import { textBatch } from '../../files/index.ts'
import { Fault, type JsonLineReader, parseJsonRecord, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import type { SchemaCache, SchemaEntry } from '../registry/schema-cache.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import { rejectionOf } from './rejected-value.ts'
import type { TopicValues, ValueFormat } from './value-format.ts'
import { checkHeaders, FRAME_BYTES, readFrame, schemaIdsOf } from './wire-format.ts'

/** Schemas of a batch by their id; absent without a registry. */
type Entries = ReadonlyMap<number, SchemaEntry<unknown>> | undefined

interface JsonFraming {
  /** Each value is behind the id of its schema. */
  readonly isFramed: boolean
  /** Rejects values whose id is not that of a JSON Schema. */
  readonly schemas?: SchemaCache<unknown>
}

export class JsonFormat implements ValueFormat {
  readonly jsonStart: number
  readonly #reader: JsonLineReader | undefined
  readonly #framing: JsonFraming

  /** `reader` decodes most values into cells. */
  constructor(reader: JsonLineReader | undefined, framing: JsonFraming) {
    this.#reader = reader
    this.#framing = framing
    this.jsonStart = framing.isFramed ? FRAME_BYTES : 0
  }

  async batchOf(values: TopicValues, signal: AbortSignal): Promise<RecordBatch> {
    const entries = await this.#framing.schemas?.load(schemaIdsOf(values), signal)
    const [starts, ends, lines]: [number[], number[], number[]] = [[], [], []]
    const [unframed, unframedNumbers]: [Rejection[], number[]] = [[], []]
    for (const [index, offset] of values.offsets.entries())
      try {
        starts.push(this.#startOf(values, index, entries))
        ends.push(values.ends[index])
        lines.push(offset)
      } catch (error) {
        unframed.push(rejectionOf(values, index, error))
        unframedNumbers.push(offset)
      }
    const origin: RecordOrigin = { placeOf: offset => values.placeOf(offset), text: false, tabular: false, zoneless: new Set() }
    const parts = { bytes: values.bytes, starts, ends, lines, broken: new Set<number>(), tooLong: [], unfinished: 0, nextLine: 0 }
    const batch = textBatch(origin, parts, decode, this.#reader)
    const { undecodable, undecodableNumbers = [] } = batch
    return {
      ...batch,
      undecodable: [...undecodable, ...unframed],
      undecodableNumbers: [...undecodableNumbers, ...unframedNumbers],
    }
  }

  close(): void {
    this.#framing.schemas?.close()
  }

  /** First byte of the JSON of a value. Throws `MalformedValue`. */
  #startOf(values: TopicValues, index: number, entries: Entries): number {
    const { bytes, starts, ends } = values
    if (!this.#framing.isFramed) return starts[index]
    checkHeaders(values.headerNames(index))
    const { schemaId, start } = readFrame(bytes, starts[index], ends[index])
    const entry = entries?.get(schemaId)
    if (entry && 'problem' in entry) throw new MalformedValue(entry.problem)
    return start
  }
}

const decode = (bytes: Buffer, start: number, end: number) =>
  start === end ? new Fault('the value is empty') : parseJsonRecord(bytes, start, end)
