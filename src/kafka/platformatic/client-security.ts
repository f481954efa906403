/** The options of the client for a secured connection. */
import { isIP } from 'node:net'
import * as client from '@platformatic/kafka'
import { type KafkaCertificates, type KafkaLogin, type KafkaSecurity, TokenError } from '../security/security.ts'

type SecurityOptions = Pick<client.BaseOptions, 'sasl' | 'tls' | 'tlsServerName'>

/** Options of the client for the login and the certificates of a connection. */
export function clientSecurity(brokers: readonly string[], { login, tls }: KafkaSecurity = {}): SecurityOptions {
  return { ...(login && { sasl: saslOf(login) }), ...(tls && tlsOf(tls, brokers)) }
}

function saslOf(login: KafkaLogin): NonNullable<SecurityOptions['sasl']> {
  if (login.mechanism !== 'OAUTHBEARER') return login
  const { mechanism, token, extensions } = login
  return { mechanism, token, oauthBearerExtensions: { ...extensions }, authBytesValidator: checkTokenAnswer }
}

/**
 * The answer to a token is empty, or says why the token is rejected: RFC 7628, section 3.2.2. Without this check the connection would count
 * as logged in until its first request.
 */
const checkTokenAnswer: NonNullable<NonNullable<SecurityOptions['sasl']>['authBytesValidator']> = (answer, callback) => {
  if (answer.length === 0) return callback(null, answer)
  callback(new TokenError(`the broker rejects the token of sasl.token: ${tokenStatus(answer)}`))
}

function tokenStatus(answer: Buffer): string {
  try {
    return String((JSON.parse(answer.toString('utf8')) as { status?: unknown }).status)
  } catch {
    return 'its answer is not that of OAUTHBEARER'
  }
}

/** A broker behind a proxy is found by the server name (SNI), which the client sends only with this option. RFC 6066 forbids addresses. */
function tlsOf({ serverName, ...texts }: KafkaCertificates, brokers: readonly string[]): SecurityOptions {
  return { tls: texts, tlsServerName: serverName ?? !brokers.every(broker => isIP(hostOf(broker)) > 0) }
}

/** The host of `host:port` and `[::1]:port`. */
const hostOf = (broker: string): string => broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, '')
