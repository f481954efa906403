/** Records that a gate writes: checked events, and rejected records. Each names its raw record. */
import { SpillwayError } from '../base/index.ts'
import type { SourceRejection } from '../intake/index.ts'
import { deadLetterHeaders, type FetchedRecords, headersOf, type PlacedRecord, recordPlaceText } from '../kafka/index.ts'
import type { CheckedEvent } from './partition-check.ts'

/** The header with the offset of the raw record. It never falls in a partition, and readers that ignore transactions deduplicate by it and the row. */
export const RAW_OFFSET = 'spillway-raw-offset'
/** The header with the place of a record among those that its raw record has in the topic, from 0: a `map` returns several rows. */
export const RAW_ROW = 'spillway-raw-row'
/** The header with the time at which a gate decided a record, for an event its ingestion time, UTC ms. */
const INGESTED = 'spillway-ingested'

/** The header of a rejected record with the checked topic of its gate. */
export const CHECKED = 'spillway-checked'

/** The header with the id of the raw topic: offsets of a topic that is deleted and made again begin at 0 again. */
const RAW_TOPIC = 'spillway-raw-topic'

/** Where a record goes. */
type RecordTarget = Pick<PlacedRecord, 'topic' | 'partition'>

/** The raw record behind a record that a gate wrote. */
export interface RawOrigin {
  readonly rawOffset: number
  /** Id of the raw topic, in the form of Kafka's tools. Undefined for a cluster without ids of topics, and for records that say nothing of it. */
  readonly rawTopicId: string | undefined
  /** When the raw record was decided, UTC ms. */
  readonly arrival: number
}

/** A record among those of its raw record. */
export interface RowOrigin extends RawOrigin {
  /** From 0. */
  readonly row: number
}

const originHeaders = ({ rawOffset, row, rawTopicId, arrival }: RowOrigin): Record<string, string> => ({
  [RAW_OFFSET]: String(rawOffset),
  [RAW_ROW]: String(row),
  ...(rawTopicId !== undefined && { [RAW_TOPIC]: rawTopicId }),
  [INGESTED]: String(arrival),
})

export function gateRecord({ key, value }: CheckedEvent, target: RecordTarget, origin: RowOrigin): PlacedRecord {
  return { ...target, timestamp: origin.arrival, key, value, headers: originHeaders(origin) }
}

/** A rejected record, with the headers that dead letters of a run have. `checked`: the checked topic of the gate. */
export function rejectedRecord(rejection: SourceRejection, target: RecordTarget, origin: RowOrigin, checked: string): PlacedRecord {
  const headers = { ...deadLetterHeaders(rejection), [CHECKED]: checked, ...originHeaders(origin) }
  return { ...target, timestamp: origin.arrival, key: undefined, value: rejection.raw, headers }
}

/** Bytes of a record in a topic, about. */
export function recordBytes({ key, value, headers }: PlacedRecord): number {
  let bytes = Buffer.byteLength(value) + (key?.length ?? 0)
  for (const name in headers) bytes += name.length + headers[name].length
  return bytes
}

/** The raw record of a record that a gate wrote. Its arrival is a header: the broker may set the time of a record. */
export function rawOriginOf({ partition, records }: FetchedRecords, row: number, topic: string): RawOrigin {
  const headers = new Map(headersOf(records, row).map(({ name, value }) => [name, value?.toString()]))
  const [rawOffset, arrival] = [Number(headers.get(RAW_OFFSET)), Number(headers.get(INGESTED))]
  if (Number.isSafeInteger(rawOffset) && Number.isSafeInteger(arrival)) return { rawOffset, rawTopicId: headers.get(RAW_TOPIC), arrival }
  const problem = `has a record without ${RAW_OFFSET} and ${INGESTED}: something else than a gate writes to it. Name a topic that only a gate writes`
  throw new SpillwayError('SPILL_DATA', problem, { place: recordPlaceText(`kafka:${topic}`, partition, records.offsets[row]) })
}
