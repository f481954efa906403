/** A topic of Kafka as a place in `spillway.config.ts`: its brokers, how to log in, and which certificates to trust. */
import { didYouMean, limits, show, timestampMs } from '../../base/index.ts'
import { env, type Setting, settingIR } from '../action/setting.ts'
import type { SettingIR } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, optionNames, parseOptions } from '../mistake/names.ts'
import { type FeedPlace, feedPlaceOf, FeedPlaceValue } from './feed-place.ts'
import {
  brokerList,
  isTopicName,
  KAFKA_BROKERS,
  type KafkaColumnsIR,
  type KafkaFormat,
  type KafkaLoginIR,
  type KafkaPlaceIR,
  type KafkaTlsIR,
  type KafkaTokenFunction,
  needsRegistry,
  SCHEMA_REGISTRY,
} from './kafka-place-ir.ts'
import { formatIR, type KafkaRegistry, registryIR } from './kafka-registry.ts'
import { secretIR } from './secret.ts'

/** Login by a name and a password, as `sasl.mechanism` of Kafka names it, in small letters. */
export interface KafkaPasswordLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  /** The name of the account, or the id of an API key. */
  readonly username: string | Setting
  /** The password, or the secret of an API key. A file is read again at each connection. */
  readonly password: Setting
}

/** Login by a token. */
export interface KafkaTokenLogin {
  readonly mechanism: 'oauthbearer'
  /** A function, or a file that another program keeps fresh: it is read again at each login. A variable is not refreshed. */
  readonly token: Setting | KafkaTokenFunction
  /** SASL extensions that the broker asks for, such as `{ logicalCluster: 'lkc-1' }` of Confluent Cloud. */
  readonly extensions?: Readonly<Record<string, string | Setting>>
}

/** Certificates of connections, each in PEM. Files are read again at each connection, so that they can be renewed while a run reads. */
export interface KafkaTls {
  /** The certificates of the CAs that sign those of brokers. Default: the CAs that Node trusts. */
  readonly ca?: Setting
  /** The certificate of this client, with intermediate ones behind it, for brokers that ask for one. */
  readonly cert?: Setting
  /** The private key of `cert`. */
  readonly key?: Setting
  /** The password of an encrypted `key`. */
  readonly passphrase?: Setting
  /** The name that certificates of all brokers must be for, also sent as SNI. Default: the host of each broker. */
  readonly serverName?: string
}

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
export interface KafkaPlaceOptions {
  /** The topic. All of its partitions are read. */
  readonly topic: string
  /** Some brokers as `'host:port,host:port'` or a list; they tell the others. Default `env('KAFKA_BROKERS')`. */
  readonly brokers?: string | readonly string[] | Setting
  /**
   * Where a run begins that has not read the topic before: `'earliest'`, the default, `'latest'`, or a time such as `'2026-01-01T00:00Z'`.
   * Afterwards it goes on behind the last record that it has read.
   */
  readonly from?: string
  /** Consumer group that is told the committed offsets, for tools that show lag. Default `'spillway'`. The run does not read them. */
  readonly group?: string
  /** Records without a value: `'reject'`, the default, makes them dead letters, and `'skip'` leaves them out. */
  readonly tombstones?: 'reject' | 'skip'
  /**
   * Format of the values: `'json'`, the default, or what Confluent's serializers write, `'json-schema'`, `'avro'` or `'protobuf'`, whose
   * values begin with the id of their schema.
   */
  readonly value?: KafkaFormat
  /** Schema registry of `'avro'` and `'protobuf'`. Default `env('SCHEMA_REGISTRY')`. */
  readonly registry?: string | Setting | KafkaRegistry
  /** Columns that are no fields of the values, which must be JSON: `{ key: 'card', headers: { trace: 'x-trace-id' } }`. */
  readonly columns?: KafkaColumns
  /** Login of this client. Without it brokers see an anonymous client, or the name in its certificate. */
  readonly sasl?: KafkaPasswordLogin | KafkaTokenLogin
  /** Encrypts connections and checks the certificates of brokers. `true` for the CAs that Node trusts. */
  readonly tls?: boolean | KafkaTls
}

const placeOptions = optionNames<KafkaPlaceOptions>({
  topic: true,
  brokers: true,
  from: true,
  group: true,
  tombstones: true,
  value: true,
  registry: true,
  columns: true,
  sasl: true,
  tls: true,
})
const columnOptions = optionNames<KafkaColumns>({ key: true, timestamp: true, headers: true })
const passwordOptions = optionNames<KafkaPasswordLogin>({ mechanism: true, username: true, password: true })
const tokenOptions = optionNames<KafkaTokenLogin>({ mechanism: true, token: true, extensions: true })
const tlsOptions = optionNames<KafkaTls>({ ca: true, cert: true, key: true, passphrase: true, serverName: true })

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const
const OAUTHBEARER = 'oauthbearer'
const mechanismNames: readonly string[] = [...Object.keys(mechanisms), OAUTHBEARER]

/**
 * A topic of Kafka, as the `feed` of a source in `spillway.config.ts`, or among the `sources` of `run` and of the plugin. The text
 * `'kafka:payments'` is the same topic of `env('KAFKA_BROKERS')`, without login and TLS.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a secret in the file, an unknown option, or one that does not fit.
 * @example
 * const place = kafka({
 *   brokers: env('KAFKA_BROKERS'),
 *   topic: 'payments',
 *   sasl: { mechanism: 'scram-sha-512', username: 'fraud', password: env('KAFKA_PASSWORD') },
 *   tls: { ca: secretFile('kafka-ca.pem') },
 * })
 */
export function kafkaFeed(options: KafkaPlaceOptions): FeedPlace {
  const subject = 'kafka'
  checkOptions(subject, options, placeOptions)
  const { topic, brokers = env(KAFKA_BROKERS), from, group, tombstones, value, columns, sasl, tls = false } = options
  const format = value === undefined ? 'json' : formatIR(`${subject}: value`, value)
  const { registry = needsRegistry(format) ? env(SCHEMA_REGISTRY) : undefined } = options
  if (columns !== undefined && format !== 'json')
    mistake(`${subject}: columns are added to values of JSON, and the values of this topic are '${format}'`)
  if (!isTopicName(topic)) mistake(`${subject}: topic is a name of letters, digits, ., _ and -, such as 'payments', got ${show(topic)}`)
  const token = sasl?.mechanism === OAUTHBEARER && typeof sasl.token === 'function' ? sasl.token : undefined
  const ir: KafkaPlaceIR = {
    kind: 'kafka',
    topic,
    brokers: brokersIR(subject, brokers),
    ...parseOptions(subject, { from }, startIR),
    ...parseOptions(subject, { group }, groupName),
    ...parseOptions(subject, { tombstones }, tombstonesIR),
    ...(format !== 'json' && { value: format }),
    ...parseOptions(subject, { registry }, (label, each) => registryIR(label, each, format)),
    ...parseOptions(subject, { columns }, columnsIR),
    ...parseOptions(subject, { sasl }, loginIR),
    ...(tls !== false && { tls: tlsIR(`${subject}: tls`, tls) }),
  }
  return feedPlaceOf(new FeedPlaceValue(ir, token && { token }))
}

function brokersIR(subject: string, value: unknown): SettingIR {
  const label = `${subject}: brokers`
  const setting = settingIR(label, Array.isArray(value) ? value.join(',') : value)
  const wrong = setting.kind === 'value' ? brokerList(setting.value).wrong : undefined
  // A text with @ may hold a password.
  const shown = wrong?.includes('@') ? '' : `, got '${wrong}'`
  if (wrong !== undefined) mistake(`${label} are 'host:port,host:port' without a scheme or a password${shown}`)
  return setting
}

function startIR(subject: string, value: unknown): 'earliest' | 'latest' | number {
  if (value === 'earliest' || value === 'latest') return value
  const ms = typeof value === 'string' ? timestampMs(value) : undefined
  if (ms === undefined || ms < 0 || ms > limits.TIME_MS_MAX)
    mistake(`${subject} is 'earliest', 'latest' or a time with its offset, such as '2026-01-01T00:00Z', got ${show(value)}`)
  return ms
}

function groupName(subject: string, value: unknown): string {
  if (typeof value !== 'string' || !/^\S{1,255}$/.test(value)) mistake(`${subject} is a name without spaces, got ${show(value)}`)
  return value
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

function loginIR(subject: string, value: unknown): KafkaLoginIR {
  const login = Object(value) as Partial<Readonly<Record<keyof KafkaPasswordLogin | keyof KafkaTokenLogin, unknown>>>
  const name = String(login.mechanism)
  if (!mechanismNames.includes(name))
    mistake(
      `${subject}: mechanism is ${mechanismNames.map(each => `'${each}'`).join(', ')}, got ${show(login.mechanism)}${didYouMean(name.toLowerCase(), mechanismNames)}`,
    )
  if (name === OAUTHBEARER) {
    checkOptions(subject, value, tokenOptions)
    const { token, extensions } = login
    return {
      mechanism: 'OAUTHBEARER',
      token: typeof token === 'function' ? { kind: 'function' } : secretIR(`${subject}: token`, token, 'secretFile(…) or a function'),
      ...parseOptions(subject, { extensions }, extensionsIR),
    }
  }
  checkOptions(subject, value, passwordOptions)
  return {
    mechanism: mechanisms[name as keyof typeof mechanisms],
    username: settingIR(`${subject}: username`, login.username),
    password: secretIR(`${subject}: password`, login.password),
  }
}

function extensionsIR(subject: string, value: unknown): Record<string, SettingIR> {
  if (value === null || typeof value !== 'object') mistake(`${subject} are { name: value }, got ${show(value)}`)
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, settingIR(`${subject} '${name}'`, text)]))
}

function tlsIR(subject: string, value: unknown): KafkaTlsIR {
  if (value === true) return {}
  checkOptions(subject, value, tlsOptions)
  const { ca, cert, key, passphrase, serverName } = value as KafkaTls
  if (serverName !== undefined && (typeof serverName !== 'string' || !/^[^\s:/]+$/.test(serverName)))
    mistake(`${subject}: serverName is the name of a host without a port, got ${show(serverName)}`)
  if ((cert === undefined) !== (key === undefined))
    mistake(`${subject}: cert and key belong together; ${cert === undefined ? 'add the cert of the key' : 'add the key of the cert'}`)
  if (passphrase !== undefined && key === undefined) mistake(`${subject}: passphrase is that of a key; add key, or leave it out`)
  return {
    ...parseOptions(subject, { ca, cert }, pemIR),
    ...parseOptions(subject, { key, passphrase }, (label, secret) => secretIR(label, secret)),
    ...(serverName !== undefined && { serverName }),
  }
}

/** A certificate is no secret, but a path and a text of PEM look alike to a reader of the file. */
function pemIR(subject: string, value: unknown): SettingIR {
  if (typeof value === 'string') mistake(`${subject} is PEM from a file or a variable; write secretFile('ca.pem') or env('NAME')`)
  return settingIR(subject, value)
}
