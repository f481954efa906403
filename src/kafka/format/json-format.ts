/**
 * JSON, as it is or behind the id of a JSON Schema in a registry.
 *
 * The schema is not looked up and not checked: a JSON value says by itself which fields it has, and the columns of the source check them.
 * So an id that the registry does not have rejects nothing, and this format needs no registry.
 */
import { textBatch } from '../../files/index.ts'
import { Fault, type JsonLineReader, parseJsonRecord, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import { rejectionOf } from './rejected-value.ts'
import type { TopicValues, ValueFormat } from './value-format.ts'
import { checkHeaders, readFrame } from './wire-format.ts'

export class JsonFormat implements ValueFormat {
  readonly #reader: JsonLineReader | undefined
  readonly #isFramed: boolean

  /** `reader` decodes most values into cells. With `isFramed` each value is behind the id of its schema. */
  constructor(reader: JsonLineReader | undefined, { isFramed }: { readonly isFramed: boolean }) {
    this.#reader = reader
    this.#isFramed = isFramed
  }

  batchOf(values: TopicValues): Promise<RecordBatch> {
    const [starts, ends, lines]: [number[], number[], number[]] = [[], [], []]
    const [unframed, unframedNumbers]: [Rejection[], number[]] = [[], []]
    for (const [index, offset] of values.offsets.entries())
      try {
        starts.push(this.#startOf(values, index))
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
    return Promise.resolve({
      ...batch,
      undecodable: [...undecodable, ...unframed],
      undecodableNumbers: [...undecodableNumbers, ...unframedNumbers],
    })
  }

  close(): void {}

  #startOf(values: TopicValues, index: number): number {
    const { bytes, starts, ends } = values
    if (!this.#isFramed) return starts[index]
    checkHeaders(values.headerNames(index))
    return readFrame(bytes, starts[index], ends[index]).start
  }
}

const decode = (bytes: Buffer, start: number, end: number) =>
  start === end ? new Fault('the value is empty') : parseJsonRecord(bytes, start, end)
