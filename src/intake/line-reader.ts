/**
 * Decodes JSON lines of one source straight into cells, without a string or an object per line. Most lines take this path.
 *
 * It handles the common form: one flat object with columns of the source, each at most once. Texts have no escapes. Numbers have up to
 * fifteen digits and no exponent, except doubles. The cells equal, to the bit, the values of `parseJsonRecord` and `RowReader`. Every other
 * line is left to these, including all invalid lines, so this reader needs no error messages. Cost: one or two passes over the bytes, some
 * 1 ns each. Senders repeat the order of their fields, so a name is mostly compared with the last name at its index.
 */
import { limits } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { ColumnIR, SourceIR } from '../define/ir/index.ts'
import { TEXT_SHIFT, type RecordCells } from './cells.ts'
import { IsoReader } from './instant.ts'
import { fractionEnd, scannedNumber } from './number-scan.ts'
import { requiredReason, storedDefault } from './row-reader.ts'
import { boundedText } from './text-limits.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

const NULL = Buffer.from('null')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/** The line must be parsed as JSON. */
const NOT_DECODED = -1

export class JsonLineReader {
  readonly source: SourceIR
  readonly width: number
  readonly #columns: readonly CellReader[]
  /** By index of a field in a line: the column that was there last. */
  readonly #order: Int32Array
  /** By column: number of the last line that had it. */
  readonly #lastLine: Float64Array
  #line = 0

  private constructor(source: SourceIR) {
    const { columns } = source
    this.source = source
    this.width = columns.length
    this.#columns = columns.map(column => new CellReader(boundedText(source, column), requiredReason(source, column) !== undefined))
    this.#order = Int32Array.from(columns.keys())
    this.#lastLine = new Float64Array(columns.length)
  }

  /** `undefined` for a source with a `map`, which needs records. */
  static of(source: SourceIR): JsonLineReader | undefined {
    return source.mapVersion === undefined ? new JsonLineReader(source) : undefined
  }

  /**
   * Decodes well-formed UTF-8 `bytes[start, end)` into `cells` from `at` on, a cell a column. Returns false if it cannot; the cells are
   * then undefined.
   */
  read(bytes: Buffer, start: number, end: number, cells: Float64Array, at: number): boolean {
    if (bytes[start] !== OPEN) return false
    this.#line++
    let i = start
    let count = 0
    do {
      i = skipBlanks(bytes, i + 1)
      const index = this.#columnAt(bytes, i, count)
      if (index < 0) return false
      const column = this.#columns[index]
      i = skipBlanks(bytes, i + column.name.length)
      if (bytes[i] !== COLON) return false
      i = column.read(bytes, skipBlanks(bytes, i + 1), end, cells, at + index)
      if (i === NOT_DECODED) return false
      i = skipBlanks(bytes, i)
      count++
    } while (bytes[i] === COMMA)
    // The bytes behind the line are of the next one, and may complete it.
    if (i >= end || bytes[i] !== CLOSE || skipBlanks(bytes, i + 1) < end) return false
    return count === this.width || this.#fillMissing(cells, at)
  }

  /** The column whose name is at `at`; −1 for an unknown name or a second occurrence. */
  #columnAt(bytes: Uint8Array, at: number, place: number): number {
    if (place >= this.width) return -1
    let index = this.#order[place]
    if (!isAt(bytes, at, this.#columns[index].name)) {
      index = this.#columns.findIndex(({ name }) => isAt(bytes, at, name))
      if (index < 0) return -1
      this.#order[place] = index
    }
    if (this.#lastLine[index] === this.#line) return -1
    this.#lastLine[index] = this.#line
    return index
  }

  #fillMissing(cells: Float64Array, at: number): boolean {
    for (let index = 0; index < this.width; index++) {
      if (this.#lastLine[index] === this.#line) continue
      const { missing } = this.#columns[index]
      if (missing === undefined) return false
      cells[at + index] = missing
    }
    return true
  }
}

/** One reader for each source, by name. */
export const jsonLineReaders = (sources: readonly SourceIR[]): ReadonlyMap<string, JsonLineReader | undefined> =>
  new Map(sources.map(source => [source.name, JsonLineReader.of(source)]))

/** Decodes the values of one column. */
class CellReader {
  /** Quoted name, as in a line. */
  readonly name: Buffer
  readonly required: boolean
  /** Cell of a line without the field; `undefined` if such a line must be parsed as JSON. */
  readonly missing: number | undefined
  readonly #type: ColumnIR['type']
  /** Decimal places of a decimal. */
  readonly #scale: number
  /** Longest text, in bytes. */
  readonly #bytesMax: number
  readonly #min: number
  readonly #max: number
  readonly #allowed: Strings | undefined
  readonly #iso: IsoReader

  constructor(column: ColumnIR, required: boolean) {
    const { name, type, scale = 0, min = -Infinity, max = Infinity, maxBytes = Infinity, values, zone, aliases } = column
    const filled = storedDefault(column) ?? (required ? undefined : NaN)
    const isTime = type === 'timestamp'
    this.name = Buffer.from(JSON.stringify(name))
    this.required = required
    // The line may have the value under an earlier name. A text cell is a place in the line, which has no default text.
    this.missing = aliases || typeof filled === 'string' ? undefined : filled
    this.#type = type
    this.#scale = scale
    this.#bytesMax = maxBytes
    this.#min = isTime ? Math.max(min, -limits.TIME_MS_MAX) : min
    this.#max = isTime ? Math.min(max, limits.TIME_MS_MAX) : max
    this.#iso = new IsoReader(zone)
    if (!values) return
    this.#allowed = new Strings()
    for (const value of values) this.#allowed.idOf(value)
  }

  /** Decodes the value at `at` into a cell. Returns its end, or `NOT_DECODED`. */
  read(bytes: Buffer, at: number, end: number, cells: Float64Array, cell: number): number {
    if (bytes[at] === QUOTE) {
      const close = plainTextEnd(bytes, at + 1, end)
      if (close === NOT_DECODED) return NOT_DECODED
      const value = this.#decodeText(bytes, at + 1, close)
      // NaN fails both comparisons.
      if (!(value >= this.#min && value <= this.#max)) return NOT_DECODED
      cells[cell] = value
      return close + 1
    }
    const isNumber = this.#type !== 'string' && this.#type !== 'bool'
    if (isNumber && scannedNumber.scan(bytes, at, true)) {
      const value = this.#decodeNumber()
      if (!(value >= this.#min && value <= this.#max)) return NOT_DECODED
      cells[cell] = value
      return scannedNumber.end
    }
    const fraction = this.#type === 'double' ? fractionEnd(bytes, at) : NOT_DECODED
    if (fraction !== NOT_DECODED) {
      // Adding 0 turns −0 into 0.
      const value = Number(bytes.toString('latin1', at, fraction)) + 0
      if (!Number.isFinite(value) || value < this.#min || value > this.#max) return NOT_DECODED
      cells[cell] = value
      return fraction
    }
    return this.#decodeLiteral(bytes, at, cells, cell)
  }

  /** NaN, which is within no bounds, if the text must be parsed as JSON. */
  #decodeText(bytes: Uint8Array, from: number, to: number): number {
    switch (this.#type) {
      case 'string':
        if (to - from > this.#bytesMax) return NaN
        return this.#allowed && this.#allowed.findBytes(bytes, from, to) < 0 ? NaN : from * TEXT_SHIFT + (to - from)
      case 'timestamp':
        return this.#iso.read(bytes, from, to)
      case 'decimal':
        return scannedNumber.scan(bytes, from, false) && scannedNumber.end === to ? scannedNumber.scaled(this.#scale) : NaN
      default:
        return NaN
    }
  }

  #decodeNumber(): number {
    return this.#type === 'double' ? scannedNumber.double : scannedNumber.scaled(this.#type === 'decimal' ? this.#scale : 0)
  }

  #decodeLiteral(bytes: Uint8Array, at: number, cells: Float64Array, cell: number): number {
    if (isAt(bytes, at, NULL) && !this.required) {
      cells[cell] = NaN
      return at + NULL.length
    }
    if (this.#type !== 'bool') return NOT_DECODED
    const isTrue = isAt(bytes, at, TRUE)
    if (!isTrue && !isAt(bytes, at, FALSE)) return NOT_DECODED
    cells[cell] = isTrue ? 1 : 0
    return at + (isTrue ? TRUE : FALSE).length
  }
}

/** End of a text without escapes and control characters; `NOT_DECODED` for any other. */
function plainTextEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte === BACKSLASH || byte < 0x20) return NOT_DECODED
  }
  return NOT_DECODED
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let i = from
  while (bytes[i] === 0x20 || bytes[i] === 0x09) i++
  return i
}

function isAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}

/** Cells of a batch of JSON texts in one buffer. */
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
