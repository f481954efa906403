/** Connections to Kafka: brokers, login and certificates, of a feed and of an effect. */
import { didYouMean, show } from '../../base/index.ts'
import { brokerList, KAFKA_BROKERS, type KafkaConnectionIR, type KafkaLoginIR, type KafkaTlsIR, type SettingIR } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, optionNames, parseOptions } from '../mistake/names.ts'
import { secretIR } from './secret.ts'
import { env, type Setting, settingIR } from './setting.ts'

/** A token for OAUTHBEARER: its text, or its text and when it expires, UTC milliseconds. A JWT says by itself when it expires. */
export type KafkaToken = string | { readonly token: string; readonly expiresAt?: number }

/** Gives a token. Called before the first connection, and again before the token expires. */
export type KafkaTokenFunction = () => KafkaToken | Promise<KafkaToken>

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

/** The options of a connection, of a feed and of an effect alike. */
export interface KafkaConnectionOptions {
  /** Some brokers as `'host:port,host:port'` or a list; they tell the others. Default `env('KAFKA_BROKERS')`. */
  readonly brokers?: string | readonly string[] | Setting
  /** Login of this client. Without it brokers see an anonymous client, or the name in its certificate. */
  readonly sasl?: KafkaPasswordLogin | KafkaTokenLogin
  /** Encrypts connections and checks the certificates of brokers. `true` for the CAs that Node trusts. */
  readonly tls?: boolean | KafkaTls
}

const passwordOptions = optionNames<KafkaPasswordLogin>({ mechanism: true, username: true, password: true })
const tokenOptions = optionNames<KafkaTokenLogin>({ mechanism: true, token: true, extensions: true })
const tlsOptions = optionNames<KafkaTls>({ ca: true, cert: true, key: true, passphrase: true, serverName: true })

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const
const OAUTHBEARER = 'oauthbearer'
const mechanismNames: readonly string[] = [...Object.keys(mechanisms), OAUTHBEARER]

/** The connection as plain data. `allowsFunction`: the token of a login may come from a function, which plain data cannot hold. */
export function connectionIR(
  subject: string,
  { brokers = env(KAFKA_BROKERS), sasl, tls = false }: KafkaConnectionOptions,
  { allowsFunction }: { readonly allowsFunction: boolean },
): KafkaConnectionIR {
  if (!allowsFunction && tokenFunctionOf(sasl))
    mistake(
      `${subject}: sasl: token is a function, which an effect cannot have; write secretFile(…), a file that another program keeps fresh`,
    )
  return {
    brokers: brokersIR(subject, brokers),
    ...parseOptions(subject, { sasl }, loginIR),
    ...(tls !== false && { tls: tlsIR(`${subject}: tls`, tls) }),
  }
}

/** The function that gives the token of a login, if one does. */
export const tokenFunctionOf = (sasl: KafkaConnectionOptions['sasl']): KafkaTokenFunction | undefined =>
  sasl?.mechanism === OAUTHBEARER && typeof sasl.token === 'function' ? sasl.token : undefined

function brokersIR(subject: string, value: unknown): SettingIR {
  const label = `${subject}: brokers`
  const setting = settingIR(label, Array.isArray(value) ? value.join(',') : value)
  const wrong = setting.kind === 'value' ? brokerList(setting.value).wrong : undefined
  // A text with @ may hold a password.
  const shown = wrong?.includes('@') ? '' : `, got '${wrong}'`
  if (wrong !== undefined) mistake(`${label} are 'host:port,host:port' without a scheme or a password${shown}`)
  return setting
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
