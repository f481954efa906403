/** A topic of Kafka as a place in plain data, and the texts that name topics and brokers. */
import type { SettingIR } from '../ir/index.ts'

/** A token for OAUTHBEARER: its text, or its text and when it expires, UTC milliseconds. A JWT says by itself when it expires. */
export type KafkaToken = string | { readonly token: string; readonly expiresAt?: number }

/** Gives a token. Called before the first connection, and again before the token expires. */
export type KafkaTokenFunction = () => KafkaToken | Promise<KafkaToken>

type PasswordMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** A login as plain data. Mechanisms have the names of the protocol. */
export type KafkaLoginIR =
  | { readonly mechanism: PasswordMechanism; readonly username: SettingIR; readonly password: SettingIR }
  | {
      readonly mechanism: 'OAUTHBEARER'
      readonly token: SettingIR | { readonly kind: 'function' }
      readonly extensions?: Readonly<Record<string, SettingIR>>
    }

/** TLS as plain data. */
export interface KafkaTlsIR {
  readonly ca?: SettingIR
  readonly cert?: SettingIR
  readonly key?: SettingIR
  readonly passphrase?: SettingIR
  readonly serverName?: string
}

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

/** A schema registry as plain data. */
export interface KafkaRegistryIR {
  readonly url: SettingIR
  readonly username?: SettingIR
  readonly password?: SettingIR
}

/** Variable of the schema registry, unless a place says otherwise. */
export const SCHEMA_REGISTRY = 'SCHEMA_REGISTRY'

/** Formats that are read with the schemas of a registry. */
export const needsRegistry = (format: KafkaFormat): format is 'avro' | 'protobuf' => format === 'avro' || format === 'protobuf'

/** A topic of Kafka as plain data. */
export interface KafkaPlaceIR {
  readonly kind: 'kafka'
  readonly topic: string
  /** `host:port,host:port`. */
  readonly brokers: SettingIR
  /** The start of a run that has not read the topic before; a time as UTC milliseconds. */
  readonly from?: 'earliest' | 'latest' | number
  readonly group?: string
  readonly tombstones?: 'reject' | 'skip'
  /** Default `json`. */
  readonly value?: KafkaFormat
  /** Of formats that need one; default the variable `SCHEMA_REGISTRY`. */
  readonly registry?: KafkaRegistryIR
  readonly columns?: KafkaColumnsIR
  readonly sasl?: KafkaLoginIR
  readonly tls?: KafkaTlsIR
}

/** Variable of the brokers, unless a place says otherwise. */
export const KAFKA_BROKERS = 'KAFKA_BROKERS'

/** The topic of an address without further settings: `kafka:payments`. */
export const plainKafkaPlace = (topic: string): KafkaPlaceIR => ({ kind: 'kafka', topic, brokers: { kind: 'env', name: KAFKA_BROKERS } })

/** Can a topic have this name? `.` and `..` are the names of folders of a broker. */
export const isTopicName = (name: unknown): name is string =>
  typeof name === 'string' && /^[A-Za-z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'

/** The brokers of a text `host:port,host:port`; the first part that is none, as `wrong`. */
export function brokerList(text: string): { readonly brokers: readonly string[]; readonly wrong: string | undefined } {
  const brokers = text.split(',').map(broker => broker.trim())
  return { brokers, wrong: brokers.find(broker => !/^(?:\[[\da-fA-F:.]+\]|[^\s:/@[\]]+):\d{1,5}$/.test(broker)) }
}
