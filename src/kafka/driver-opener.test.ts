/** The settings of a place are read when a run starts and at each connection; messages name the setting and show no secret. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CertificateAuthority } from '../../test/certificate-authority.ts'
import { NO_CERTIFICATE } from '../../test/certificate.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { payments, shop } from '../../test/serve/shop.ts'
import { env, secretFile } from '../define/action/setting.ts'
import { kafkaPlace as kafka, type KafkaPlaceOptions } from '../define/config/kafka-place.ts'
import { placeValueOf } from '../define/config/feed-place.ts'
import { openReaders } from '../sources/open-readers.ts'
import { connectionLoader } from './driver-opener.ts'

const folder = scratchFolder('place-connection')
const authority = CertificateAuthority.create(join(folder, 'ca'))
const skip = authority ? false : NO_CERTIFICATE
const pathOf = (name: string): string => join(folder, name)
const variables = { BROKERS: 'a:9092, b:9092', PASSWORD: 'swordfish', EMPTY: '' }

function readerOf(options: KafkaPlaceOptions, env: Record<string, string> = variables) {
  const { ir, functions } = placeValueOf(kafka(options))!
  return connectionLoader(ir, { owner: `source 'payments': kafka:${ir.topic}`, env, token: functions.token })
}

test('a place and an address without settings lead to the same connection', () => {
  const plain = readerOf({ topic: 'payments' }, { KAFKA_BROKERS: 'a:9092,b:9092' })()
  assert.deepEqual(plain, { brokers: ['a:9092', 'b:9092'], clientId: 'spillway' })
  const opened = [kafka({ topic: 'payments' }), 'kafka:payments'].map(
    input => openReaders(shop, [{ source: payments.name, input }], { env: { KAFKA_BROKERS: 'a:9092' }, data: folder })[0].reader.name,
  )
  assert.deepEqual(opened, ['kafka:payments', 'kafka:payments'])
})

test('brokers, login and certificates come from variables and files', { skip }, () => {
  writeFileSync(pathOf('password'), 'from a file\n')
  const { cert, key } = authority!.issue('client')
  writeFileSync(pathOf('key.pem'), key)
  const read = readerOf(
    {
      topic: 'payments',
      brokers: env('BROKERS'),
      sasl: { mechanism: 'scram-sha-256', username: 'alice', password: secretFile(pathOf('password')) },
      tls: { ca: secretFile(authority!.file), cert: env('CERT'), key: secretFile(pathOf('key.pem')), serverName: 'kafka.internal' },
    },
    { ...variables, CERT: cert },
  )
  const expected = {
    brokers: ['a:9092', 'b:9092'],
    clientId: 'spillway',
    security: {
      login: { mechanism: 'SCRAM-SHA-256', username: 'alice', password: 'from a file' },
      tls: { ca: authority!.cert.trimEnd(), cert, key: key.trimEnd(), serverName: 'kafka.internal' },
    },
  }
  assert.deepEqual(read(), expected)
  // Files are read again at each connection.
  writeFileSync(pathOf('password'), 'renewed')
  assert.deepEqual(read(), { ...expected, security: { ...expected.security, login: { ...expected.security.login, password: 'renewed' } } })
})

test('a token comes from a file that is read at each login, or from a function', async () => {
  writeFileSync(pathOf('token'), 'token-1\n')
  const ofFile = readerOf({ topic: 'p', brokers: env('BROKERS'), sasl: { mechanism: 'oauthbearer', token: secretFile(pathOf('token')) } })
  const { login } = ofFile().security!
  assert.ok(login?.mechanism === 'OAUTHBEARER')
  assert.equal(await login.token(), 'token-1')
  writeFileSync(pathOf('token'), 'token-2')
  assert.equal(await login.token(), 'token-2')
  rmSync(pathOf('token'))
  await assert.rejects(login.token(), { name: 'TokenError', message: /^sasl\.token cannot be had: .*sasl\.token cannot be read: ENOENT/ })
  assert.throws(() => ofFile(), { code: 'SPILL_INPUT', message: /sasl\.token cannot be read: ENOENT/ })
  const extensions = { logicalCluster: env('PASSWORD') }
  const ofFunction = readerOf({
    topic: 'p',
    brokers: env('BROKERS'),
    sasl: { mechanism: 'oauthbearer', token: async () => 'made', extensions },
  })
  const ofIssuer = ofFunction().security!.login
  assert.ok(ofIssuer?.mechanism === 'OAUTHBEARER')
  assert.equal(await ofIssuer.token(), 'made')
  assert.deepEqual(ofIssuer.extensions, { logicalCluster: 'swordfish' })
})

const sasl = { mechanism: 'plain', username: 'alice', password: env('PASSWORD') } as const
const mistakes: readonly (readonly [KafkaPlaceOptions, Record<string, string>, RegExp])[] = [
  [{ topic: 'p' }, {}, /^kafka:p KAFKA_BROKERS is not set: set it to host:port,host:port$/],
  [{ topic: 'p', brokers: env('B') }, { B: 'kafka.internal' }, /^kafka:p B is 'kafka\.internal': set it to host:port,host:port$/],
  [{ topic: 'p', brokers: env('B') }, { B: 'al:swordfish@a:1' }, /^kafka:p B is a text with @: set it to host:port/],
  [
    { topic: 'p', sasl },
    { KAFKA_BROKERS: 'a:1' },
    /^source 'payments': kafka:p: sasl\.password is env\('PASSWORD'\), which is not set; export it first$/,
  ],
  [
    { topic: 'p', sasl: { ...sasl, username: env('U') } },
    { KAFKA_BROKERS: 'a:1', PASSWORD: 'swordfish' },
    /sasl\.username is env\('U'\), which is not set/,
  ],
  [
    { topic: 'p', tls: { ca: secretFile('absent.pem') } },
    { KAFKA_BROKERS: 'a:1' },
    /^absent\.pem source 'payments': kafka:p: tls\.ca cannot be read: ENOENT$/,
  ],
  [
    { topic: 'p', tls: { ca: env('CA') } },
    { KAFKA_BROKERS: 'a:1', CA: 'swordfish' },
    /^source 'payments': kafka:p: tls\.ca has no certificate in PEM/,
  ],
]

for (const [options, values, message] of mistakes)
  test(`a setting that cannot be used: ${message.source}`, () => {
    for (const open of [
      () => readerOf(options, values)(),
      // A run does not start.
      () => openReaders(shop, [{ source: payments.name, input: kafka(options) }], { env: values, data: folder }),
    ])
      assert.throws(open, error => {
        assert.equal((error as { code?: unknown }).code, 'SPILL_INPUT')
        assert.match((error as Error).message, message)
        assert.doesNotMatch((error as Error).message, /swordfish/)
        return true
      })
  })
