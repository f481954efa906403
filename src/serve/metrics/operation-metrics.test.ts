/** Metrics that generated alert rules read, scraped from a run over a folder. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import { action, batch, count, entity, env, features, linear, model, on, pipeline, source, t, webhook } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { startMonitoring } from '../../monitor/start-monitoring.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { servePlugin } from '../plugin.ts'

const SECOND = 1000
const HOUR = 3_600_000
const start = Date.parse('2026-01-01T00:30Z')

const card = entity('card', t.string())
const schema = { card, at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at' })
const logins = source('logins', { schema, key: 'card', time: 'at' })
const hourly = features('hourly', { from: payments, entity: card, place: batch('0 * * * *'), values: () => ({ n: count('1h') }) })
const unread = features('unread', { from: logins, entity: card, place: batch('0 0 1 1 *'), values: () => ({ n: count('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: hourly.of(p.card).n }),
  score: linear({ intercept: 1, weights: { n: 1 } }),
})
const alert = action('alert', { when: fraud.score.gte(0), deadline: '1m', do: webhook(env('RECEIVER_URL')) })
const shop = pipeline('shop', [alert, unread])

let running: LiveRun
let app: FastifyInstance
let clock = start

before(async () => {
  const data = scratchFolder('operation-metrics')
  running = await LiveRun.open(shop, data, { clock: () => clock, isDry: true })
  const measure = async () =>
    new Map(['0', '1'].map(partition => [partition, { position: 5, end: 9, lag: 4, unit: 'records', inTransaction: 3 }]))
  const lagSources = ['payments', 'payments', 'logins'].map(source => ({
    source,
    reader: 'kafka:topic',
    isAlive: () => true,
    ...(source === 'payments' && { measure }),
  }))
  const monitor = startMonitoring(running, { pipeline: shop, data, lagSources, clock: () => clock, onReport: assert.fail })
  app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: shop, data, monitor })
})
after(async () => {
  await app.close()
  await running.stop()
})

const lines = async () => (await app.inject('/metrics')).body.split('\n')
async function valueOf(series: string): Promise<number | undefined> {
  const line = (await lines()).find(each => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('counters of sources, effects and requests exist before their first increase', async () => {
  for (const series of [
    'spillway_events_total{source="logins",outcome="accepted"}',
    'spillway_rejected_records_total{source="payments"}',
    'spillway_effect_tries_total{action="alert",outcome="dead"}',
    'spillway_effect_deadlines_total{action="alert",met="false"}',
    'spillway_effects_pending{action="alert"}',
    'spillway_effects_dead{action="alert"}',
    'spillway_http_errors_total',
  ])
    assert.equal(await valueOf(series), 0, series)
  assert.equal(await valueOf('spillway_source_lag_seconds{source="payments"}'), undefined)
})

test('the lag of a source is that of its newest event, and its last arrival is a time', async () => {
  const send = async (delay: number) => running.run.submit('payments', recordBatchOf([{ card: 'c1', at: clock - delay }, { card: 1 }]))
  await send(90 * SECOND)
  assert.equal(await valueOf('spillway_source_lag_seconds{source="payments"}'), 90)
  clock += 10 * SECOND
  await send(200 * SECOND)
  assert.equal(await valueOf('spillway_source_lag_seconds{source="payments"}'), 100, 'a straggler does not count')
  await send(3 * SECOND)
  assert.equal(await valueOf('spillway_source_lag_seconds{source="payments"}'), 3)
  assert.equal(await valueOf('spillway_source_last_arrival_seconds{source="payments"}'), clock / 1000)
  assert.equal(await valueOf('spillway_source_last_arrival_seconds{source="logins"}'), undefined)
  assert.equal(await valueOf('spillway_rejected_records_total{source="payments"}'), 3)
})

test('the records behind a source are summed over its readers and their partitions; without a count there is no line', async () => {
  assert.equal(await valueOf('spillway_source_lag_records{source="payments"}'), 16)
  assert.equal(await valueOf('spillway_source_lag_records{source="logins"}'), undefined)
  assert.equal(await valueOf('spillway_source_in_transaction_records{source="payments"}'), 12)
  assert.equal(await valueOf('spillway_source_in_transaction_records{source="logins"}'), undefined)
})

test('the as-of time of a batch result moves when the result is in use', async () => {
  assert.equal(await valueOf('spillway_batch_as_of_seconds{group="hourly"}'), undefined)
  const run = await running.run.batch('hourly')
  assert.equal(await valueOf('spillway_batch_as_of_seconds{group="hourly"}'), run.s / 1000)
  assert.equal(await valueOf('spillway_batch_run_failed{group="hourly"}'), 0)
  clock += HOUR
  assert.equal(await valueOf('spillway_batch_as_of_seconds{group="unread"}'), undefined)
})

test('requests for data are counted, a mistake of a client as no error; polls, scrapes and unknown routes are not', async () => {
  const counted = async (): Promise<number[]> => [
    (await valueOf('spillway_http_requests_total'))!,
    (await valueOf('spillway_http_errors_total'))!,
  ]
  const [requests, errors] = await counted()
  for (const url of ['/nothing', '/readyz', '/pipeline']) await app.inject(url)
  assert.deepEqual(await counted(), [requests, errors])
  assert.equal((await app.inject('/features/none?key=c1')).statusCode, 404)
  assert.equal((await app.inject({ method: 'POST', url: '/features', payload: {} })).statusCode, 400)
  const events = { method: 'POST', url: '/sources/payments/events', payload: [{ card: 'c1', at: clock }] } as const
  assert.equal((await app.inject(events)).statusCode, 200)
  assert.deepEqual(await counted(), [requests + 3, errors])
})

test('the disk has a size, and no more free space than that', async () => {
  const free = (await valueOf('spillway_disk_free_bytes'))!
  const size = (await valueOf('spillway_disk_size_bytes'))!
  assert.ok(free > 0 && free <= size, `${free} of ${size}`)
})

test('an answer of 503 to a request for data is a server error; that of /readyz is not', async () => {
  const errors = (await valueOf('spillway_http_errors_total'))!
  await running.stop()
  assert.equal((await app.inject('/readyz')).statusCode, 503)
  assert.equal(await valueOf('spillway_http_errors_total'), errors)
  const events = { method: 'POST', url: '/sources/payments/events', payload: [{ card: 'c1', at: clock }] } as const
  assert.equal((await app.inject(events)).statusCode, 503)
  assert.equal(await valueOf('spillway_http_errors_total'), errors + 1)
})
