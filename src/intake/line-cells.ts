/** Cells of a batch of JSON texts in one buffer. */
import type { RecordCells } from './cells.ts'
import type { JsonLineReader } from './line-reader.ts'

export class LineCells implements RecordCells {
  readonly source: RecordCells['source']
  readonly bytes: Buffer
  readonly isRead: Uint8Array
  readonly values: Float64Array
  readonly valueOf: (index: number) => unknown
  readonly #reader: JsonLineReader

  /** For at most `records` records. `valueOf` parses the text of a decoded record. */
  constructor(reader: JsonLineReader, bytes: Buffer, records: number, valueOf: (index: number) => unknown) {
    this.source = reader.source
    this.bytes = bytes
    this.isRead = new Uint8Array(records)
    this.values = new Float64Array(records * reader.width)
    this.valueOf = valueOf
    this.#reader = reader
  }

  /** Decodes record `index` from well-formed UTF-8 `bytes[start, end)`. Returns false if it must be parsed as JSON. */
  read(index: number, start: number, end: number): boolean {
    const isRead = this.#reader.read(this.bytes, start, end, this.values, index * this.#reader.width)
    if (isRead) this.isRead[index] = 1
    return isRead
  }
}
