import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { openActionDestinations } from '../action/open-destinations.ts'
import { action, count, entity, every, features, model, on, pipeline, request, rules, source, stream, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { withFolderReader } from '../log/sqlite/data-folder.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { decisionTraces, type DecisionTrace, type DecisionTraceQuery } from './decisions.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.decimal(2), abroad: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', { decide: on(payments), inputs: p => now.of(p.card), score: () => rules([], 0.5) })
const watch = model('watch', { decide: every('1m', card, { live: '1h' }), inputs: ({ card }) => now.of(card), score: () => rules([], 0.5) })
const check = model('check', { decide: request({ card }), inputs: ({ card }) => now.of(card), score: () => rules([], 0.5) })
let failures = 1
const tell = action('tell', {
  when: risk.score.gt(0),
  deadline: '1h',
  do: () => {
    if (failures-- > 0) throw new Error('not now')
  },
})
const shop = pipeline('shop', [risk, watch, check, tell])
const start = Date.parse('2026-01-01T00:00Z')

const data = scratchFolder('trace')
const traced = (ask: Partial<DecisionTraceQuery>): Promise<DecisionTrace[]> =>
  withFolderReader(data, reader => decisionTraces(reader, { entry: 0, most: 100, ...ask }))

/** Entry 0 is a payment, whose effect fails once, 1 a request, 2 a tick. */
async function ran(): Promise<void> {
  let clock = start + 5000
  const running = await LiveRun.open(shop, data, {
    clock: () => clock,
    sendings: await openActionDestinations(shop, {}),
    after: (_ms, act) => {
      setImmediate(act)
      return { stop() {} }
    },
  })
  await running.run.submit('payments', recordBatchOf([{ id: '1', card: 'c', amount: '1.50', abroad: true, at: start }]))
  await running.run.request('check', { card: 'c' })
  clock = start + 61_000
  running.run.tick()
  await yieldToEventLoop()
  await running.whenIdle()
  while (running.dispatcher.held.get('tell') !== 0) await running.whenIdle()
  await running.stop()
}
const before = ran()

test('the trace of a decision on an event has its trigger, each stage in order, and its effect with its tries', async () => {
  await before
  const [{ decision, on: event, moments, stages, effects }, ...others] = await traced({})
  assert.deepEqual([decision.model, decision.key, others.length], ['risk', 'c', 0])
  const fields = { id: '1', card: 'c', amount: 1.5, abroad: true, at: start }
  assert.deepEqual(event, { kind: 'event', source: 'payments', time: start, arrival: start + 5000, fields })
  const { came, turn, appended, begun, features: read, scored, durable } = moments!
  const inOrder = [came!, turn!, appended!, begun, read, scored, durable]
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
  )
  assert.ok(Math.abs(turn! - (start + 5000)) < 0.01, 'the wall clock that stamps arrivals; each stage is rounded to a microsecond')
  assert.deepEqual(Object.keys(stages!), ['waited', 'intake', 'queued', 'features', 'inference', 'durable'])
  const [effect] = effects
  assert.deepEqual(
    [effect.action, effect.state, effect.attempts, effect.decidedAt, effect.due],
    ['tell', 'delivered', 2, start + 5000, start + 3_600_000],
  )
  assert.ok(effect.began! <= effect.sent!, 'the first try and the last')
  assert.deepEqual(
    [effect.queueMs, effect.deliveryMs, effect.acknowledgementMs],
    // Effects are stamped by the run's clock, which stands still here; stages are measured from it on.
    [Math.max(0, Math.round((effect.began! - durable) * 1000) / 1000), effect.sent! - effect.began!, effect.settled! - effect.sent!],
  )
})

test('the trace of a request has its fields, that of a tick its time', async () => {
  await before
  const [ofRequest] = await traced({ entry: 1 })
  assert.deepEqual(ofRequest.on, { kind: 'request', t: start + 5000, fields: { card: 'c' } })
  assert.notEqual(ofRequest.moments?.came, undefined)
  const [ofTick] = await traced({ entry: 2 })
  assert.deepEqual([ofTick.decision.model, ofTick.on, ofTick.effects], ['watch', { kind: 'tick', t: start + 60_000 }, []])
  assert.deepEqual(Object.keys(ofTick.stages!), ['waited', 'intake', 'queued', 'features', 'inference', 'durable'])
})

test('a trace can be limited to a model and a key; an unknown entry has none', async () => {
  await before
  assert.deepEqual(await traced({ model: 'watch' }), [])
  assert.deepEqual(await traced({ entry: 2, key: 'd' }), [])
  assert.equal((await traced({ entry: 2, key: 'c', model: 'watch' })).length, 1)
  assert.deepEqual(await traced({ entry: 2, most: 0 }), [])
  assert.deepEqual(await traced({ entry: 99 }), [])
})

test('the trace of a decision from before a rename has the present names, and defaults of columns that were added', async () => {
  const folder = scratchFolder('trace-renamed')
  const pipelineOf = (schema: object, renamed: Record<string, string>) => {
    const readings = source('readings', {
      schema: { card, level: t.decimal(1), ...schema, at: t.timestamp() },
      key: 'card',
      time: 'at',
      renamed,
    })
    const recent = features('recent', { from: readings, entity: card, place: stream, values: () => ({ n: count('1h') }) })
    return pipeline('meters', [model('high', { decide: on(readings), inputs: r => recent.of(r.card), score: () => rules([], 0.5) })])
  }
  const clock = () => start
  const first = await LiveRun.open(pipelineOf({ unit: t.string(), gone: t.int() }, {}), folder, { clock })
  await first.run.submit('readings', recordBatchOf([{ card: 'c', level: 1.5, unit: 'kPa', gone: 3, at: start }]))
  await first.stop()
  const later = pipelineOf({ measure: t.string(), place: t.string().default('cellar') }, { unit: 'measure' })
  await (await LiveRun.open(later, folder, { clock })).stop()
  const [{ on: event }] = await withFolderReader(folder, reader => decisionTraces(reader, { entry: 0, most: 1 }))
  assert.equal(event?.kind, 'event')
  const fields = { card: 'c', level: 1.5, measure: 'kPa', gone: 3, place: 'cellar', at: start }
  assert.deepEqual(event?.kind === 'event' && event.fields, fields)
})
