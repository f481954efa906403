/** A topic of Kafka as a place in plain data. */
import { KAFKA_BROKERS, type KafkaConnectionIR, type SettingIR } from '../ir/index.ts'

/** Columns of events that records of a topic have beside their value. */
export interface KafkaColumnsIR {
  readonly key?: string
  readonly timestamp?: string
  /** Names of headers by column. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Formats of the values of a topic; all but `json` are behind the id of a schema, as Confluent's serializers write them. */
export const kafkaFormats = ['json', 'json-schema', 'avro', 'protobuf'] as const
export type KafkaFormat = (typeof kafkaFormats)[number]

/** Protocols by which runs share a topic, by the names of `group.protocol` in Kafka's configuration. */
export const kafkaMemberships = ['classic', 'consumer'] as const
export type KafkaMembership = (typeof kafkaMemberships)[number]

/** A schema registry as plain data. */
export interface KafkaRegistryIR {
  readonly url: SettingIR
  readonly username?: SettingIR
  readonly password?: SettingIR
}

/** Variable of the schema registry, unless a place says otherwise. */
export const SCHEMA_REGISTRY = 'SCHEMA_REGISTRY'

/** Formats that cannot be read without the schemas of a registry; `json-schema` can. */
export const needsRegistry = (format: KafkaFormat): format is 'avro' | 'protobuf' => format === 'avro' || format === 'protobuf'

/** Offsets by the number of their partition: `{ 0: 1200, 1: 40 }`. */
export type PartitionOffsetsIR = Readonly<Record<string, number>>

/** True for at least one offset, all of them by the number of a partition. */
export const isPartitionOffsets = (value: object): value is PartitionOffsetsIR =>
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([partition, offset]) => /^\d{1,6}$/.test(partition) && Number.isSafeInteger(offset) && offset >= 0)

/** A topic of Kafka as plain data. */
export interface KafkaPlaceIR extends KafkaConnectionIR {
  readonly kind: 'kafka'
  readonly topic: string
  /** The start of a run that has not read the topic before; a time as UTC milliseconds. */
  readonly from?: 'earliest' | 'latest' | number | PartitionOffsetsIR
  /** The end of a history, UTC milliseconds or offsets of records that are left out; not for a run. */
  readonly to?: number | PartitionOffsetsIR
  readonly group?: string
  /** The run joins its group, and reads the partitions that it assigns. Absent for a run that reads all of them. */
  readonly membership?: KafkaMembership
  readonly tombstones?: 'reject' | 'skip'
  /** Default `json`. */
  readonly value?: KafkaFormat
  /** Default the variable `SCHEMA_REGISTRY` for formats that need a registry; none for `json-schema`, whose ids are passed over then. */
  readonly registry?: KafkaRegistryIR
  readonly columns?: KafkaColumnsIR
}

/** The topic of an address without further settings: `kafka:payments`. */
export const plainKafkaPlace = (topic: string): KafkaPlaceIR => ({ kind: 'kafka', topic, brokers: { kind: 'env', name: KAFKA_BROKERS } })
