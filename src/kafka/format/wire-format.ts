/**
 * The frame of Confluent's serializers around a value: a zero byte, the id of its schema in four bytes, the highest first, and for Protobuf
 * the place of its message in the file. Source: Confluent's documentation, "Wire format".
 */
import { limits } from '../../base/index.ts'
import { BinaryCursor } from './binary-cursor.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import type { TopicValues } from './value-format.ts'

/** First byte of a value that begins with a schema id. */
export const SCHEMA_ID_MAGIC = 0
const GUID_MAGIC = 1
/** Length of the zero byte and the schema id. */
export const FRAME_BYTES = 5

/** Headers in which newer serializers put the GUID of a schema in place of the frame. */
const guidHeaders: readonly string[] = ['__key_schema_id', '__value_schema_id']

const GUID_FIX = "set the producer's schema id serializer to the one that puts the id before the value"

/** A value without its frame. */
export interface FramedValue {
  readonly schemaId: number
  /** First byte of the value. */
  readonly start: number
}

/** Reads the frame of the value in `bytes[start, end)`. Throws `MalformedValue` without one. */
export function readFrame(bytes: Buffer, start: number, end: number): FramedValue {
  if (end === start) throw new MalformedValue('the value is empty, and has no schema id')
  const magic = bytes[start]
  if (magic === GUID_MAGIC)
    throw new MalformedValue(`the value begins with byte 1, so its schema has a GUID, which is not supported; ${GUID_FIX}`)
  if (magic !== SCHEMA_ID_MAGIC)
    throw new MalformedValue(
      `the value begins with byte ${magic} and not with 0: it has no schema id. It was not written with a schema registry, or its format is another one`,
    )
  if (end - start < FRAME_BYTES) throw new MalformedValue(`the value has ${end - start} bytes, and a schema id alone takes ${FRAME_BYTES}`)
  return { schemaId: bytes.readUInt32BE(start + 1), start: start + FRAME_BYTES }
}

/** Schema ids of the values that have a frame. */
export function schemaIdsOf({ bytes, starts, ends }: TopicValues): ReadonlySet<number> {
  const ids = new Set<number>()
  for (const [index, start] of starts.entries())
    try {
      ids.add(readFrame(bytes, start, ends[index]).schemaId)
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error
    }
  return ids
}

/** Throws `MalformedValue` for headers that hold the GUID of the schema: the value has no frame then. */
export function checkHeaders(names: Iterable<string>): void {
  for (const name of names)
    if (guidHeaders.includes(name))
      throw new MalformedValue(`the header '${name}' has the GUID of the schema, which is not supported; ${GUID_FIX}`)
}

/** Place of a Protobuf message in its file. */
export interface MessagePlace {
  /** Index of the message among those of the file, then of each message in the one before. */
  readonly indexes: readonly number[]
  /** First byte of the message. */
  readonly start: number
}

const firstMessage: readonly number[] = [0]

/** Reads the place of a message behind the frame. Throws `MalformedValue`. */
export function readMessagePlace(bytes: Buffer, start: number, end: number): MessagePlace {
  const cursor = new BinaryCursor(bytes, start, end)
  cursor.field = 'message indexes'
  const count = cursor.size(cursor.zigzag())
  // The most common place is written as one zero.
  if (count === 0) return { indexes: firstMessage, start: cursor.at }
  if (count > limits.SCHEMA_DEPTH_MAX) cursor.fail(`${count} indexes, more than ${limits.SCHEMA_DEPTH_MAX} (SCHEMA_DEPTH_MAX)`)
  const indexes = Array.from({ length: count }, () => cursor.size(cursor.zigzag()))
  return { indexes, start: cursor.at }
}
