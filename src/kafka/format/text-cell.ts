/** A text of a value as a cell: its range in the bytes of the batch. */
import { isUtf8 } from 'node:buffer'
import type { ColumnIR } from '../../define/ir/index.ts'
import { TEXT_SHIFT } from '../../intake/index.ts'
import type { BinaryCursor } from './binary-cursor.ts'

/** Reads a text of `length` bytes. Returns false if it is too long for the column, or not UTF-8. */
export function readTextCell(
  cursor: BinaryCursor,
  length: number | bigint,
  { maxBytes = Infinity }: ColumnIR,
  cells: Float64Array,
  cell: number,
): boolean {
  if (!(length >= 0 && length <= maxBytes)) return false
  const start = cursor.advance(Number(length))
  if (!isText(cursor.bytes, start, cursor.at)) return false
  cells[cell] = start * TEXT_SHIFT + Number(length)
  return true
}

/** Most texts are ASCII, for which no view is made. */
function isText(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] >= 0x80) return isUtf8(bytes.subarray(i, end))
  return true
}
