/** Records with keys, headers and times, as a fetch gives them. */
import type { FetchedRecords } from '../../src/kafka/port/driver.ts'
import type { RecordColumns } from '../../src/kafka/records/record-set.ts'
import { zigzagVarint } from './varint.ts'

export interface KeyedRecord {
  /** Default its place in the list. */
  readonly offset?: number
  readonly key?: string | Buffer | undefined
  readonly value: string | Uint8Array | undefined
  readonly headers?: readonly (readonly [string, string | Buffer | undefined])[]
  /** Default 7. */
  readonly time?: number
}

/** Records as columns. */
export function keyedColumns(records: readonly KeyedRecord[]): RecordColumns {
  const parts: Buffer[] = []
  let length = 0
  const add = (bytes: Buffer | undefined): [number, number] => {
    if (!bytes) return [-1, -1]
    parts.push(bytes)
    return [length, (length += bytes.length)]
  }
  const bytesOf = (text: string | Uint8Array | undefined) => (text === undefined ? undefined : Buffer.from(text as string))
  const sized = (bytes: Buffer | undefined) => (bytes ? [zigzagVarint(bytes.length), bytes] : [zigzagVarint(-1)])
  const sections = (headers: KeyedRecord['headers'] = []) =>
    Buffer.concat([
      zigzagVarint(headers.length),
      ...headers.flatMap(([name, value]) => [...sized(bytesOf(name)), ...sized(bytesOf(value))]),
    ])
  const ranges = records.map(({ key, value, headers }) => [add(bytesOf(key)), add(bytesOf(value)), add(sections(headers))])
  const ranged = (i: number) => Int32Array.from(ranges.flatMap(each => each[i]))
  return {
    count: records.length,
    offsets: Float64Array.from(records, ({ offset }, i) => offset ?? i),
    timestamps: Float64Array.from(records, ({ time = 7 }) => time),
    keys: ranged(0),
    values: ranged(1),
    headers: ranged(2),
    // Its own memory, which can be transferred.
    bytes: Buffer.from(Uint8Array.from(Buffer.concat(parts)).buffer),
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
