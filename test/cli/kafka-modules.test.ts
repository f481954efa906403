/** Commands on files, and an embedded server, load neither the client of Kafka nor what runs it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from './project.ts'

const pipeline = `import { count, entity, features, model, on, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const sales = source('sales', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const recent = features('recent', { from: sales, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(sales), inputs: s => ({ n: recent.of(s.card).n }), score: { version: '1', compute: ({ n }) => n } })
export default pipeline('shop', [busy])
`
const recorder = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADED, url + '\\n')
    return next(url, context)
  },
})
`

const embedded = `import fastify from 'fastify'
import { spillway } from 'spillway/embed'
import pipeline from './pipeline.ts'
const app = fastify()
await app.register(spillway, { pipeline, data: 'embedded', prefix: '/spillway' })
await app.ready()
const answer = await app.inject({ method: 'POST', url: '/spillway/sources/sales/events', payload: { card: 'a', at: '2026-01-01T00:00Z' } })
await app.close()
if (answer.statusCode !== 200) throw new Error(answer.body)
`

/** The modules that a command loads, in all of its threads. */
const modulesOf = (project: Project, ...args: readonly string[]) => modulesOfNode(project, project.bin, ...args)

async function modulesOfNode(
  project: Project,
  ...args: readonly string[]
): Promise<{ readonly status: number | null; readonly urls: readonly string[] }> {
  project.write('loaded', '')
  const env = {
    NODE_OPTIONS: `-C spillway-source --import ${project.path('recorder.mjs')}`,
    LOADED: project.path('loaded'),
    KAFKA_BROKERS: '127.0.0.1:1',
  }
  const { status } = await project.node(args, { env })
  return { status, urls: project.read('loaded').trimEnd().split('\n') }
}

const isClient = (url: string): boolean => /\/node_modules\/@platformatic\/|\/src\/kafka\/(platformatic\/|thread\/driver-thread)/.test(url)

test('replay and a run on files load no module of the client of Kafka; a run on a topic does', async () => {
  using project = new Project({
    'pipeline.ts': pipeline,
    'recorder.mjs': recorder,
    'sales.ndjson': '{"card":"a","at":"2026-01-01T00:00Z"}\n',
  })
  const replayed = await modulesOf(project, 'replay', 'pipeline.ts', '--source', 'sales=sales.ndjson')
  const ran = await modulesOf(project, 'run', 'pipeline.ts', '--source', 'sales=sales.ndjson', '--once')
  for (const { status, urls } of [replayed, ran]) {
    assert.equal(status, 0)
    assert.ok(urls.some(url => url.endsWith('/src/cli/main.ts')))
    assert.deepEqual(urls.filter(isClient), [])
  }
  const reading = await modulesOf(project, 'run', 'pipeline.ts', '--source', 'sales=kafka:sales', '--data', 'other', '--once')
  assert.equal(reading.status, 1, 'nobody is at the address')
  assert.ok(reading.urls.some(isClient), 'so the modules of a thread are seen')
})

test('an embedded server loads no module of the client of Kafka', async () => {
  using project = new Project({ 'pipeline.ts': pipeline, 'embedded.ts': embedded, 'recorder.mjs': recorder })
  project.link('node_modules/fastify', 'node_modules/fastify')
  const { status, urls } = await modulesOfNode(project, project.path('embedded.ts'))
  assert.equal(status, 0)
  assert.ok(urls.some(url => url.endsWith('/src/embed/plugin.ts')))
  assert.deepEqual(urls.filter(isClient), [])
})
