/** Records of a topic in memory. */
import type { RecordColumns } from '../../src/kafka/records/record-set.ts'

export interface MemoryRecord {
  readonly offset: number
  readonly epoch: number
  readonly timestamp: number
  readonly value: string | Buffer | undefined
}

/** Records in columns, without keys and headers. */
export function columnsOf(records: readonly MemoryRecord[]): RecordColumns {
  const values = new Int32Array(2 * records.length).fill(-1)
  let at = 0
  for (const [i, { value }] of records.entries()) if (value !== undefined) values.set([at, (at += Buffer.byteLength(value))], 2 * i)
  const bytes = Buffer.from(new ArrayBuffer(at))
  for (const [i, { value = '' }] of records.entries()) if (values[2 * i] >= 0) bytes.set(Buffer.from(value), values[2 * i])
  return {
    count: records.length,
    offsets: Float64Array.from(records, ({ offset }) => offset),
    timestamps: Float64Array.from(records, ({ timestamp }) => timestamp),
    keys: new Int32Array(2 * records.length).fill(-1),
    values,
    headers: new Int32Array(2 * records.length).fill(-1),
    bytes,
  }
}
