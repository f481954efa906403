/**
 * One column of a stretch of rows as bytes: what log segments and recorded decisions are made of.
 *
 * Numbers that are integers close together, as times are, are kept as their distances from the least of them, in one, two or four bytes each;
 * others as doubles. Strings are kept as the stretch's own list of texts and a number a row, so that a stretch can be read alone. NULLs are a
 * byte a row, where there are any. Encoding is a pass or two over the column.
 */
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { FirstSeen } from './first-seen.ts'

/** How the numbers of a column stand; part of the format. */
const CONSTANT = 0
const BYTES = 1
const SHORTS = 2
const WORDS = 3
const DOUBLES = 4

export function writeNumbers(writer: ByteWriter, values: Float64Array | Int32Array | Uint8Array, length: number): void {
  if (length === 1) return writeNumber(writer, values[0])
  const { least, greatest, whole } = rangeOf(values, length)
  const range = greatest - least
  if (!whole || range >= 2 ** 32) {
    writer.varint(DOUBLES)
    writer.doubles(values, length)
    return
  }
  const form = range === 0 ? CONSTANT : range < 2 ** 8 ? BYTES : range < 2 ** 16 ? SHORTS : WORDS
  writer.varint(form)
  writer.double(least)
  if (form === CONSTANT) return
  const distances = form === BYTES ? new Uint8Array(length) : form === SHORTS ? new Uint16Array(length) : new Uint32Array(length)
  for (let row = 0; row < length; row++) distances[row] = values[row] - least
  writer.array(distances)
}

/** As any others, without a search for the least of them: a turn of one event has some fifty columns of one number. */
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
  const distances =
    form === BYTES
      ? reader.array(Uint8Array, length)
      : form === SHORTS
        ? reader.array(Uint16Array, length)
        : form === WORDS
          ? reader.array(Uint32Array, length)
          : reader.damaged(`has a column of form ${form}`)
  for (let row = 0; row < length; row++) values[row] = values[row] + distances[row]
  return values
}

/** Writes a column, with its length in bytes before it, so that a reader can pass over it. `strings` is given for ids of strings. */
export function writeColumn(writer: ByteWriter, { values, nulls }: Column, length: number, scratch: ByteWriter, strings?: Strings): void {
  const hasNulls = nulls !== undefined && isAmong(1, nulls, length)
  scratch.varint(hasNulls ? 1 : 0)
  if (hasNulls) scratch.array(nulls.subarray(0, length))
  if (strings) writeTexts(scratch, values, nulls, length, strings)
  else writeNumbers(scratch, values, length)
  writer.rawOf(scratch)
}

/** Reads a column that stands alone in `reader`: what `ByteReader.raw` gives of `writeColumn`. */
export function readColumn(reader: ByteReader, length: number, strings?: Strings): Column {
  const nulls = reader.varint() === 1 ? reader.array(Uint8Array, length).slice() : undefined
  const values = strings ? readTexts(reader, length, strings) : readNumbers(reader, length)
  return nulls ? { values, nulls } : { values }
}

/** A view of the first few costs more than a look at them. */
function isAmong(sought: number, values: Uint8Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (values[row] === sought) return true
  return false
}

const firstSeen = new FirstSeen()

function writeTexts(writer: ByteWriter, ids: Column['values'], nulls: Column['nulls'], length: number, strings: Strings): void {
  if (length === 1) return writeText(writer, nulls?.[0] ? undefined : ids[0], strings)
  firstSeen.clear(length)
  const numbers = new Int32Array(length)
  for (let row = 0; row < length; row++) if (!nulls?.[row]) numbers[row] = firstSeen.placeOf(ids[row])
  writer.varint(firstSeen.count)
  for (let place = 0; place < firstSeen.count; place++) writer.textOf(strings, firstSeen.numberAt(place))
  writeNumbers(writer, numbers, length)
}

/** As any others, without a search for those that are the same; `undefined` for NULL. */
function writeText(writer: ByteWriter, id: number | undefined, strings: Strings): void {
  writer.varint(id === undefined ? 0 : 1)
  if (id !== undefined) writer.textOf(strings, id)
  writeNumber(writer, 0)
}

function readTexts(reader: ByteReader, length: number, strings: Strings): Int32Array {
  const count = reader.varint()
  if (count > length) return reader.damaged(`has ${count} texts for ${length} rows`)
  const ids = new Int32Array(count)
  for (let place = 0; place < count; place++) ids[place] = reader.textIn(strings)
  const places = readNumbers(reader, length)
  const values = new Int32Array(length)
  if (count === 0) return values
  for (let row = 0; row < length; row++) {
    if (!(places[row] >= 0 && places[row] < count)) return reader.damaged(`has a text number ${places[row]} of ${count}`)
    values[row] = ids[places[row]]!
  }
  return values
}

function rangeOf(values: Float64Array | Int32Array | Uint8Array, length: number): { least: number; greatest: number; whole: boolean } {
  let least = Infinity
  let greatest = -Infinity
  for (let row = 0; row < length; row++) {
    const value = values[row]
    if (!Number.isSafeInteger(value)) return { least, greatest, whole: false }
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return { least, greatest, whole: length > 0 }
}
