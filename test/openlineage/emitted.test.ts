/** Events of live runs and their jobs: what a receiver gets, in order, valid, and without the run waiting for it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, type PipelineRun } from 'spillway/run'
import type { RunEvent } from '../../src/openlineage/run-event.ts'
import { plainReceiver, receiver } from '../action/receiver.ts'
import { scratchFolder } from '../scratch.ts'
import { catalog, chargebacks, facetsOf, payments, violationsOf } from './catalog.ts'

const STEP = 20 * 60_000
const at = Date.now() - 7200 * STEP
const pay = (n: number) => ({ id: String(n), card: `c${n % 7}`, amount: n % 100, shop: n % 3 === 0 ? 'x' : 'y', at: at + n * STEP })

/** A run with enough settled labels for a training, whose events go to a file in its folder. */
async function trainedRun(data: string): Promise<PipelineRun> {
  const running = await run(catalog, { data, openlineage: { file: join(data, 'events.ndjson'), namespace: 'test' }, env: {} })
  const numbers = Array.from({ length: 600 }, (_, n) => n)
  await running.submit(payments, numbers.map(pay))
  await running.submit(
    chargebacks,
    numbers.filter(n => n % 4 === 0).map(n => ({ payment: String(n), fraud: n % 100 > 50, at: at + n * STEP + 1 })),
  )
  return running
}

const eventsIn = (data: string): RunEvent[] =>
  readFileSync(join(data, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as RunEvent)

/** Types of the events of each run of a job, in order. */
function typesOf(events: readonly RunEvent[], job: string): string[] {
  const own = events.filter(event => event.job.name === job)
  return [...Map.groupBy(own, ({ run: { runId } }) => runId).values()].map(same => same.map(({ eventType }) => eventType).join(' '))
}

test('a run and its jobs begin and end once, and every event is valid', async () => {
  const data = scratchFolder('openlineage')
  const running = await trainedRun(data)
  await running.run.batch('year')
  await running.run.report('daily')
  // No label is settled yet.
  await assert.rejects(running.run.train('fraud'), { code: 'SPILL_TRAINING' })
  await running.whenIdle()
  await running.stop()
  const events = eventsIn(data)
  for (const event of events) assert.deepEqual(violationsOf(event), [], JSON.stringify(event))
  for (const job of ['shop', 'shop.ingest.payments', 'shop.compute.now', 'shop.decide.fraud', 'shop.act.decline'])
    assert.deepEqual(typesOf(events, job), ['START COMPLETE'], job)
  for (const job of ['shop.batch-run.year', 'shop.report.daily'])
    assert.deepEqual([...new Set(typesOf(events, job))], ['START COMPLETE'], job)
  assert.deepEqual(typesOf(events, 'shop.training.fraud'), ['START FAIL'])
  const [parent] = events
  assert.equal(parent.job.name, 'shop')
  for (const {
    job,
    run: { facets },
  } of events.filter(event => event.job.name !== 'shop'))
    assert.deepEqual((facets.parent as { readonly run?: unknown }).run, { runId: parent.run.runId }, job.name)
  const ended = (name: string) => events.findLast(event => event.job.name === name)!
  const rowCount = (facets: object | undefined) => (Object.values(facets ?? {}) as { readonly rowCount?: number }[])[0]?.rowCount
  assert.equal(rowCount(ended('shop.ingest.payments').outputs[0].outputFacets), 600)
  assert.equal(rowCount(ended('shop.decide.fraud').outputs[0].outputFacets), 600)
  assert.equal(rowCount(ended('shop.batch-run.year').outputs[0].outputFacets), 7)
  const names = new Set(events.flatMap(facetsOf).map(({ name }) => name))
  for (const facet of [
    'columnLineage',
    'schema',
    'dataSource',
    'outputStatistics',
    'nominalTime',
    'parent',
    'processing_engine',
    'sourceCode',
  ])
    assert.ok(names.has(facet), facet)
})

test('a later run sends no event of earlier jobs again', async () => {
  const data = scratchFolder('openlineage')
  const first = await trainedRun(data)
  await first.run.batch('month')
  await first.stop()
  const before = eventsIn(data).length
  const second = await run(catalog, { data, openlineage: { file: join(data, 'events.ndjson'), namespace: 'test' }, env: {} })
  await second.stop()
  const later = eventsIn(data).slice(before)
  assert.equal(
    later.some(({ job }) => job.name === 'shop.batch-run.month'),
    false,
  )
  assert.deepEqual(typesOf(later, 'shop'), ['START COMPLETE'])
})

test('the ends of jobs that the receiver missed are sent by the next run, under the same run ids', async () => {
  const data = scratchFolder('openlineage')
  const away = 'http://127.0.0.1:1'
  const first = await run(catalog, { data, openlineage: { url: away, namespace: 'test' }, env: {}, onWarning: () => {} })
  await first.submit(payments, [pay(1), pay(2)])
  await first.run.batch('month')
  await first.stop()
  const second = await run(catalog, { data, openlineage: { file: join(data, 'events.ndjson'), namespace: 'test' }, env: {} })
  await second.stop()
  const events = eventsIn(data)
  assert.deepEqual(typesOf(events, 'shop.batch-run.month'), ['START COMPLETE'])
  assert.deepEqual(typesOf(events, 'shop'), ['COMPLETE', 'START COMPLETE'])
})

test('a process that is killed leaves runs that the next start ends with ABORT', async () => {
  const data = scratchFolder('openlineage')
  const child = spawn(process.execPath, ['-C', 'spillway-source', join(import.meta.dirname, 'killed-run.ts'), data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = eventsIn(data)
  assert.deepEqual(typesOf(before, 'shop'), ['START'])
  const next = await run(catalog, { data, openlineage: { file: join(data, 'events.ndjson'), namespace: 'test' }, env: {} })
  await next.stop()
  const events = eventsIn(data)
  for (const job of ['shop', 'shop.ingest.payments', 'shop.act.decline'])
    assert.deepEqual(typesOf(events, job), ['START ABORT', 'START COMPLETE'])
  for (const event of events) assert.deepEqual(violationsOf(event), [])
})

for (const [name, open] of [
  ['hangs', () => plainReceiver(() => {})],
  ['answers 500', () => receiver(response => response.writeHead(500).end())],
  ['answers 422', () => receiver(response => response.writeHead(422).end())],
] as const)
  test(`decisions do not wait for a receiver that ${name}`, async () => {
    const warnings: string[] = []
    const catalogServer = await open()
    const url = new URL(catalogServer.url).origin
    const data = scratchFolder('openlineage')
    const running = await run(catalog, { data, openlineage: { url }, env: {}, onWarning: text => warnings.push(text) })
    try {
      for (let from = 0; from < 5000; from += 500)
        await running.submit(
          payments,
          Array.from({ length: 500 }, (_, i) => pay(from + i)),
        )
      await running.run.batch('month')
      await running.whenIdle()
      assert.equal(running.run.counts.byModel.get('fraud'), 5000)
    } finally {
      await running.stop()
      await catalogServer.close()
    }
    const own = warnings.filter(text => text.includes('OpenLineage'))
    assert.ok(own.length >= 1 && own.length <= 3, own.join('\n'))
    assert.ok(existsSync(join(data, 'openlineage.json')))
  })
