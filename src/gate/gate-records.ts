/** Records that a gate writes: checked events, and rejected records. */
import type { SourceRejection } from '../intake/index.ts'
import { deadLetterHeaders, type PlacedRecord } from '../kafka/index.ts'
import type { CheckedEvent } from './partition-check.ts'

/** The header with the offset of the raw record. It never falls in a partition, and readers that ignore transactions deduplicate by it. */
export const RAW_OFFSET = 'spillway-raw-offset'
/** The header with the time at which a gate decided a record, for an event its ingestion time, UTC ms. */
export const INGESTED = 'spillway-ingested'

/** The header of a rejected record with the checked topic of its gate. */
export const CHECKED = 'spillway-checked'

/** Where a record goes, and its time. */
type RecordTarget = Pick<PlacedRecord, 'topic' | 'partition' | 'timestamp'>

export function gateRecord({ key, value }: CheckedEvent, target: RecordTarget, rawOffset: number): PlacedRecord {
  return { ...target, key, value, headers: { [RAW_OFFSET]: String(rawOffset), [INGESTED]: String(target.timestamp) } }
}

/** A rejected record, with the headers that dead letters of a run have. `checked`: the checked topic of the gate. */
export function rejectedRecord(rejection: SourceRejection, target: RecordTarget, rawOffset: number, checked: string): PlacedRecord {
  const headers = {
    ...deadLetterHeaders(rejection),
    [CHECKED]: checked,
    [RAW_OFFSET]: String(rawOffset),
    [INGESTED]: String(target.timestamp),
  }
  return { ...target, key: undefined, value: rejection.raw, headers }
}

/** Bytes of a record in a topic, about. */
export function recordBytes({ key, value, headers }: PlacedRecord): number {
  let bytes = Buffer.byteLength(value) + (key?.length ?? 0)
  for (const name in headers) bytes += name.length + headers[name].length
  return bytes
}
