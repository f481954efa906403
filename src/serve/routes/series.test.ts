import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { pay, payments, shop, start } from '../../../test/serve/shop.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { RunMonitor } from '../../monitor/run-monitor.ts'
import type { RunCapacity } from '../../operate/capacity.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { CommitFeed } from '../events/journal.ts'
import { serve } from '../server.ts'

const data = scratchFolder('series')
let now = start
const clock = () => now
const feed = new CommitFeed()
const live = await LiveRun.open(shop, data, { clock, onRecorded: feed.notify })
const monitor = RunMonitor.start(live, {
  pipeline: shop,
  data,
  clock,
  after: () => ({ stop: () => {} }),
  onReport: report => assert.fail(report),
})
const app = serve({ run: live.run, pipeline: shop, data, feed, monitor, clock })
await app.ready()
after(async () => {
  await app.close()
  await live.stop()
})

const sample = (ms = 10_000) => {
  now += ms
  return monitor.sample()
}
const get = async (url: string) => {
  const { statusCode, body } = await app.inject({ url })
  return { statusCode, answer: JSON.parse(body) as Record<string, unknown> }
}

test('time series are read by name, range and step, with the answers of the server itself', async () => {
  await live.run.submit(payments.name, recordBatchOf([pay(1), pay(2)]))
  await app.inject({ url: '/series?of=events' })
  await sample()
  await live.run.submit(payments.name, recordBatchOf([pay(3)]))
  await sample()
  const events = { name: 'events', labels: { source: 'payments', outcome: 'accepted' }, unit: 'events', aggregation: 'sum' }
  const requests = { name: 'http_requests', labels: { status: '4xx' }, unit: 'requests', aggregation: 'sum' }
  const { answer } = await get(`/series?names=events,http_requests&since=${new Date(start).toISOString()}`)
  assert.deepEqual(answer, {
    from: start,
    stepMs: 10_000,
    length: 2,
    series: [
      { ...events, values: [2, 1] },
      { ...events, labels: { ...events.labels, outcome: 'duplicate' }, values: [0, 0] },
      { ...requests, values: [1, 0] },
    ].filter(({ values }) => values.some(value => value > 0)),
    markers: [{ at: start, kind: 'start', text: 'the run started' }],
  })
  const { answer: byMinute } = await get('/series?names=events&since=1m&step=1m')
  assert.deepEqual((byMinute['series'] as { values: unknown[] }[])[0].values, [null, 3])
})

test('a wrong name, time or step is 400 with a hint', async () => {
  for (const [query, message] of [
    ['names=event', /there is no time series 'event'; did you mean 'events'\?/],
    ['since=yesterday', /\?since=yesterday is not a time; write ISO 8601/],
    ['step=often', /\?step=often is not a duration/],
    ['step=7s', /the step is 7000 ms; it is a multiple of 10 s/],
    ['step=10s&since=2h', /single samples are kept for 1 h/],
  ] as const) {
    const { statusCode, answer } = await get(`/series?${query}`)
    assert.equal(statusCode, 400)
    assert.match(String(answer['message']), message)
  }
})

test('samples are streamed as they become durable, and from an id on', async () => {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const first = start / 10_000
  const response = await fetch(`http://127.0.0.1:${port}/series/stream?name=events`, { headers: { 'last-event-id': String(first) } })
  const reader = response.body!.getReader()
  let text = ''
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) text += new TextDecoder().decode((await reader.read()).value)
  }
  await until(new RegExp(`id: ${first + 1}\nevent: sample\n`))
  const [, json] = /event: sample\ndata: (.*)\n/.exec(text)!
  const accepted = { name: 'events', labels: { source: 'payments', outcome: 'accepted' }, value: 1 }
  assert.deepEqual(JSON.parse(json), { at: start + 10_000, series: [accepted] })
  await live.run.submit(payments.name, recordBatchOf([pay(5), pay(6)]))
  await sample()
  await until(new RegExp(`id: ${first + 2}\nevent: sample\ndata: .*"value":2`))
  await reader.cancel()
  const old = await fetch(`http://127.0.0.1:${port}/series/stream`, { headers: { 'last-event-id': '5' } })
  const { value } = await old.body!.getReader().read()
  assert.match(new TextDecoder().decode(value), /event: gap\ndata: .*GET \/series has their minutes/)
})

test('the capacity has load once 5 min have passed, keys, memory and disk', async () => {
  const { answer: early } = await get('/capacity')
  assert.equal((early['capacity'] as RunCapacity).load, undefined)
  await live.run.submit(payments.name, recordBatchOf([pay(7), pay(8), pay(9)]))
  await sample(300_000)
  await sample(300_000)
  const { answer } = await get('/capacity')
  const { at, load, groups, memoryBytes, disk } = answer['capacity'] as RunCapacity
  assert.equal(at, now)
  assert.ok(load!.eventsPerSecond.busiest >= 0.01 && load!.loopBusy.busiest > 0)
  assert.deepEqual(
    groups.map(({ group, keys, bytes }) => [group, keys, bytes > 0]),
    [
      ['hooked', 0, true],
      ['now', 1, true],
    ],
  )
  assert.ok(memoryBytes > 1e7 && disk!.freeBytes > 0 && disk!.usedBytes > 0)
})
