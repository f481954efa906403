/** `kafka({ … })` in `spillway.config.ts`: `run`, `dev` and embedded runs take it as they take texts. No broker is there, and its address is in the error. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { called } from './called.ts'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
export default pipeline('shop', [features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
const config = (feed: string) => `
import { env, secretFile } from 'spillway'
import { defineConfig, kafka } from 'spillway/config'
export default defineConfig({
  pipeline: 'pipeline.ts',
  sources: { payments: { feed: ${feed} } },
  profiles: {
    live: { sources: { payments: { feed: kafka({ topic: 'live', brokers: '127.0.0.1:1' }) } } },
    certified: { sources: { payments: { feed: kafka({ topic: 'p', brokers: '127.0.0.1:1', tls: { ca: secretFile('ca.pem') } }) } } },
  },
})`
const SECRET = 'swordfish'
const place = `kafka({ topic: 'payments', brokers: '127.0.0.1:1', sasl: { mechanism: 'plain', username: 'alice', password: env('KAFKA_PASSWORD') } })`

const project = new Project({
  'shop/pipeline.ts': pipeline,
  'shop/spillway.config.ts': config(place),
  'shop/ca.pem': 'no certificate',
  'shop/today.ndjson': '{"id":"a","card":"c1","at":1767600000000}\n',
  'embedded.ts': `
    import { run } from 'spillway/run'
    import { kafka } from 'spillway/config'
    import { env } from 'spillway'
    import shop from './shop/pipeline.ts'
    const running = await run(shop, { data: 'embedded', sources: { payments: ${place} } })
    await running.sourcesEnded.catch(error => console.log(error.code, error.message))
    await running.stop()`,
})
after(() => project[Symbol.dispose]())

const inShop = { cwd: 'shop', env: { KAFKA_PASSWORD: SECRET } }
const spillway = (args: readonly string[], options = inShop) => project.node([project.bin, ...args], options)
const calledInShop = (...args: readonly string[]) => called(...args, '--config', project.path('shop/spillway.config.ts'))
const unreachable = /SPILL_SOURCE:? kafka:payments source 'payments': .*ECONNREFUSED 127\.0\.0\.1:1/

/** Every text that a command wrote or stored. */
const everything = (data: string, ...outputs: readonly string[]): string =>
  [
    ...outputs,
    ...readdirSync(data, { recursive: true, withFileTypes: true }).flatMap(file =>
      file.isFile() ? [readFileSync(join(file.parentPath, file.name), 'latin1')] : [],
    ),
  ].join('\n')

test('run reads the place, and neither output nor folder have the secret', async () => {
  const { status, stdout, stderr } = await spillway(['run'])
  assert.equal(status, 1, stderr)
  assert.match(stderr, unreachable)
  assert.equal(everything(project.path('shop/.spillway'), stdout, stderr).includes(SECRET), false)
})

test('a run does not start without a secret, or with a certificate that is none; paths are those of the configuration', async () => {
  const without = await calledInShop('run')
  assert.equal(without.status, 1)
  assert.match(without.err, /SPILL_INPUT: source 'payments': kafka:payments: sasl\.password is env\('KAFKA_PASSWORD'\), which is not set/)
  const certified = await calledInShop('run', '--profile', 'certified')
  assert.match(certified.err, /SPILL_INPUT: source 'payments': kafka:p: tls\.ca has no certificate in PEM/)
})

test('a profile replaces the place, and an argument too', async () => {
  const live = await calledInShop('run', '--profile', 'live')
  assert.match(live.err, /kafka:live source 'payments'/)
  const file = await calledInShop('run', '--once', '--source', `payments=${project.path('shop/today.ndjson')}`, '--json')
  assert.equal(file.status, 0, file.err)
  assert.equal((JSON.parse(file.out) as { accepted: number }).accepted, 1)
})

test('other commands leave the place alone', async () => {
  const plan = await spillway(['plan'])
  assert.equal(plan.status, 0, plan.stderr)
  assert.equal(`${plan.stdout}${plan.stderr}`.includes(SECRET), false)
})

test('dev reads the place in each version of the pipeline, and sends no sample events', async (t: TestContext) => {
  const args = ['-C', 'spillway-source', project.bin, 'dev', '--listen', '127.0.0.1:0', '--no-open']
  const child = spawn(process.execPath, args, {
    cwd: project.path('shop'),
    env: { ...process.env, KAFKA_PASSWORD: SECRET, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  while (!/run ended with exit code/.test(output) && child.exitCode === null) await pause(50)
  child.kill('SIGINT')
  await exited
  assert.match(output, unreachable)
  assert.doesNotMatch(output, /sample events/)
  assert.equal(everything(project.path('shop/.spillway/dev'), output).includes(SECRET), false)
})

test('an embedded run takes the place among its sources', async () => {
  const { stdout, stderr } = await project.node(['embedded.ts'], { env: { KAFKA_PASSWORD: SECRET } })
  assert.match(stdout, unreachable, stderr)
  assert.equal(everything(project.path('embedded'), stdout, stderr).includes(SECRET), false)
})
