/**
 * Remembers why a broker closed a connection. With TLS 1.3 a client counts as connected before the broker has looked at its certificate: the
 * broker's alert ends the connection later, and the client answers the requests on it with no reason.
 */
import type * as client from '@platformatic/kafka'
import { KafkaError } from '../port/driver.ts'
import type { KafkaSecurity } from '../security/security.ts'
import { kafkaError } from './errors.ts'

export class ConnectionAlerts {
  /** The settings that a port may need and the connection lacks. */
  readonly #missing: readonly string[]
  #alert: KafkaError | undefined

  constructor(admin: client.Admin, { login, tls }: KafkaSecurity = {}) {
    this.#missing = [login ? [] : 'sasl', tls ? [] : 'tls'].flat()
    admin.on('client:broker:connect', ({ broker, connection }) => {
      if (!broker) return
      connection?.on('error', error => {
        // The text of the error has no address.
        const failure = kafkaError(new Error(`Connection to ${broker.host}:${broker.port} failed`, { cause: error }))
        if (failure.kind === 'denied') this.#alert ??= failure
      })
    })
  }

  /** The error of a request, or the alert that ended its connection. A broker that goes away closes connections too, so these are hints. */
  explained(error: KafkaError): KafkaError {
    if (error.kind !== 'unavailable') return error
    const isClosed = error.message.includes('Connection closed')
    if (isClosed && this.#alert) return this.#alert
    const hint = error.message.includes('before secure TLS connection')
      ? 'without TLS: leave tls out there'
      : isClosed && this.#missing.length > 0
        ? `that needs ${this.#missing.join(' or ')}`
        : undefined
    return hint === undefined
      ? error
      : new KafkaError('unavailable', `${error.message}; a broker does so at a port ${hint}`, { cause: error })
  }
}
