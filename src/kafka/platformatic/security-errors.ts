/**
 * Explains why a connection cannot be secured: which broker, which setting, and what to do. None of these errors passes by trying again with
 * the same settings and the same broker, except for a token that its issuer does not give at the moment.
 */
import * as client from '@platformatic/kafka'
import { KafkaError } from '../port/driver.ts'
import { TokenError } from '../security/security.ts'

/** Codes of Node and OpenSSL for a certificate of a broker, with the fix. */
const certificateFixes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it, or the certificate of its CA, has expired; renew it at the broker',
  CERT_NOT_YET_VALID: 'it is not valid yet; compare the clocks of this machine and of its CA',
  CERT_REVOKED: 'it is revoked; renew it at the broker',
  CERT_SIGNATURE_FAILURE: untrusted('its signature is wrong'),
  CERT_UNTRUSTED: untrusted('its CA is not trusted'),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('it is signed by itself'),
  INVALID_CA: untrusted('its issuer is no CA'),
  INVALID_PURPOSE: 'it is not made for servers; give the broker another',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('its CA is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('its CA is unknown'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted('its CA is unknown'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted('its CA is unknown'),
}

function untrusted(reason: string): string {
  return `${reason}; set tls.ca to the certificate of the CA that signs those of the brokers`
}

/** Alerts by which a broker rejects the certificate of the client, or the lack of one. */
const rejectedCertificate =
  /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)/

const [UNSUPPORTED_MECHANISM, ILLEGAL_STATE, LOGIN_FAILED] = [33, 34, 58]

/**
 * The explained error of a failed login or handshake; undefined for any other error. `errors` are an error and what it collects or was caused
 * by, each before its causes.
 */
export function securityError(errors: readonly Error[]): KafkaError | undefined {
  // The client names the broker in the text of an outer error.
  let broker = 'Kafka'
  for (const error of errors) {
    const address = /^Connection to (\S+) failed/.exec(error.message)?.[1]
    if (address !== undefined) broker = `broker ${address}`
    if (error instanceof TokenError) return new KafkaError('no-credentials', `${broker}: ${error.message}`, { cause: errors[0] })
    const reason = loginReason(error, errors) ?? tlsReason(error)
    if (reason !== undefined) return new KafkaError('denied', `${broker}: ${reason}`, { cause: errors[0] })
  }
  return undefined
}

function loginReason(error: Error, errors: readonly Error[]): string | undefined {
  if (error instanceof client.ProtocolError) {
    const { apiCode, serverErrorMessage } = error as { apiCode?: unknown; serverErrorMessage?: string | null }
    if (apiCode === UNSUPPORTED_MECHANISM) return `it has another sasl.mechanism${mechanismsIn(errors)}`
    if (apiCode === ILLEGAL_STATE) return 'it asks for no login at this port; leave sasl out, or give the port at which it does'
    if (apiCode === LOGIN_FAILED)
      return `it rejects the login (${serverErrorMessage ?? 'no reason given'}); check sasl.mechanism, sasl.username and sasl.password`
    return undefined
  }
  if (!(error instanceof client.AuthenticationError) || isLost(error)) return undefined
  // The outer ones only say that it failed.
  return error.cause instanceof Error ? undefined : error.message
}

/** The mechanisms that a broker has, from its answer to a handshake. */
function mechanismsIn(errors: readonly Error[]): string {
  const answers = errors.map(error => (error as { response?: { mechanisms?: unknown } }).response?.mechanisms)
  const names = answers.find(Array.isArray) as readonly string[] | undefined
  return names && names.length > 0 ? `; it has ${names.map(name => name.toLowerCase()).join(', ')}` : ''
}

/** Was the login broken off by a lost connection, as when a broker restarts? */
function isLost(error: Error): boolean {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    if (cause instanceof client.NetworkError || cause instanceof client.TimeoutError) return true
  return false
}

function tlsReason(error: Error): string | undefined {
  if (error instanceof client.UserError && error.message.startsWith('Broker requires TLS'))
    return 'it expects TLS at this port; add tls: true, or tls: { ca: … }'
  const { code } = error as { readonly code?: unknown }
  if (typeof code !== 'string') return undefined
  if (Object.hasOwn(certificateFixes, code)) return `its certificate is not accepted: ${certificateFixes[code]} (${code})`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${otherNameText(error)} (${code})`
  if (rejectedCertificate.test(code)) return `it does not accept the certificate of this client; check tls.cert and tls.key (${code})`
  if (code.endsWith('WRONG_VERSION_NUMBER'))
    return `it does not speak TLS at this port; leave tls out, or give the port at which it does (${code})`
  if (code.endsWith('UNRECOGNIZED_NAME')) return `it has no certificate for this name; check tls.serverName (${code})`
  return undefined
}

/** Node adds the name that was looked for, and the certificate. */
function otherNameText(error: Error): string {
  const { host, cert } = error as { readonly host?: string; readonly cert?: { readonly subjectaltname?: string } }
  return `its certificate is for ${cert?.subjectaltname ?? 'no name'}, and not for ${host}; set tls.serverName to a name of the certificate, or name the brokers so`
}
