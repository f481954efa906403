/** The rejection of a value that cannot be decoded. */
import { isUtf8 } from 'node:buffer'
import { Fault, type Rejection } from '../../intake/index.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import type { TopicValues } from './value-format.ts'

/** The rejection, with the bytes of the value. Any other error than `MalformedValue` is thrown again. */
export function rejectionOf(values: TopicValues, index: number, error: unknown): Rejection {
  if (!(error instanceof MalformedValue)) throw error
  const { bytes, starts, ends, offsets } = values
  const raw = bytes.subarray(starts[index], ends[index])
  return new Fault(error.message).at(values.placeOf(offsets[index]), keptBytes(raw))
}

/** Bytes as a dead letter keeps them: as text where they are UTF-8, otherwise a copy. */
export const keptBytes = (bytes: Buffer): string | Uint8Array => (isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes))
