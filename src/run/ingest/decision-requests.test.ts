import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { count, entity, features, linear, model, on, pipeline, request, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), sum: p.amount.sum('1h') }) })
const offer = model('offer', {
  decide: request({ card, amount: t.decimal(2, { min: 0 }), channel: t.enum(['web', 'shop']) }),
  inputs: r => ({ now: now.of(r.card), amount: r.amount, channel: r.channel, ratio: r.amount.dividedBy(now.of(r.card).sum) }),
  score: linear({ intercept: 0, weights: { 'now.n': 1 } }),
})
const seen = model('seen', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const shop = pipeline('shop', [offer, seen])
const start = Date.parse('2026-01-01T00:00Z')

function open(disk?: Disk) {
  const store = new ModelStore(disk, true)
  return { store, run: new Run(shop, { store, clock: () => start }) }
}

const pay = (of: string, amount: string) => ({ card: of, amount, at: start })

test('a request sees everything before it, and is logged with its decision', async () => {
  const { run, store } = open()
  await run.submit('payments', recordBatchOf([pay('c', '2.00'), pay('c', '3.00'), pay('d', '1.00')]))
  const [first, second] = await Promise.all([
    run.request('offer', { card: 'c', amount: 10, channel: 'web' }),
    run.request('offer', { card: 'e', amount: '0.50', channel: 'shop' }),
  ])
  await run.submit('payments', recordBatchOf([pay('c', '5.00')]))
  assert.deepEqual(first, {
    model: 'offer',
    t: start,
    key: 'c',
    entry: 3,
    vector: { now: { n: 2, sum: 5 }, amount: 10, channel: 'web', ratio: 2 },
    score: 2,
    read: { 'now(card)': { visibleEvents: 3, asOf: start } },
  })
  assert.deepEqual([second.entry, second.vector], [4, { now: { n: 0, sum: null }, amount: 0.5, channel: 'shop', ratio: null }])
  await run.stop()
  const recorded = store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
  assert.deepEqual(
    recorded.filter(({ model: of }) => of === 'offer'),
    [first, second],
  )
  assert.deepEqual(
    recorded.map(({ entry }) => entry).sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5],
  )
})

test('a request that was marked and not decided is decided after a crash, once', async () => {
  const { run, store } = open()
  await run.submit('payments', recordBatchOf([pay('c', '2.00')]))
  store.hold()
  const unanswered = run.request('offer', { card: 'c', amount: 1, channel: 'web' })
  unanswered.catch(() => {})
  while (store.waiting < 2) await new Promise(resolve => setImmediate(resolve))
  const again = open(store.crash(1))
  await again.run.stop()
  const offers = again.store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)]).filter(({ model: of }) => of === 'offer')
  assert.deepEqual(
    offers.map(({ entry, score }) => [entry, score]),
    [[1, 1]],
  )
})

test('an invalid request is rejected at once', async () => {
  const { run } = open()
  await assert.rejects(run.request('ofer', {}), {
    code: 'SPILL_NOT_FOUND',
    message: "pipeline 'shop' has no model 'ofer'; did you mean 'offer'?",
  })
  await assert.rejects(run.request('seen', {}), { code: 'SPILL_INPUT', message: "model 'seen' does not decide on request" })
  await assert.rejects(run.request('offer', { card: 'c', amount: -1, channel: 'web' }), {
    code: 'SPILL_INPUT',
    message: /^request to model 'offer': 'amount'/,
  })
  await run.stop()
})
