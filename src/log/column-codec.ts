/**
 * Codec of one column of a block of rows; log segments and recorded decisions are made of such columns.
 *
 * Integers close together, such as times, are stored as offsets from the least, in one, two or four bytes each; other numbers as doubles.
 * Strings are dictionary-encoded within the block, so that a block can be read alone. NULLs take a byte a row, in columns that have any.
 * Encoding is one or two passes over the column.
 */
import type { ColumnData, Strings } from '../columns/index.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

/** Encodings of a column's numbers; part of the format. */
const CONSTANT = 0
const BYTES = 1
const SHORTS = 2
const WORDS = 3
const DOUBLES = 4

export function writeNumbers(writer: ByteWriter, values: Float64Array | Int32Array | Uint8Array, length: number): void {
  if (length === 1) return writeNumber(writer, values[0])
  const { least, greatest, isWhole } = numberRange(values, length)
  const range = greatest - least
  if (!isWhole || range >= 2 ** 32) {
    writer.varint(DOUBLES)
    writer.doubles(values, length)
    return
  }
  const form = range === 0 ? CONSTANT : range < 2 ** 8 ? BYTES : range < 2 ** 16 ? SHORTS : WORDS
  writer.varint(form)
  writer.double(least)
  if (form === CONSTANT) return
  const offsets = form === BYTES ? new Uint8Array(length) : form === SHORTS ? new Uint16Array(length) : new Uint32Array(length)
  for (let row = 0; row < length; row++) offsets[row] = values[row] - least
  writer.array(offsets)
}

/**
 * Writes one number in the format of `writeNumbers`, without a search for the least: a turn of one event writes some fifty such columns.
 */
export function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value)) {
    writer.varint(CONSTANT)
    writer.double(value)
  } else {
    writer.varint(DOUBLES)
    writer.alignedDouble(value)
  }
}

export function readNumbers(reader: ByteReader, length: number): Float64Array {
  const form = reader.varint()
  if (form === DOUBLES) return reader.array(Float64Array, length).slice()
  const values = new Float64Array(length).fill(reader.double())
  if (form === CONSTANT) return values
  const offsets =
    form === BYTES
      ? reader.array(Uint8Array, length)
      : form === SHORTS
        ? reader.array(Uint16Array, length)
        : form === WORDS
          ? reader.array(Uint32Array, length)
          : reader.failDamaged(`has a column of form ${form}`)
  for (let row = 0; row < length; row++) values[row] = values[row] + offsets[row]
  return values
}

/** Writes a column, preceded by its length in bytes, so that a reader can skip it. `strings` is given for a column of string ids. */
export function writeColumn(
  writer: ByteWriter,
  { values, nulls }: ColumnData,
  length: number,
  scratch: ByteWriter,
  strings?: Strings,
): void {
  const hasNulls = nulls !== undefined && hasNull(nulls, length)
  scratch.varint(hasNulls ? 1 : 0)
  if (hasNulls) scratch.array(nulls.subarray(0, length))
  if (strings) writeTexts(scratch, values, nulls, length, strings)
  else writeNumbers(scratch, values, length)
  writer.appendWriter(scratch)
}

/** Reads a column that is alone in `reader`: the bytes that `ByteReader.raw` returns for a column of `writeColumn`. */
export function readColumn(reader: ByteReader, length: number, strings?: Strings): ColumnData {
  const nulls = reader.varint() === 1 ? reader.array(Uint8Array, length).slice() : undefined
  const values = strings ? readTexts(reader, length, strings) : readNumbers(reader, length)
  return nulls ? { values, nulls } : { values }
}

/** Scans the first rows in place: making a view costs more. */
function hasNull(nulls: Uint8Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (nulls[row] === 1) return true
  return false
}

function writeTexts(writer: ByteWriter, ids: ColumnData['values'], nulls: ColumnData['nulls'], length: number, strings: Strings): void {
  if (length === 1) return writeText(writer, nulls?.[0] ? undefined : ids[0], strings)
  dictionary.clear(length)
  const codes = new Int32Array(length)
  for (let row = 0; row < length; row++) if (!nulls?.[row]) codes[row] = dictionary.codeOf(ids[row])
  writer.varint(dictionary.count)
  for (let code = 0; code < dictionary.count; code++) writer.textById(strings, dictionary.valueAt(code))
  writeNumbers(writer, codes, length)
}

/** Writes one text in the format of `writeTexts`, without a dictionary; `undefined` is NULL. */
function writeText(writer: ByteWriter, id: number | undefined, strings: Strings): void {
  writer.varint(id === undefined ? 0 : 1)
  if (id !== undefined) writer.textById(strings, id)
  writeNumber(writer, 0)
}

function readTexts(reader: ByteReader, length: number, strings: Strings): Int32Array {
  const count = reader.varint()
  if (count > length) return reader.failDamaged(`has ${count} texts for ${length} rows`)
  const ids = new Int32Array(count)
  for (let code = 0; code < count; code++) ids[code] = reader.textId(strings)
  const codes = readNumbers(reader, length)
  const values = new Int32Array(length)
  if (count === 0) return values
  for (let row = 0; row < length; row++) {
    if (!(codes[row] >= 0 && codes[row] < count)) return reader.failDamaged(`has a text number ${codes[row]} of ${count}`)
    values[row] = ids[codes[row]]!
  }
  return values
}

function numberRange(
  values: Float64Array | Int32Array | Uint8Array,
  length: number,
): { least: number; greatest: number; isWhole: boolean } {
  let least = Infinity
  let greatest = -Infinity
  for (let row = 0; row < length; row++) {
    const value = values[row]
    if (!Number.isSafeInteger(value)) return { least, greatest, isWhole: false }
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return { least, greatest, isWhole: length > 0 }
}

/**
 * Builds a dictionary: gives each distinct whole number a code 0, 1, 2 … in order of first occurrence.
 *
 * Open addressing in reused arrays, at most half full. `clear` costs as much as the capacity that it sets.
 */
export class DictionaryBuilder {
  /** Code + 1 by slot; 0 where the slot is empty. */
  #slots = new Int32Array(0)
  #numbers = new Int32Array(0)
  #mask = 0
  /** Number of codes. */
  count = 0

  /** Empties the dictionary and makes room for `capacity` distinct numbers. */
  clear(capacity: number): void {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)))
    if (slots > this.#slots.length) {
      this.#slots = new Int32Array(slots)
      this.#numbers = new Int32Array(slots)
    } else this.#slots.fill(0, 0, slots)
    this.#mask = slots - 1
    this.count = 0
  }

  codeOf(number: number): number {
    const slots = this.#slots
    const numbers = this.#numbers
    const hash = Math.imul(number, 0x9e3779b1)
    for (let slot = (hash ^ (hash >>> 15)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const code = slots[slot] - 1
      if (code >= 0 && numbers[code] === number) return code
      if (code >= 0) continue
      numbers[this.count] = number
      slots[slot] = this.count + 1
      return this.count++
    }
  }

  valueAt(code: number): number {
    return this.#numbers[code]
  }
}

/** Reused by every column of texts. */
const dictionary = new DictionaryBuilder()
