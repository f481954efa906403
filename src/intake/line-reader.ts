/**
 * JSON lines of one source straight into cells: the way that most lines take, without a string or an object for any of them.
 *
 * It reads what senders mostly write: one flat object with columns of the source, each once, texts without escapes, numbers of up to fifteen digits
 * without an exponent, doubles of any. What it takes has, to the bit, the values that `parseRecord` and `RowReader` give; whatever else a line is, it leaves to them, its
 * faults included, so that it needs no words. Costs a look or two at each byte, some 1 ns each; senders repeat the order of their fields, so that a name is mostly
 * compared with the one that stood there last.
 */
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import type { ColumnIR, SourceIR } from '../define/ir/ir.ts'
import { TEXT_SHIFT } from './cells.ts'
import { IsoReader } from './iso-reader.ts'
import { fractionEnd, scannedNumber } from './number-scan.ts'
import { requiredAs } from './row-reader.ts'
import { boundedText } from './text-bound.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

const NULL = Buffer.from('null')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/** No value of this reader's. */
const LEFT = -1

export class LineReader {
  readonly source: SourceIR
  readonly width: number
  readonly #columns: readonly CellReader[]
  /** By place in a line: the column that stood there last. */
  readonly #order: Int32Array
  /** By column: the number of the line that had it last. */
  readonly #seen: Float64Array
  #line = 0

  private constructor(source: SourceIR) {
    const { columns } = source
    this.source = source
    this.width = columns.length
    this.#columns = columns.map(column => new CellReader(boundedText(source, column), requiredAs(source, column) !== undefined))
    this.#order = Int32Array.from(columns.keys())
    this.#seen = new Float64Array(columns.length)
  }

  /** None for a source with a `map`, which wants records. */
  static of(source: SourceIR): LineReader | undefined {
    return source.mapVersion === undefined ? new LineReader(source) : undefined
  }

  /** Reads well-formed UTF-8 `bytes[start, end)` into `cells` from `at` on, a cell a column; or returns false, having written anything there. */
  read(bytes: Buffer, start: number, end: number, cells: Float64Array, at: number): boolean {
    if (bytes[start] !== OPEN) return false
    this.#line++
    let i = start
    let count = 0
    do {
      i = behindBlanks(bytes, i + 1)
      const index = this.#columnAt(bytes, i, count)
      if (index < 0) return false
      const column = this.#columns[index]
      i = behindBlanks(bytes, i + column.name.length)
      if (bytes[i] !== COLON) return false
      i = column.read(bytes, behindBlanks(bytes, i + 1), end, cells, at + index)
      if (i === LEFT) return false
      i = behindBlanks(bytes, i)
      count++
    } while (bytes[i] === COMMA)
    if (bytes[i] !== CLOSE || behindBlanks(bytes, i + 1) < end) return false
    return count === this.width || this.#fillMissing(cells, at)
  }

  /** Which column's name stands there, none that the line had; or −1. */
  #columnAt(bytes: Uint8Array, at: number, place: number): number {
    if (place >= this.width) return -1
    let index = this.#order[place]
    if (!isAt(bytes, at, this.#columns[index].name)) {
      index = this.#columns.findIndex(({ name }) => isAt(bytes, at, name))
      if (index < 0) return -1
      this.#order[place] = index
    }
    if (this.#seen[index] === this.#line) return -1
    this.#seen[index] = this.#line
    return index
  }

  #fillMissing(cells: Float64Array, at: number): boolean {
    for (let index = 0; index < this.width; index++) {
      if (this.#seen[index] === this.#line) continue
      if (this.#columns[index].required) return false
      cells[at + index] = NaN
    }
    return true
  }
}

/** One a source, by its name: all that is sent to it is read by the same. */
export const lineReaders = (sources: readonly SourceIR[]): ReadonlyMap<string, LineReader | undefined> =>
  new Map(sources.map(source => [source.name, LineReader.of(source)]))

/** Reads the values of one column. */
class CellReader {
  /** As it stands in a line, quoted. */
  readonly name: Buffer
  readonly required: boolean
  readonly #type: ColumnIR['type']
  /** Of a decimal: digits behind the point that it has. */
  readonly #scale: number
  /** Of a text: bytes that it has at most. */
  readonly #bytesMax: number
  readonly #min: number
  readonly #max: number
  readonly #allowed: Strings | undefined
  readonly #iso: IsoReader

  constructor({ name, type, scale = 0, min = -Infinity, max = Infinity, maxBytes = Infinity, values, zone }: ColumnIR, required: boolean) {
    const isTime = type === 'timestamp'
    this.name = Buffer.from(JSON.stringify(name))
    this.required = required
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

  /** Writes the value that begins at `at` to a cell. Returns where it ends, or `LEFT`. */
  read(bytes: Buffer, at: number, end: number, cells: Float64Array, cell: number): number {
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1, end)
      if (close === LEFT) return LEFT
      const value = this.#ofText(bytes, at + 1, close)
      if (!(value >= this.#min && value <= this.#max)) return LEFT
      cells[cell] = value
      return close + 1
    }
    const isNumber = this.#type !== 'string' && this.#type !== 'bool'
    if (isNumber && scannedNumber.scan(bytes, at, true)) {
      const value = this.#ofNumber()
      if (!(value >= this.#min && value <= this.#max)) return LEFT
      cells[cell] = value
      return scannedNumber.end
    }
    const fraction = this.#type === 'double' ? fractionEnd(bytes, at) : LEFT
    if (fraction !== LEFT) {
      // A zero has no sign.
      const value = Number(bytes.toString('latin1', at, fraction)) + 0
      if (!Number.isFinite(value) || value < this.#min || value > this.#max) return LEFT
      cells[cell] = value
      return fraction
    }
    return this.#literal(bytes, at, cells, cell)
  }

  /** NaN for what is left. */
  #ofText(bytes: Uint8Array, from: number, to: number): number {
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

  #ofNumber(): number {
    return this.#type === 'double' ? scannedNumber.double : scannedNumber.scaled(this.#type === 'decimal' ? this.#scale : 0)
  }

  #literal(bytes: Uint8Array, at: number, cells: Float64Array, cell: number): number {
    if (isAt(bytes, at, NULL) && !this.required) {
      cells[cell] = NaN
      return at + NULL.length
    }
    if (this.#type !== 'bool') return LEFT
    const isTrue = isAt(bytes, at, TRUE)
    if (!isTrue && !isAt(bytes, at, FALSE)) return LEFT
    cells[cell] = isTrue ? 1 : 0
    return at + (isTrue ? TRUE : FALSE).length
  }
}

/** Of a text without escapes and without what JSON wants escaped; `LEFT` for any other. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte === BACKSLASH || byte < 0x20) return LEFT
  }
  return LEFT
}

function behindBlanks(bytes: Uint8Array, from: number): number {
  let i = from
  while (bytes[i] === 0x20 || bytes[i] === 0x09) i++
  return i
}

function isAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
