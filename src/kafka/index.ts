/** Kafka: the port of its client, and the records of a topic. The client itself is loaded when a topic is opened. */
export {
  type FetchedRecords,
  type FetchOptions,
  type KafkaConnection,
  type KafkaDriver,
  KafkaError,
  type OffsetQuery,
  type TopicDescription,
  type TopicFetch,
} from './driver.ts'
export { openKafkaDriver } from './open-driver.ts'
export { type DamagedBatch, headersOf, type RecordColumns, type TopicHeader } from './record-set.ts'
