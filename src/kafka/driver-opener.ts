/** Opens drivers with settings from the environment and from files, which may be renewed while a run reads. */
import { SpillwayError } from '../base/index.ts'
import { type SettingReader, settingReader } from '../base/node/index.ts'
import type { KafkaTokenFunction } from '../define/action/index.ts'
import { brokerList, type KafkaConnectionIR, type KafkaLoginIR, type KafkaTlsIR } from '../define/ir/index.ts'
import { openKafkaDriver } from './open-driver.ts'
import { type KafkaConnection, type KafkaDriver, KafkaError } from './port/driver.ts'
import { checkCertificates } from './security/certificates.ts'
import type { KafkaCertificates, KafkaLogin } from './security/security.ts'
import { TokenSource } from './security/token-source.ts'

const CLIENT_ID = 'spillway'

/** The owner of a connection, and the places of its settings. */
interface ConnectionSettings {
  /** For messages: `source 'payments': kafka:payments`. */
  readonly owner: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Gives the token of a login, if a function does. */
  readonly token?: KafkaTokenFunction | undefined
}

/**
 * Checks the settings of a connection, and returns a function that opens a driver with them. It reads them again each time. One that cannot
 * be read then, such as a file that is being replaced, counts as missing credentials, for which the reader of a topic waits.
 *
 *     const open = driverOpener({ topic: 'payments', brokers: { kind: 'env', name: 'KAFKA_BROKERS' } }, { owner: "source 'payments'", env })
 *     const driver = open()
 *
 * @throws `SPILL_INPUT` like `connectionLoader`; the function throws a `KafkaError` (`no-credentials`) instead, and `SPILL_PACKAGE` without
 * the package `@platformatic/kafka`.
 */
export function driverOpener(ir: KafkaConnectionIR & { readonly topic: string }, settings: ConnectionSettings): () => KafkaDriver {
  const load = connectionLoader(ir, settings)
  load()
  return () => {
    let connection
    try {
      connection = load()
    } catch (error) {
      throw new KafkaError('no-credentials', (error as Error).message, { cause: error })
    }
    return openKafkaDriver(connection)
  }
}

/**
 * Returns a function that reads the settings of a connection, each time anew.
 *
 * @throws `SPILL_INPUT` (the function too) for a variable that is not set, a file that cannot be read, and certificates and keys that cannot
 * be used. Messages name the source, the topic and the setting, and show no secret.
 */
export function connectionLoader(
  ir: KafkaConnectionIR & { readonly topic: string },
  { owner, env, token }: ConnectionSettings,
): () => KafkaConnection {
  const read = settingReader(owner, env)
  const tokens = ir.sasl?.mechanism === 'OAUTHBEARER' ? tokenSource(ir.sasl, token, read) : undefined
  return () => {
    const login = ir.sasl && loginOf(ir.sasl, tokens, read)
    const tls = ir.tls && certificatesOf(ir.tls, owner, read)
    const security = { ...(login && { login }), ...(tls && { tls }) }
    return { brokers: brokersOf(ir, env, read), clientId: CLIENT_ID, ...((login || tls) && { security }) }
  }
}

function brokersOf(
  { topic, brokers: setting }: Parameters<typeof connectionLoader>[0],
  env: ConnectionSettings['env'],
  read: SettingReader,
): readonly string[] {
  const text = setting.kind === 'env' ? (env[setting.name] ?? '') : read('brokers', setting)
  const { brokers, wrong } = brokerList(text)
  if (wrong === undefined) return brokers
  const subject = setting.kind === 'value' ? 'brokers' : setting.name
  // A text with @ may hold a password.
  const problem = text === '' ? 'not set' : wrong.includes('@') ? 'a text with @' : `'${wrong}'`
  throw new SpillwayError('SPILL_INPUT', `${subject} is ${problem}: set it to host:port,host:port`, { place: `kafka:${topic}` })
}

function loginOf(ir: KafkaLoginIR, tokens: TokenSource | undefined, read: SettingReader): KafkaLogin {
  if (ir.mechanism !== 'OAUTHBEARER')
    return {
      mechanism: ir.mechanism,
      username: read('sasl.username', ir.username),
      password: read('sasl.password', ir.password),
    }
  // A variable or a file that is missing is found before a connection.
  if (ir.token.kind !== 'function') read('sasl.token', ir.token)
  const extensions = Object.entries(ir.extensions ?? {}).map(
    ([name, setting]) => [name, read(`sasl.extensions '${name}'`, setting)] as const,
  )
  return { mechanism: ir.mechanism, token: tokens!.token, extensions: Object.fromEntries(extensions) }
}

function tokenSource(
  { token }: Extract<KafkaLoginIR, { readonly mechanism: 'OAUTHBEARER' }>,
  tokenFunction: KafkaTokenFunction | undefined,
  read: SettingReader,
): TokenSource {
  return new TokenSource(token.kind === 'function' ? tokenFunction! : () => read('sasl.token', token))
}

function certificatesOf({ serverName, ...settings }: KafkaTlsIR, owner: string, read: SettingReader): KafkaCertificates {
  const texts = Object.entries(settings).map(([name, setting]) => [name, read(`tls.${name}`, setting)] as const)
  const certificates: KafkaCertificates = { ...Object.fromEntries(texts), ...(serverName !== undefined && { serverName }) }
  try {
    checkCertificates(certificates)
  } catch (error) {
    throw new SpillwayError('SPILL_INPUT', `${owner}: ${(error as Error).message}`, { cause: error })
  }
  return certificates
}
