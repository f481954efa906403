/** Records with keys, headers and times, as a fetch gives them. */
import type { FetchedRecords } from '../../src/kafka/driver.ts'
import type { RecordColumns } from '../../src/kafka/record-set.ts'

export interface KeyedRecord {
  readonly key?: string | Buffer
  readonly value: string | Buffer | undefined
  readonly headers?: readonly (readonly [string, string | Buffer | undefined])[]
  /** Default 7. */
  readonly time?: number
}

/** A signed number as records write it. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.of(...bytes, rest)
}

/** Records as columns, at the offsets from 0 on. */
export function keyedColumns(records: readonly KeyedRecord[]): RecordColumns {
  const parts: Buffer[] = []
  let length = 0
  const add = (bytes: Buffer | undefined): [number, number] => {
    if (!bytes) return [-1, -1]
    parts.push(bytes)
    return [length, (length += bytes.length)]
  }
  const bytesOf = (text: string | Buffer | undefined) => (text === undefined ? undefined : Buffer.from(text as string))
  const sized = (bytes: Buffer | undefined) => (bytes ? [varint(bytes.length), bytes] : [varint(-1)])
  const sections = (headers: KeyedRecord['headers'] = []) =>
    Buffer.concat([varint(headers.length), ...headers.flatMap(([name, value]) => [...sized(bytesOf(name)), ...sized(bytesOf(value))])])
  const ranges = records.map(({ key, value, headers }) => [add(bytesOf(key)), add(bytesOf(value)), add(sections(headers))])
  const ranged = (i: number) => Int32Array.from(ranges.flatMap(each => each[i]))
  return {
    count: records.length,
    offsets: Float64Array.from(records, (_, i) => i),
    timestamps: Float64Array.from(records, ({ time = 7 }) => time),
    keys: ranged(0),
    values: ranged(1),
    headers: ranged(2),
    bytes: Buffer.concat(parts),
  }
}

/** Records of partition 0, as a fetch gives them. */
export const fetchedRecords = (records: RecordColumns): FetchedRecords => ({
  partition: 0,
  assignment: 0,
  records,
  from: 0,
  next: records.count,
  epoch: 0,
  damaged: [],
  end: records.count,
  bytes: 0,
})
