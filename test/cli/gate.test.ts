/** `spillway gate`: its topics by arguments and by the configuration. No broker is there; `test/kafka/gate.kafka.test.ts` has one. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { called } from './called.ts'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
export default pipeline('shop', [features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`
const configOf = (gate: string) => `
import { env, secretFile } from 'spillway'
import { defineConfig, kafka } from 'spillway/config'
export default defineConfig({ pipeline: 'pipeline.ts', sources: { payments: { gate: ${gate} } } })`

const place = "kafka({ topic: 'raw', brokers: '127.0.0.1:1' })"
const project = new Project({
  'shop/pipeline.ts': pipeline,
  'shop/spillway.config.ts': configOf(`{ raw: ${place}, checked: 'checked', rejected: 'rejected' }`),
  'tls/pipeline.ts': pipeline,
  'tls/spillway.config.ts': configOf(
    "{ raw: kafka({ topic: 'raw', brokers: '127.0.0.1:1', tls: { ca: secretFile('ca.pem') } }), checked: 'c', rejected: 'r' }",
  ),
  'tls/ca.pem': 'no certificate',
  'twice/pipeline.ts': pipeline,
  'twice/spillway.config.ts': configOf(`{ raw: ${place}, checked: 'raw', rejected: 'rejected' }`),
  'wrong/pipeline.ts': pipeline,
  'wrong/spillway.config.ts': configOf("{ raw: 'raw', checked: 'checked', rejected: 'rejected' }"),
})
after(() => project[Symbol.dispose]())

process.env['KAFKA_BROKERS'] = '127.0.0.1:1'
const gate = (cwd: string, ...args: readonly string[]) => project.node([project.bin, 'gate', ...args], { cwd })

test('topics come from the configuration, and arguments replace them', async () => {
  const { stderr } = await gate('shop', '--source', 'payments')
  assert.match(
    stderr,
    /^gate of source 'payments': raw → checked, rejected\n(?:.*\n)*SPILL_SOURCE: kafka:raw source 'payments': .*ECONNREFUSED 127\.0\.0\.1:1/,
  )
  const replaced = await gate('shop', '--source', 'payments', '--checked', 'payments.v2', '--raw', 'raw.v2')
  assert.match(replaced.stderr, /^gate of source 'payments': raw\.v2 → payments\.v2, rejected\n/)
})

test('mistakes are named before anything is connected', async () => {
  for (const [cwd, args, message] of [
    ['shop', [], /name the source: --source payments/],
    ['shop', ['--source', 'sales'], /name the topics: --raw TOPIC --checked TOPIC --rejected TOPIC, or write sources\.sales\.gate/],
    ['shop', ['--source', 'payments', '--checked', 'a b'], /--checked a b is no name of a topic/],
    ['shop', ['--source', 'payments', '--raw', 'raw?from=latest'], /SPILL_INPUT: kafka:raw has from or to: a gate reads each record/],
    ['shop', ['--source', 'payments', '--listen', '7071', '--once'], /a server never ends; leave out --once or --listen/],
    ['shop', ['--source', 'payments', '--listen', 'x'], /--listen x is not PORT or HOST:PORT/],
    ['shop', ['--source', 'payments', '--host', 'gate.example.com'], /--host needs a server/],
    ['shop', ['--source', 'payments', '--listen', '0.0.0.0:0'], /SPILL_INPUT: other machines can reach 0\.0\.0\.0, so clients need tokens/],
    ['twice', ['--source', 'payments'], /are three topics/],
    ['tls', ['--source', 'payments'], /SPILL_INPUT: source 'payments': kafka:raw: tls\.ca has no certificate in PEM/],
    ['wrong', ['--source', 'payments'], /SPILL_DEFINITION.*sources\.payments\.gate\.raw is kafka\(\{ topic: … \}\), got 'raw'/],
  ] as const) {
    const { status, err } = await called('gate', ...args, '--config', project.path(`${cwd}/spillway.config.ts`))
    assert.notEqual(status, 0)
    assert.match(err, message)
  }
})
