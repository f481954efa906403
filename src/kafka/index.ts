/** Kafka: the port of its client, and the records of a topic. The client itself is loaded when a topic is opened. */
export {
  type FetchedRecords,
  type GroupMember,
  type GroupProtocol,
  type KafkaDriver,
  KafkaError,
  passingKinds,
  type NewRecord,
  type OffsetQuery,
  type PartitionPlace,
  type PlacedRecord,
  type StoredOffset,
  type TopicDescription,
  type TopicFetch,
  type TransactionWriter,
  type WriterIdentity,
} from './port/driver.ts'
export { fetchedSlices } from './fetched-slices.ts'
export { openValueFormat, type ValueFormatOptions } from './open-format.ts'
export { keptBytes } from './format/rejected-value.ts'
export type { ValueFormat } from './format/value-format.ts'
export { SCHEMA_ID_MAGIC } from './format/wire-format.ts'
export { javaPartition } from './java-partition.ts'
export { driverOpener } from './driver-opener.ts'
export { openWriter } from './port/open-writer.ts'
export { deadLetterHeaders } from './dead-letter-headers.ts'
export { type PartitionEnds, partitionEnds } from './partition-ends.ts'
export { parseRecordPlace, type RecordPlace, recordPlaceText } from './record-place.ts'
export { registeredColumns } from './registry/declared-columns.ts'
export { headersOf, type RecordColumns } from './records/record-set.ts'
export { isOtherTopic, topicIdText } from './topic-id.ts'
