/**
 * Protocol Buffers, as far as it takes to look into a file: the fields of a message one after the other, each known by its number.
 * (Encoding: protobuf.dev/programming-guides/encoding.) Costs a walk over the bytes; nothing of them is copied.
 */

/** The bytes are no message. */
export class ProtobufFault extends Error {}

/** A number of wire type 0, or the bytes of wire type 2: a text, a message, or numbers one behind the other. Others are passed over. */
export interface ProtobufField {
  readonly field: number
  readonly value: number | Uint8Array
}

/** Throws `ProtobufFault` where the bytes end too early or are no message. */
export function* fieldsOf(bytes: Uint8Array): Generator<ProtobufField> {
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
        take(cursor, 8)
        break
      case 2:
        yield { field, value: take(cursor, varint(cursor)) }
        break
      case 5:
        take(cursor, 4)
        break
      default:
        throw new ProtobufFault(`its field ${field} is of a kind that there is not`)
    }
  }
}

export const isBytes = (value: ProtobufField['value']): value is Uint8Array => typeof value !== 'number'

const decoder = new TextDecoder('utf-8', { fatal: true })

export function textOf(value: ProtobufField['value']): string {
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

/** Exact up to 2^53; a negative number, which takes ten bytes, is larger. */
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

function take(cursor: Cursor, length: number): Uint8Array {
  const from = cursor.at
  if (length > cursor.bytes.length - from) throw new ProtobufFault('it ends too early')
  cursor.at += length
  return cursor.bytes.subarray(from, from + length)
}
