/** Writes values of Avro, by hand and without the code of `src`. A long is `zigzagVarint`. */
import { zigzagVarint } from '../kafka/varint.ts'

/** Bytes, or a string in UTF-8, behind their number. */
export function avroBytes(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([zigzagVarint(bytes.length), bytes])
}
