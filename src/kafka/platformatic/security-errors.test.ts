/** Failed logins as the client reports them. TLS is tested with real handshakes, and logins with a real broker too. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from '@platformatic/kafka'
import { TokenError } from '../security/security.ts'
import { kafkaError } from './errors.ts'

/** The error of a connection, as the client wraps it. */
const connectionError = (cause: Error): Error =>
  new client.MultipleErrors('Cannot connect to any broker.', [new client.NetworkError('Connection to kafka-1:9092 failed.', { cause })])

const handshake = (code: number, mechanisms: readonly string[]): Error =>
  new client.AuthenticationError('Cannot find a suitable SASL mechanism.', {
    cause: new client.ResponseError(17, 1, { '/': [code, null] }, { mechanisms }),
  })
const rejected = (reason: string | null): Error =>
  new client.AuthenticationError('SASL authentication failed.', { cause: new client.ResponseError(36, 2, { '/': [58, reason] }, {}) })

test('a failed login names the broker and the setting', () => {
  const cases: readonly (readonly [Error, string])[] = [
    [handshake(33, ['PLAIN', 'SCRAM-SHA-512']), 'it has another sasl.mechanism; it has plain, scram-sha-512'],
    [handshake(33, []), 'it has another sasl.mechanism'],
    [handshake(34, []), 'it asks for no login at this port; leave sasl out, or give the port at which it does'],
    [rejected('bad credentials'), 'it rejects the login (bad credentials); check sasl.mechanism, sasl.username and sasl.password'],
    [rejected(null), 'it rejects the login (no reason given); check sasl.mechanism, sasl.username and sasl.password'],
    [new client.AuthenticationError('Invalid server signature.'), 'Invalid server signature.'],
  ]
  for (const [cause, message] of cases) {
    const { kind, message: text } = kafkaError(connectionError(cause))
    assert.deepEqual([kind, text], ['denied', `broker kafka-1:9092: ${message}`])
  }
})

test('a token that cannot be had, or that a broker rejects, may be another later', () => {
  for (const message of ['sasl.token cannot be had: away', 'the broker rejects the token of sasl.token: invalid_token']) {
    const cause = new client.AuthenticationError('The token provider threw an error.', { cause: new TokenError(message) })
    const { kind, message: text } = kafkaError(connectionError(cause))
    assert.deepEqual([kind, text], ['no-credentials', `broker kafka-1:9092: ${message}`])
  }
})

test('a login that was broken off by a lost connection is an outage', () => {
  const lost = new client.NetworkError('Connection closed')
  for (const cause of [lost, new client.TimeoutError('Request timed out')])
    for (const error of [connectionError(new client.AuthenticationError('SASL authentication failed.', { cause })), connectionError(cause)])
      assert.equal(kafkaError(error).kind, 'unavailable')
})

test('of several brokers that fail, one that denies access is the reason', () => {
  const away = new client.NetworkError('Connection to kafka-2:9092 failed.', { cause: new Error('connect ECONNREFUSED') })
  const denied = new client.NetworkError('Connection to kafka-1:9092 failed.', { cause: rejected('bad credentials') })
  for (const errors of [
    [denied, away],
    [away, denied],
  ]) {
    const { kind, message } = kafkaError(new client.MultipleErrors('Cannot connect to any broker.', errors))
    assert.equal(kind, 'denied')
    assert.match(message, /^broker kafka-1:9092: it rejects the login/)
  }
})
