/** `decisions` and `deadLetters` of `spillway.config.ts`: where decisions and rejected records of a run go. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Project } from './project.ts'

const pipeline = `
import { entity, model, on, pipeline, rules, source, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
export default pipeline('shop', [model('fraud', { decide: on(payments), inputs: p => ({ at: p.at }), score: () => rules([], 0.5) })])
`
const config = `
import { appendTo, secretFile, env } from 'spillway'
import { defineConfig, kafka } from 'spillway/config'
export default defineConfig({
  pipeline: 'pipeline.ts',
  sources: { payments: { feed: 'payments.ndjson' } },
  decisions: appendTo('decided.ndjson'),
  deadLetters: appendTo('rejected.ndjson'),
  profiles: {
    certified: { deadLetters: kafka('rejected', { brokers: '127.0.0.1:1', tls: { ca: secretFile('ca.pem') } }) },
    unset: { decisions: kafka('decided', { brokers: env('BROKERS') }) },
  },
})`
const lines = ['{"id":"a","card":"c1","at":1767600000000}', '{"id":"b","card":7,"at":1767600000000}', 'no JSON'].join('\n')
const project = new Project({
  'shop/pipeline.ts': pipeline,
  'shop/spillway.config.ts': config,
  'shop/payments.ndjson': `${lines}\n`,
  'shop/ca.pem': 'no certificate',
  'wrong.config.ts': `
    import { answer } from 'spillway'
    import { defineConfig } from 'spillway/config'
    export default defineConfig({ pipeline: 'shop/pipeline.ts', deadLetters: answer('no') })`,
})
after(() => project[Symbol.dispose]())

const run = (...more: readonly string[]) => project.spillway('run', '--config', 'shop/spillway.config.ts', '--once', ...more)

interface Letter {
  readonly source: string
  readonly reason: string
  readonly place: string
  readonly raw: string
}

test('a dry run delivers none, and a run delivers the next ones to files in the folder of the configuration', async () => {
  const dry = await run('--dry-run')
  assert.equal(dry.status, 0, dry.stderr)
  project.write('shop/payments.ndjson', `${lines}\n${lines.replace('"a"', '"c"')}\n`)
  const { status, stderr } = await run()
  assert.equal(status, 0, stderr)
  assert.deepEqual(
    project.lines('shop/decided.ndjson').map(line => (line as { body: { id: string } }).body.id),
    ['c'],
  )
  const rejected = project.lines('shop/rejected.ndjson').map(line => (line as { body: Letter }).body)
  assert.deepEqual(rejected.map(({ source, reason, raw }) => `${source} ${reason} ${raw}`).sort(), [
    'payments schema no JSON',
    'payments schema {"id":"b","card":7,"at":1767600000000}',
  ])
})

test('a destination that cannot be opened ends the start, and names its setting', async () => {
  assert.match((await run('--profile', 'certified')).stderr, /SPILL_INPUT: dead letters: kafka:rejected: tls\.ca has no certificate in PEM/)
  assert.match((await run('--profile', 'unset')).stderr, /SPILL_INPUT: kafka:decided BROKERS is not set/)
  const wrong = await project.spillway('run', '--config', 'wrong.config.ts', '--once')
  assert.match(
    wrong.stderr,
    /SPILL_DEFINITION.*deadLetters is kafka\('topic'\), webhook\(…\), appendTo\(…\), stdout\(\) or destination\(\{ … \}\), got 'answer'/,
  )
})
