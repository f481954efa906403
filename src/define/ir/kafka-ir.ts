/** A connection to Kafka as plain data, and the texts that name topics and brokers. */
import type { SettingIR } from './setting-ir.ts'

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

/** A connection to a cluster as plain data. */
export interface KafkaConnectionIR {
  /** `host:port,host:port`. */
  readonly brokers: SettingIR
  readonly sasl?: KafkaLoginIR
  readonly tls?: KafkaTlsIR
}

/** Variable of the brokers, unless a place says otherwise. */
export const KAFKA_BROKERS = 'KAFKA_BROKERS'

/** Can a topic have this name? `.` and `..` are the names of folders of a broker. */
export const isTopicName = (name: unknown): name is string =>
  typeof name === 'string' && /^[A-Za-z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..'

/** The brokers of a text `host:port,host:port`; the first part that is none, as `wrong`. */
export function brokerList(text: string): { readonly brokers: readonly string[]; readonly wrong: string | undefined } {
  const brokers = text.split(',').map(broker => broker.trim())
  return { brokers, wrong: brokers.find(broker => !/^(?:\[[\da-fA-F:.]+\]|[^\s:/@[\]]+):\d{1,5}$/.test(broker)) }
}
