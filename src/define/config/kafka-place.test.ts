/** `kafka({ … })`: what it becomes, what each mistake is answered with, and that it shows no secret. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { env, secretFile } from '../action/setting.ts'
import { defineConfig } from './config.ts'
import { placeValueOf } from './feed-place.ts'
import { kafkaPlace as kafka, type KafkaPlaceOptions } from './kafka-place.ts'

const irOf = (options: KafkaPlaceOptions) => placeValueOf(kafka(options))?.ir
const login = { mechanism: 'plain', username: 'alice', password: env('PASSWORD') } as const

test('a place becomes plain data with the names of the protocol', () => {
  assert.deepEqual(irOf({ topic: 'payments' }), { kind: 'kafka', topic: 'payments', brokers: { kind: 'env', name: 'KAFKA_BROKERS' } })
  assert.deepEqual(
    irOf({ topic: 'payments', brokers: ['a:9092', '[::1]:9093'], from: '2026-01-01T00:00Z', group: 'fraud', tombstones: 'skip' }),
    {
      kind: 'kafka',
      topic: 'payments',
      brokers: { kind: 'value', value: 'a:9092,[::1]:9093' },
      from: Date.UTC(2026, 0, 1),
      group: 'fraud',
      tombstones: 'skip',
    },
  )
  const { from, to } = irOf({ topic: 'p', from: { 0: 1200, 1: 40 }, to: { 0: 1300 } })!
  assert.deepEqual([from, to], [{ 0: 1200, 1: 40 }, { 0: 1300 }])
  assert.deepEqual(irOf({ topic: 'p', brokers: env('B'), sasl: { ...login, mechanism: 'scram-sha-512' }, tls: true }), {
    kind: 'kafka',
    topic: 'p',
    brokers: { kind: 'env', name: 'B' },
    sasl: { mechanism: 'SCRAM-SHA-512', username: { kind: 'value', value: 'alice' }, password: { kind: 'env', name: 'PASSWORD' } },
    tls: {},
  })
  const tls = {
    ca: secretFile('ca.pem'),
    cert: env('CERT'),
    key: secretFile('key.pem'),
    passphrase: env('PASS'),
    serverName: 'kafka.internal',
  }
  assert.deepEqual(irOf({ topic: 'p', tls })?.tls, {
    ca: { kind: 'file', name: 'ca.pem' },
    cert: { kind: 'env', name: 'CERT' },
    key: { kind: 'file', name: 'key.pem' },
    passphrase: { kind: 'env', name: 'PASS' },
    serverName: 'kafka.internal',
  })
  assert.equal(irOf({ topic: 'p', tls: false })?.tls, undefined)
})

test('a membership is the protocol by which runs share the topic in a group', () => {
  assert.deepEqual(irOf({ topic: 'p', group: 'g', membership: 'consumer' }), {
    ...irOf({ topic: 'p', group: 'g' }),
    membership: 'consumer',
  })
})

test('a format needs the registry of the environment, or that of the place', () => {
  const registry = { url: { kind: 'env', name: 'SCHEMA_REGISTRY' } }
  assert.deepEqual(irOf({ topic: 'p', value: 'avro' }), { ...irOf({ topic: 'p' }), value: 'avro', registry })
  assert.deepEqual(irOf({ topic: 'p', value: 'json' }), irOf({ topic: 'p' }))
  assert.deepEqual(irOf({ topic: 'p', value: 'json-schema' })?.registry, undefined)
  assert.deepEqual(irOf({ topic: 'p', value: 'json-schema', registry: env('SCHEMA_REGISTRY') })?.registry, registry)
  const account = { url: 'https://registry.example', username: 'key', password: env('SECRET') }
  assert.deepEqual(irOf({ topic: 'p', value: 'protobuf', registry: account })?.registry, {
    url: { kind: 'value', value: 'https://registry.example' },
    username: { kind: 'value', value: 'key' },
    password: { kind: 'env', name: 'SECRET' },
  })
  assert.deepEqual(irOf({ topic: 'p', value: 'avro', registry: env('URL') })?.registry, { url: { kind: 'env', name: 'URL' } })
})

test('a format that is none, a registry that no format reads, and a password in the file are mistakes', () => {
  const mistakes: readonly (readonly [Partial<Record<keyof KafkaPlaceOptions, unknown>>, RegExp])[] = [
    [{ value: 'avor' }, /value is one of 'json', 'json-schema', 'avro', 'protobuf', got 'avor'; did you mean 'avro'/],
    [{ registry: 'http://r' }, /registry is for value: 'avro', 'protobuf' and 'json-schema'; the values of this topic are 'json'/],
    [{ value: 'avro', registry: 'registry' }, /registry: url is the address of a registry/],
    [{ value: 'avro', registry: 'http://a:swordfish@r' }, /url must not hold a password/],
    [{ value: 'avro', registry: { url: 'http://r', password: 'swordfish' } }, /password is a secret and must not be in the file/],
    [{ value: 'avro', registry: { url: 'http://r', user: 'a' } }, /user/],
  ]
  for (const [options, message] of mistakes)
    assert.throws(
      () => kafka({ topic: 'p', ...options } as KafkaPlaceOptions),
      (error: Error) => {
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /swordfish/)
        return true
      },
    )
})

test('columns beside the value are named by column', () => {
  const columns = { key: 'card', timestamp: 'at', headers: { trace: 'x-trace' } }
  for (const value of ['json', 'json-schema', 'avro', 'protobuf'] as const)
    assert.deepEqual(irOf({ topic: 'p', value, columns })?.columns, columns)
})

test('a token is a setting or a function, which stands beside the plain data', () => {
  const extensions = { logicalCluster: 'lkc-1', identityPoolId: env('POOL') }
  assert.deepEqual(irOf({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: secretFile('token'), extensions } })?.sasl, {
    mechanism: 'OAUTHBEARER',
    token: { kind: 'file', name: 'token' },
    extensions: { logicalCluster: { kind: 'value', value: 'lkc-1' }, identityPoolId: { kind: 'env', name: 'POOL' } },
  })
  const token = () => 'secret-token'
  const place = placeValueOf(kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token } }))!
  assert.deepEqual(place.ir.sasl, { mechanism: 'OAUTHBEARER', token: { kind: 'function' } })
  assert.equal(place.functions.token, token)
})

test('paths of files are those of the folder of the configuration', () => {
  const token = () => 't'
  const place = placeValueOf(kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token }, tls: { ca: secretFile('ca.pem') } }))!
  const moved = placeValueOf(place.withPaths(path => `conf/${path}`))!
  assert.deepEqual(moved.ir, { ...place.ir, tls: { ca: { kind: 'file', name: 'conf/ca.pem' } } })
  assert.equal(moved.functions.token, token)
})

test('a place is a feed, beside others', () => {
  const place = kafka({ topic: 'payments', sasl: login })
  defineConfig({ sources: { payments: { feed: place } } })
  defineConfig({ sources: { payments: { feed: ['old.ndjson', place] } }, profiles: { live: { sources: { payments: { feed: [place] } } } } })
})

const S = 'swordfish'
const mistakes: readonly (readonly [() => unknown, RegExp])[] = [
  [() => kafka('payments' as never), /kafka needs an object of options, got 'payments'/],
  [() => kafka({} as never), /kafka: topic is a name of letters.*got undefined/],
  [() => kafka({ topic: 'a b' }), /kafka: topic is a name of letters.*got 'a b'/],
  [() => kafka({ topic: '..' }), /kafka: topic is a name/],
  [() => kafka({ topic: 'p', broker: 'a:1' } as never), /kafka has no option 'broker'; did you mean 'brokers'\?/],
  [() => kafka({ topic: 'p', ssl: true } as never), /kafka has no option 'ssl'/],
  [() => kafka({ topic: 'p', brokers: 'kafka://a:9092' }), /kafka: brokers are 'host:port,host:port'.*got 'kafka:\/\/a:9092'/],
  [() => kafka({ topic: 'p', brokers: ['a:9092', 'b'] }), /brokers are .*got 'b'/],
  [() => kafka({ topic: 'p', brokers: [] }), /kafka: brokers is a text or env\('NAME'\)/],
  [() => kafka({ topic: 'p', brokers: `al:${S}@a:9092` }), /brokers are 'host:port,host:port' without a scheme or a password$/],
  [() => kafka({ topic: 'p', from: 'newest' }), /kafka: from is 'earliest', 'latest', a time.*or offsets of partitions.*got 'newest'/],
  [() => kafka({ topic: 'p', from: {} }), /kafka: from is .* got \{\}/],
  [() => kafka({ topic: 'p', from: { 0: -1 } }), /kafka: from is .* got \{"0":-1\}/],
  [() => kafka({ topic: 'p', to: { 0: 1.5 } }), /kafka: to is a time.*got \{"0":1\.5\}/],
  [() => kafka({ topic: 'p', from: '2026-01-01T00:00' }), /kafka: from is/],
  [() => kafka({ topic: 'p', group: 'a b' }), /kafka: group is a name without spaces, got 'a b'/],
  [() => kafka({ topic: 'p', group: 'g', membership: 'static' as never }), /kafka: membership is 'classic' or 'consumer', got 'static'/],
  [() => kafka({ topic: 'p', membership: 'classic' }), /membership needs the name of the group that its runs share: group: 'fraud'/],
  [() => kafka({ topic: 'p', tombstones: true as never }), /kafka: tombstones is 'reject' or 'skip', got true/],
  [
    () => kafka({ topic: 'p', sasl: { ...login, mechanism: 'SCRAM-SHA-256' as never } }),
    /mechanism is 'plain', .*did you mean 'scram-sha-256'\?/,
  ],
  [() => kafka({ topic: 'p', sasl: true as never }), /kafka: sasl: mechanism is .*got undefined/],
  [
    () => kafka({ topic: 'p', sasl: { ...login, password: S as never } }),
    /sasl: password is a secret and must not be in the file; write env\('NAME'\) or/,
  ],
  [() => kafka({ topic: 'p', sasl: { ...login, password: 5550123 as never } }), /sasl: password is a secret and must not be in the file/],
  [() => kafka({ topic: 'p', sasl: { ...login, password: undefined as never } }), /sasl: password is missing; write env\('NAME'\)/],
  [() => kafka({ topic: 'p', sasl: { ...login, token: env('T') } as never }), /kafka: sasl has no option 'token'/],
  [() => kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: S as never } }), /sasl: token is a secret .* or a function/],
  [
    () => kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: env('T'), password: env('P') } as never }),
    /sasl has no option 'password'/,
  ],
  [
    () => kafka({ topic: 'p', sasl: { mechanism: 'oauthbearer', token: env('T'), extensions: 'x' as never } }),
    /extensions are \{ name: value \}, got 'x'/,
  ],
  [() => kafka({ topic: 'p', columns: { header: {} } as never }), /kafka: columns has no option 'header'; did you mean 'headers'\?/],
  [() => kafka({ topic: 'p', columns: { key: 7 as never } }), /kafka: columns: key is a name, got 7/],
  [() => kafka({ topic: 'p', columns: { headers: ['x'] as never } }), /columns: headers are \{ column: 'header' \}, got \[/],
  [() => kafka({ topic: 'p', columns: { headers: { trace: '' } } }), /columns: headers\.trace is a name, got ''/],
  [() => kafka({ topic: 'p', columns: { key: 'card', headers: { card: 'x' } } }), /kafka: columns has 'card' twice/],
  [() => kafka({ topic: 'p', tls: 'yes' as never }), /kafka: tls needs an object of options, got 'yes'/],
  [() => kafka({ topic: 'p', tls: { ca: 'ca.pem' as never } }), /tls: ca is PEM from a file or a variable; write secretFile\('ca\.pem'\)/],
  [() => kafka({ topic: 'p', tls: { cert: env('C') } }), /tls: cert and key belong together; add the key of the cert/],
  [() => kafka({ topic: 'p', tls: { key: env('K') } }), /tls: cert and key belong together; add the cert of the key/],
  [() => kafka({ topic: 'p', tls: { cert: env('C'), key: S as never } }), /tls: key is a secret and must not be in the file/],
  [() => kafka({ topic: 'p', tls: { passphrase: env('P') } }), /tls: passphrase is that of a key/],
  [() => kafka({ topic: 'p', tls: { serverName: 'a:9092' } }), /tls: serverName is the name of a host without a port, got 'a:9092'/],
  [() => kafka({ topic: 'p', tls: { rejectUnauthorized: false } as never }), /kafka: tls has no option 'rejectUnauthorized'/],
  [
    () => defineConfig({ sources: { p: { feed: { topic: 'p' } as never } } }),
    /sources\.p\.feed is a path, an address or kafka\(\{ … \}\), or a list/,
  ],
  [
    () => defineConfig({ sources: { p: { history: { topic: 'p' } as never } } }),
    /sources\.p\.history is a path, an address or kafka\(\{ … \}\), or a list/,
  ],
]

for (const [define, message] of mistakes)
  test(`a mistake in a place: ${message.source}`, () => {
    assert.throws(define, error => {
      assert.equal((error as { code?: unknown }).code, 'SPILL_DEFINITION')
      assert.match((error as Error).message, message)
      assert.doesNotMatch((error as Error).message, /swordfish|5550123/)
      assert.match((error as Error).message, /kafka-place\.test\.ts:\d+/)
      return true
    })
  })

test('a place shows no secret: it holds none but in the functions of the user', () => {
  process.env['PASSWORD'] = S
  try {
    const place = kafka({ topic: 'p', sasl: login, tls: { ca: secretFile('ca.pem') } })
    for (const text of [JSON.stringify(place), inspect(place, { depth: 9 })]) assert.equal(text.includes(S), false)
  } finally {
    delete process.env['PASSWORD']
  }
})
