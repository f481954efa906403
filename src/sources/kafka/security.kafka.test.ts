/** Logins, certificates and rights with a real broker. `npm run test:kafka` runs it; the file starts its broker itself. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once as onceEvent } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as client from '@platformatic/kafka'
import { runningEngine, startEngine, stopEngine } from '../../../scripts/engines/engine.ts'
import { account, securedKafka } from '../../../scripts/engines/kafka-secured.ts'
import { CertificateAuthority } from '../../../test/certificate-authority.ts'
import { Project } from '../../../test/cli/project.ts'
import { BrokerTopics } from '../../../test/kafka/brokers.ts'
import { rowOf, TopicRun, upTo } from '../../../test/kafka/topic-run.ts'
import { numbers } from '../../../test/postgres/numbers-run.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause, stopwatch } from '../../base/index.ts'
import { kafkaPlace as kafka, type KafkaPlaceOptions } from '../../define/config/kafka-place.ts'
import { env, secretFile } from '../../define/action/setting.ts'
import { openReaders } from '../open-readers.ts'

const version = securedKafka.versions[0]
const id = `${securedKafka.name}-${version}`
const wasRunning = runningEngine(id) !== undefined
const folder = scratchFolder('kafka-security')
let broker: Readonly<Record<string, string>>
let topics: BrokerTopics
let admin: client.Admin
before(async () => {
  broker = (await startEngine(securedKafka, version)).env
  topics = new BrokerTopics(broker['KAFKA_BROKERS'])
  admin = new client.Admin({ clientId: 'test', bootstrapBrokers: [broker['KAFKA_BROKERS']] })
})
after(async () => {
  await admin.close()
  await topics.close()
  if (!wasRunning) await stopEngine(id)
})

/** A topic with the numbers from 1 to `count`. */
async function numbered(count: number): Promise<string> {
  const topic = await topics.create()
  await topics.append(topic, 0, upTo(count).map(rowOf))
  return topic
}

/** A run that reads a place. */
function reading(options: KafkaPlaceOptions, follow: boolean, variables: Readonly<Record<string, string>> = {}): TopicRun {
  const inputs = [{ source: 'rows', input: kafka(options) }]
  const [{ reader }] = openReaders(numbers, inputs, { env: { ...broker, ...variables }, data: folder })
  return new TopicRun(reader, { follow })
}

async function readsAll(options: KafkaPlaceOptions, count: number): Promise<void> {
  const run = reading(options, false)
  await run.ended
  assert.deepEqual(run.numbers(), upTo(count))
  assert.deepEqual(run.warnings, [])
  await run.end()
}

async function fails(options: KafkaPlaceOptions, message: RegExp, variables?: Readonly<Record<string, string>>): Promise<void> {
  const run = reading(options, true, variables)
  await assert.rejects(run.ended, error => {
    assert.equal((error as { code?: unknown }).code, 'SPILL_SOURCE')
    assert.match((error as Error).message, message)
    assert.doesNotMatch((error as Error).message, /secret|wrong-password/)
    return true
  })
  await run.end()
}

const login = (mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512') =>
  ({ mechanism, username: env('KAFKA_USER'), password: env('KAFKA_PASSWORD') }) as const
const ca = () => secretFile(broker['KAFKA_CA_FILE'])
const [loginBrokers, secureBrokers, mutualBrokers] = ['LOGIN', 'SECURE', 'MUTUAL'].map(name => env(`KAFKA_${name}_BROKERS`))

/** A token without a signature, which the broker accepts. It lives `seconds`. */
function tokenOf(seconds: number, subject = account.username): string {
  const now = Date.now() / 1000
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + seconds })}.`
}

test('every mechanism reads, with and without TLS', async () => {
  const topic = await numbered(50)
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    await readsAll({ topic, brokers: loginBrokers, sasl: login(mechanism) }, 50)
    await readsAll({ topic, brokers: secureBrokers, sasl: login(mechanism), tls: { ca: ca() } }, 50)
  }
  const sasl = { mechanism: 'oauthbearer', token: () => tokenOf(60) } as const
  await readsAll({ topic, brokers: loginBrokers, sasl }, 50)
  await readsAll({ topic, brokers: secureBrokers, sasl, tls: { ca: ca() } }, 50)
})

test('a certificate of the client lets it in, and none or a wrong one does not', async () => {
  const topic = await numbered(20)
  const [cert, key] = [secretFile(broker['KAFKA_CERT_FILE']), secretFile(broker['KAFKA_KEY_FILE'])]
  await readsAll({ topic, brokers: mutualBrokers, tls: { ca: ca(), cert, key } }, 20)
  const message = /broker localhost:\d+: it does not accept the certificate of this client; check tls\.cert and tls\.key/
  await fails({ topic, brokers: mutualBrokers, tls: { ca: ca() } }, message)
  const stranger = CertificateAuthority.create(join(folder, 'stranger'))!.issue('client')
  const variables = { STRANGER_CERT: stranger.cert, STRANGER_KEY: stranger.key }
  const tls = { ca: ca(), cert: env('STRANGER_CERT'), key: env('STRANGER_KEY') }
  await fails({ topic, brokers: mutualBrokers, tls }, message, variables)
})

test('wrong passwords, mechanisms and ports are errors that name broker and setting', async () => {
  const topic = await numbered(1)
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const)
    await fails(
      { topic, brokers: loginBrokers, sasl: login(mechanism) },
      /broker 127\.0\.0\.1:\d+: it rejects the login \(.*\); check sasl\.mechanism, sasl\.username and sasl\.password/,
      { KAFKA_PASSWORD: 'wrong-password' },
    )
  await fails(
    { topic, brokers: env('KAFKA_BROKERS'), sasl: login('plain') },
    /broker 127\.0\.0\.1:\d+: it asks for no login at this port; leave sasl out/,
  )
  await fails({ topic, brokers: loginBrokers }, /Connection closed; a broker does so at a port that needs sasl or tls/)
  await fails({ topic, brokers: secureBrokers, sasl: login('plain') }, /Connection closed; a broker does so at a port that needs tls/)
  await fails({ topic, brokers: loginBrokers, sasl: login('plain'), tls: { ca: ca() } }, /SSL|TLS|secure/)
  await fails({ topic, brokers: secureBrokers, sasl: login('plain'), tls: true }, /its certificate is not accepted: .*; set tls\.ca/)
  await fails(
    { topic, brokers: secureBrokers, sasl: login('plain'), tls: { ca: ca(), serverName: 'kafka.internal' } },
    /its certificate is for DNS:localhost, .*, and not for kafka\.internal; set tls\.serverName/,
  )
})

test('a rejected, expired or absent token is an error that names the setting', async () => {
  const topic = await numbered(1)
  const failsWith = (token: () => string, message: RegExp) =>
    fails({ topic, brokers: loginBrokers, sasl: { mechanism: 'oauthbearer', token } }, message)
  await failsWith(() => 'no-jwt', /broker 127\.0\.0\.1:\d+: the broker rejects the token of sasl\.token: invalid_token/)
  await failsWith(() => tokenOf(-30), /the broker rejects the token of sasl\.token: invalid_token/)
  await failsWith(() => tokenOf(-90), /sasl\.token expired at \S+: its function or file must give a new one/)
  await failsWith(() => {
    throw new Error('the issuer answers 503')
  }, /sasl\.token cannot be had: the issuer answers 503/)
})

test('tokens are renewed before they expire, from a function and from a file, and reading goes on', { timeout: 120_000 }, async () => {
  const TOKEN_SECONDS = 6
  const LEAST_TOKENS = 4
  /** Three quarters of the life of a token, which ends with a whole second. */
  const USED_MS_MIN = 0.75 * (TOKEN_SECONDS - 1) * 1000
  const topic = await topics.create()
  const counts = { tokens: 0 }
  const file = join(folder, 'token')
  writeFileSync(file, tokenOf(TOKEN_SECONDS))
  const renewing = setInterval(() => writeFileSync(file, tokenOf(TOKEN_SECONDS)), 1000)
  const token = () => (counts.tokens++, tokenOf(TOKEN_SECONDS))
  const runs = [token, secretFile(file)].map(each =>
    reading({ topic, brokers: loginBrokers, sasl: { mechanism: 'oauthbearer', token: each } }, true),
  )
  try {
    const began = stopwatch()
    let last = 0
    // More than three lives of a token.
    while (last < 40 || counts.tokens < LEAST_TOKENS) {
      await topics.append(topic, 0, [rowOf(++last)])
      await pause(500)
    }
    for (const run of runs) {
      await run.until(last)
      assert.deepEqual(run.numbers(), upTo(last))
      assert.deepEqual(run.warnings, [])
    }
    const ms = stopwatch() - began
    assert.ok(counts.tokens <= 2 + ms / USED_MS_MIN, `${counts.tokens} tokens were made in ${ms} ms`)
  } finally {
    clearInterval(renewing)
    for (const run of runs) await run.end()
  }
})

/** A rule about a topic for the account of the tests. A topic with rules is closed to all whom no rule allows. */
const ruleOf = (topic: string, operation: client.AclOperationValue, permissionType: client.AclPermissionTypeValue) => ({
  resourceType: client.ResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: client.ResourcePatternTypes.LITERAL,
  principal: `User:${account.username}`,
  host: '*',
  operation,
  permissionType,
})

test('a right that is revoked is waited for, said once, and reading goes on where it stopped', { timeout: 120_000 }, async () => {
  const topic = await numbered(10)
  let written = 10
  const { READ, DESCRIBE, ALL } = client.AclOperations
  const { ALLOW, DENY } = client.AclPermissionTypes
  // With Describe alone each new connection finds the topic and may not read it.
  for (const rule of [ruleOf(topic, DESCRIBE, ALLOW), ruleOf(topic, ALL, DENY)]) {
    const run = reading({ topic, brokers: loginBrokers, sasl: login('plain') }, true)
    await run.until(written)
    // A connection that lasts for 2 s shows that the client may read.
    await pause(2500)
    await admin.createAcls({ creations: [rule] })
    await run.untilWarning('Kafka denies access; waiting until it is granted again: ')
    await topics.append(topic, 0, [rowOf(++written)])
    await pause(2500)
    assert.deepEqual(run.numbers(), upTo(written - 1))
    assert.equal(run.warnings.length, 1, run.warnings.join('\n'))
    assert.match(run.warnings[0], /TOPIC_AUTHORIZATION_FAILED/)
    await admin.deleteAcls({ filters: [rule] })
    await run.until(written)
    await run.untilWarning('Kafka grants access again')
    assert.equal(run.warnings.length, 2, run.warnings.join('\n'))
    assert.deepEqual(run.numbers(), upTo(written))
    await run.end()
  }
  // A run that starts without the right ends.
  for (const rule of [ruleOf(topic, DESCRIBE, ALLOW), ruleOf(topic, READ, DENY)]) {
    await admin.createAcls({ creations: [rule] })
    await fails({ topic, brokers: loginBrokers, sasl: login('plain') }, /TOPIC_AUTHORIZATION_FAILED/)
    await admin.deleteAcls({ filters: [rule] })
  }
})

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
const who = entity('who', t.string())
const rows = source('rows', { schema: { who, n: t.int(), trace: t.string().nullable(), at: t.timestamp() }, key: 'who', time: 'at' })
export default pipeline('shop', [features('now', { from: rows, entity: who, place: stream, values: () => ({ n: count('1h') }) })])
`
const config = (first: string, second: string) => `
import { env, secretFile } from 'spillway'
import { defineConfig, kafka } from 'spillway/config'
const sasl = { mechanism: 'scram-sha-512', username: env('KAFKA_USER'), password: env('KAFKA_PASSWORD') } as const
export default defineConfig({
  pipeline: 'pipeline.ts',
  sources: {
    rows: {
      feed: [
        kafka({ topic: '${first}', brokers: env('KAFKA_SECURE_BROKERS'), sasl, tls: { ca: secretFile('ca.pem') }, columns: { headers: { trace: 'x-trace' } } }),
        kafka({ topic: '${second}', brokers: env('KAFKA_LOGIN_BROKERS'), sasl: { mechanism: 'oauthbearer', token: secretFile('token') } }),
      ],
    },
  },
})
`

test(
  'a run reads two places of the configuration; no output, stored data or answer of its server has a secret',
  { timeout: 240_000 },
  async t => {
    const token = tokenOf(600)
    using project = new Project({
      'pipeline.ts': pipeline,
      'spillway.config.ts': config(await numbered(20), await numbered(30)),
      'ca.pem': readFileSync(broker['KAFKA_CA_FILE']),
      token: token,
    })
    const once = await project.node([project.bin, 'run', '--once', '--json'], { env: broker })
    assert.equal((JSON.parse(once.stdout) as { accepted: number }).accepted, 50, once.stderr)
    const child = spawn(process.execPath, ['-C', 'spillway-source', project.bin, 'run', '--listen', '127.0.0.1:0', '--no-auth'], {
      cwd: project.folder,
      env: { ...process.env, ...broker, NO_COLOR: '1' },
    })
    const exited = onceEvent(child, 'exit')
    t.after(() => child.kill('SIGKILL'))
    const texts = [once.stdout, once.stderr, '']
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (texts[2] += text))
    while (!texts[2].includes('listening at') && child.exitCode === null) await pause(50)
    const [, url] = /listening at (http:\S+?),/.exec(texts[2])!
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { readonly paths: Readonly<Record<string, object>> }
    for (const path of ['/ui', '/openapi.json', ...Object.keys(paths).filter(each => 'get' in paths[each] && !each.includes('{'))])
      // A stream of events has no end.
      texts.push(
        await fetch(url + path, { signal: AbortSignal.timeout(3000) })
          .then(answer => answer.text())
          .catch(() => ''),
      )
    assert.ok(
      texts.some(text => text.includes('kafka:topic-')),
      'a page names the topics',
    )
    child.kill('SIGINT')
    assert.deepEqual(await exited, [0, null], texts[2])
    for (const file of readdirSync(project.path('.spillway'), { recursive: true, withFileTypes: true }))
      if (file.isFile()) texts.push(readFileSync(join(file.parentPath, file.name), 'latin1'))
    for (const secret of [account.password, token, token.split('.')[1]])
      assert.equal(
        texts.some(text => text.includes(secret)),
        false,
      )
  },
)
