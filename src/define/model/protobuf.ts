/**
 * Reads Protocol Buffers as far as ONNX files need it: the fields of a message in order, each with its number.
 *
 * Encoding: protobuf.dev/programming-guides/encoding. Cost: one pass over the bytes, without copies.
 */

/** Error for bytes that are no message. */
export class ProtobufFault extends Error {}

/** A field of wire type 0 (a number) or 2 (bytes of a text, a message, or packed numbers). Other fields are skipped. */
export interface ProtobufField {
  readonly field: number
  readonly value: number | Uint8Array
}

/** Yields the fields of a message. Throws `ProtobufFault` for bytes that end too early or are no message. */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  const cursor = { bytes, at: 0 }
  while (cursor.at < bytes.length) {
    const tag = varint(cursor)
    const field = Math.floor(tag / 8)
    if (field === 0) throw new ProtobufFault('it has a field without a number')
    switch (tag % 8) {
      case 0:
        yield { field, value: varint(cursor) }
        break
      case 1:
        readBytes(cursor, 8)
        break
      case 2:
        yield { field, value: readBytes(cursor, varint(cursor)) }
        break
      case 5:
        readBytes(cursor, 4)
        break
      default:
        throw new ProtobufFault(`its field ${field} is of a kind that there is not`)
    }
  }
}

/** True for a field of wire type 2. */
export const isBytes = (value: ProtobufField['value']): value is Uint8Array => typeof value !== 'number'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Text of a field. Throws `ProtobufFault` for a number and for bytes that are not UTF-8. */
export function protobufText(value: ProtobufField['value']): string {
  if (!isBytes(value)) throw new ProtobufFault('it has a number where a text is meant')
  try {
    return decoder.decode(value)
  } catch {
    throw new ProtobufFault('it has a text that is not UTF-8')
  }
}

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

/** Exact up to 2^53. A negative number takes ten bytes and comes out larger. */
function varint(cursor: Cursor): number {
  let value = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) throw new ProtobufFault('it ends too early')
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return value
  }
  throw new ProtobufFault('it has a number of more than ten bytes')
}

function readBytes(cursor: Cursor, length: number): Uint8Array {
  const from = cursor.at
  if (length > cursor.bytes.length - from) throw new ProtobufFault('it ends too early')
  cursor.at += length
  return cursor.bytes.subarray(from, from + length)
}
