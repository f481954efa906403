/** Stored records as a driver gives them: in columns, with their bytes in one buffer. */
import type { PlacedRecord } from '../../src/kafka/driver.ts'
import type { RecordColumns } from '../../src/kafka/record-set.ts'

export function columnsOf(records: readonly { readonly offset: number; readonly record: PlacedRecord }[]): RecordColumns {
  const parts: Buffer[] = []
  let length = 0
  const span = (part: Buffer): readonly [number, number] => {
    parts.push(part)
    return [length, (length += part.length)]
  }
  const keys = records.flatMap(({ record: { key } }) => (key === undefined ? [-1, -1] : span(Buffer.from(key))))
  const values = records.flatMap(({ record: { value } }) => span(Buffer.from(value)))
  const headers = records.flatMap(({ record }) => span(headerBytes(record.headers)))
  return {
    count: records.length,
    offsets: Float64Array.from(records, ({ offset }) => offset),
    timestamps: Float64Array.from(records, ({ record }) => record.timestamp),
    keys: Int32Array.from(keys),
    values: Int32Array.from(values),
    headers: Int32Array.from(headers),
    bytes: Buffer.from(Uint8Array.from(Buffer.concat(parts)).buffer),
  }
}

function headerBytes(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers)
  const texts = entries.flat().map(text => Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]))
  return Buffer.concat([varint(entries.length), ...texts])
}

/** A number that is not negative, zigzag. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
