/** A topic of Kafka as a place in `spillway.config.ts`: its brokers, how to log in, and which certificates to trust. */
import { limits, show, timestampMs } from '../../base/index.ts'
import { connectionIR, type KafkaConnectionOptions, tokenFunctionOf } from '../action/kafka-connection.ts'
import { env, type Setting } from '../action/setting.ts'
import { isTopicName } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, optionNames, parseOptions } from '../mistake/names.ts'
import { type FeedPlace, feedPlaceOf, FeedPlaceValue } from './feed-place.ts'
import {
  type KafkaColumnsIR,
  type KafkaFormat,
  type KafkaMembership,
  kafkaMemberships,
  isPartitionOffsets,
  type KafkaPlaceIR,
  needsRegistry,
  type PartitionOffsetsIR,
  SCHEMA_REGISTRY,
} from './kafka-place-ir.ts'
import { formatIR, type KafkaRegistry, registryIR } from './kafka-registry.ts'

/** Columns of events that a topic keeps beside the values of its records. They replace fields of the values with the same name. */
export interface KafkaColumns {
  /** The column that has the key of a record. */
  readonly key?: string
  /** The column that has the time of a record: when it was made, or when the broker received it, as the topic says. */
  readonly timestamp?: string
  /** Names of headers, by column: `{ trace: 'x-trace-id' }`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Options of `kafka` in `spillway/config`. */
export interface KafkaPlaceOptions extends KafkaConnectionOptions {
  /** The topic. All of its partitions are read. */
  readonly topic: string
  /**
   * Where a run begins that has not read the topic before: `'earliest'`, the default, `'latest'`, a time such as `'2026-01-01T00:00Z'`, or
   * offsets of partitions, `{ 0: 1200, 1: 40 }`; partitions that are not named begin with their first record. Afterwards it goes on behind the
   * last record that it has read.
   */
  readonly from?: string | Readonly<Record<number, number>>
  /**
   * Where a history ends: records of this time or later are left out, such as `'2026-02-01T00:00Z'`, or of these offsets or later,
   * `{ 0: 1300 }`. Not for a feed.
   */
  readonly to?: string | Readonly<Record<number, number>>
  /** Consumer group that gets the committed offsets, for tools that show lag. Default `'spillway'`. The run does not read them. */
  readonly group?: string
  /**
   * Shares the topic with other runs in `group`: each reads the partitions that the group assigns to it. `'consumer'` is the protocol of
   * KIP-848, of Kafka 4.0 or newer, and `'classic'` the one before it. Only for pipelines whose decisions read nothing of earlier records.
   */
  readonly membership?: KafkaMembership
  /** Records without a value: `'reject'`, the default, makes them dead letters, and `'skip'` leaves them out. */
  readonly tombstones?: 'reject' | 'skip'
  /**
   * Format of the values: `'json'`, the default, or what Confluent's serializers write, `'json-schema'`, `'avro'` or `'protobuf'`, whose
   * values begin with the id of their schema.
   */
  readonly value?: KafkaFormat
  /**
   * Schema registry of `'avro'` and `'protobuf'`; default `env('SCHEMA_REGISTRY')`. With `'json-schema'` it must know the id of each value as a
   * JSON Schema. The values are not validated against it; without a registry the ids are passed over.
   */
  readonly registry?: string | Setting | KafkaRegistry
  /** Columns that are no fields of the values: `{ key: 'card', headers: { trace: 'x-trace-id' } }`. */
  readonly columns?: KafkaColumns
}

const placeOptions = optionNames<KafkaPlaceOptions>({
  topic: true,
  brokers: true,
  from: true,
  to: true,
  group: true,
  membership: true,
  tombstones: true,
  value: true,
  registry: true,
  columns: true,
  sasl: true,
  tls: true,
})
const columnOptions = optionNames<KafkaColumns>({ key: true, timestamp: true, headers: true })
/** A topic that a run reads. Throws `SPILL_DEFINITION` as `kafka` does. */
export function kafkaPlace(options: KafkaPlaceOptions): FeedPlace {
  const subject = 'kafka'
  checkOptions(subject, options, placeOptions)
  const { topic, brokers, from, to, group, membership, tombstones, value, columns, sasl, tls } = options
  const format = value === undefined ? 'json' : formatIR(`${subject}: value`, value)
  const { registry = needsRegistry(format) ? env(SCHEMA_REGISTRY) : undefined } = options
  if (!isTopicName(topic)) mistake(`${subject}: topic is a name of letters, digits, ., _ and -, such as 'payments', got ${show(topic)}`)
  if (membership !== undefined && group === undefined)
    mistake(`${subject}: membership needs the name of the group that its runs share: group: 'fraud'`)
  const token = tokenFunctionOf(sasl)
  const ir: KafkaPlaceIR = {
    kind: 'kafka',
    topic,
    ...connectionIR(
      subject,
      { ...(brokers !== undefined && { brokers }), ...(sasl && { sasl }), ...(tls !== undefined && { tls }) },
      { allowsFunction: true },
    ),
    ...parseOptions(subject, { from }, startIR),
    ...parseOptions(subject, { to }, endIR),
    ...parseOptions(subject, { group }, groupName),
    ...parseOptions(subject, { membership }, membershipIR),
    ...parseOptions(subject, { tombstones }, tombstonesIR),
    ...(format !== 'json' && { value: format }),
    ...parseOptions(subject, { registry }, (label, each) => registryIR(label, each, format)),
    ...parseOptions(subject, { columns }, columnsIR),
  }
  return feedPlaceOf(new FeedPlaceValue(ir, token && { token }))
}

function startIR(subject: string, value: unknown): NonNullable<KafkaPlaceIR['from']> {
  return value === 'earliest' || value === 'latest' ? value : endIR(subject, value, `'earliest', 'latest', `)
}

function endIR(subject: string, value: unknown, others = ''): number | PartitionOffsetsIR {
  if (value !== null && typeof value === 'object' && isPartitionOffsets(value)) return { ...value }
  const ms = typeof value === 'string' ? timestampMs(value) : undefined
  if (ms === undefined || ms < 0 || ms > limits.TIME_MS_MAX)
    mistake(
      `${subject} is ${others}a time with its offset, such as '2026-01-01T00:00Z', or offsets of partitions, { 0: 1200, 1: 40 }, got ${show(value)}`,
    )
  return ms
}

function groupName(subject: string, value: unknown): string {
  if (typeof value !== 'string' || !/^\S{1,255}$/.test(value)) mistake(`${subject} is a name without spaces, got ${show(value)}`)
  return value
}

function membershipIR(subject: string, value: unknown): KafkaMembership {
  const membership = kafkaMemberships.find(name => name === value)
  if (membership === undefined) mistake(`${subject} is ${kafkaMemberships.map(name => `'${name}'`).join(' or ')}, got ${show(value)}`)
  return membership
}

function tombstonesIR(subject: string, value: unknown): 'reject' | 'skip' {
  if (value !== 'reject' && value !== 'skip') mistake(`${subject} is 'reject' or 'skip', got ${show(value)}`)
  return value
}

function columnsIR(subject: string, value: unknown): KafkaColumnsIR {
  checkOptions(subject, value, columnOptions)
  const { key, timestamp, headers } = value as KafkaColumns
  const ir = { ...parseOptions(subject, { key, timestamp }, textOf), ...parseOptions(subject, { headers }, headersIR) }
  const names = [ir.key, ir.timestamp, ...Object.keys(ir.headers ?? {})].filter(name => name !== undefined)
  const repeated = names.find((name, i) => names.indexOf(name) < i)
  if (repeated !== undefined) mistake(`${subject} has '${repeated}' twice; a column has one value`)
  return ir
}

function headersIR(subject: string, value: unknown): Record<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    mistake(`${subject} are { column: 'header' }, got ${show(value)}`)
  return Object.fromEntries(Object.entries(value).map(([column, header]) => [column, textOf(`${subject}.${column}`, header)]))
}

function textOf(subject: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') mistake(`${subject} is a name, got ${show(value)}`)
  return value
}
