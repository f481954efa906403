/** The format of a topic's values in `spillway.config.ts`, and the schema registry that formats need. */
import { didYouMean, show } from '../../base/index.ts'
import { type Setting, settingIR } from '../action/setting.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, optionNames, parseOptions } from '../mistake/names.ts'
import { type KafkaFormat, kafkaFormats, type KafkaRegistryIR } from './kafka-place-ir.ts'
import { secretIR } from '../action/secret.ts'

/** A schema registry with Confluent's REST API: Confluent's own, Apicurio's under `/apis/ccompat/v7`, Karapace's, Redpanda's. */
export interface KafkaRegistry {
  /** `https://registry.example:8081`, with a path where the API has one. */
  readonly url: string | Setting
  /** The name of the account, or the id of an API key. */
  readonly username?: string | Setting
  /** The password, or the secret of an API key. */
  readonly password?: Setting
}

const registryOptions = optionNames<KafkaRegistry>({ url: true, username: true, password: true })

export function formatIR(subject: string, value: unknown): KafkaFormat {
  const format = kafkaFormats.find(each => each === value)
  const names = kafkaFormats.map(name => `'${name}'`).join(', ')
  return format ?? mistake(`${subject} is one of ${names}, got ${show(value)}${didYouMean(value, kafkaFormats)}`)
}

/** The registry of a format whose values are behind the id of a schema; a mistake for plain JSON. */
export function registryIR(subject: string, value: unknown, format: KafkaFormat): KafkaRegistryIR {
  if (format === 'json') mistake(`${subject} is for value: 'avro', 'protobuf' and 'json-schema'; the values of this topic are 'json'`)
  const { url, username, password } = registryOf(subject, value)
  const address = settingIR(`${subject}: url`, url)
  if (address.kind === 'value') checkUrl(`${subject}: url`, address.value)
  return {
    url: address,
    ...parseOptions(subject, { username }, settingIR),
    ...parseOptions(subject, { password }, (label, secret) => secretIR(label, secret)),
  }
}

/** An address alone, or an object. */
function registryOf(subject: string, value: unknown): { readonly [Name in keyof KafkaRegistry]: unknown } {
  const isObject = typeof value === 'object' && value !== null && 'url' in value
  if (!isObject) return { url: value }
  checkOptions(subject, value, registryOptions)
  return value
}

function checkUrl(subject: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    mistake(`${subject} is the address of a registry, such as 'https://registry.example:8081'`)
  if (url.username !== '' || url.password !== '') mistake(`${subject} must not hold a password; write username and password: env('NAME')`)
}
