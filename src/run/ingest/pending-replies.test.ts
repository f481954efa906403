import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { count, entity, every, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const risk = model('risk', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score })
const rank = model('rank', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score })
const hourly = model('hourly', { decide: every('1h', card, { live: '2h' }), inputs: k => ({ n: now.of(k.card).n }), score })
const start = Date.parse('2026-01-01T00:00Z')
const pay = (...ids: string[]) => recordBatchOf(ids.map(id => ({ id, card: 'c', at: start })))

function open(disk?: Disk, definition = pipeline('shop', [risk, rank])) {
  const store = new ModelStore(disk, true)
  let at = start
  return { store, run: new Run(definition, { store, clock: () => at }), moveTo: (t: number) => (at = t) }
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

test('a duplicate event is answered with the original decision, after a restart too', async () => {
  const { run, store } = open()
  const { decided, receipt } = run.decide('payments', pay('1'))
  const first = await decided
  assert.deepEqual(
    first.map(({ model: name, entry, score: value }) => [name, entry, value]),
    [
      ['risk', 0, 1],
      ['rank', 0, 1],
    ],
  )
  assert.equal((await receipt).repeated, undefined)
  await run.submit('payments', pay('2', '3'))
  const again = run.decide('payments', pay('1'))
  assert.deepEqual(await again.decided, first)
  assert.deepEqual(await again.receipt, { accepted: 0, duplicates: 1, rejected: 0, sequence: 3, repeated: [0] })
  await run.stop()
  const next = open(store.disk)
  assert.deepEqual(await next.run.decide('payments', pay('1')).decided, first)
  const mixed = next.run.decide('payments', pay('4', '3', '4', '1'))
  const entries = (await mixed.decided).map(({ entry, model: name }) => [entry, name])
  assert.deepEqual(entries, [
    [0, 'risk'],
    [0, 'rank'],
    [2, 'risk'],
    [2, 'rank'],
    [3, 'risk'],
    [3, 'rank'],
    [3, 'risk'],
    [3, 'rank'],
  ])
  assert.deepEqual((await mixed.receipt).repeated, [2, 3, 0])
  await next.run.stop()
  assert.deepEqual(await open(store.disk).run.decide('payments', pay('1')).decided, first)
})

test('the answer to a duplicate waits until the original decision is made and durable', async () => {
  const { run, store, moveTo } = open(undefined, pipeline('shop', [hourly, risk]))
  await run.submit('payments', pay('0'))
  store.hold()
  moveTo(start + 3_600_000)
  // The decisions of the tick are made first.
  const first = run.decide('payments', pay('1'))
  const again = run.decide('payments', pay('1'))
  let notifications = 0
  void again.decided.then(() => notifications++)
  const decisions = await first.decided
  await turns(5)
  assert.equal(notifications, 0, 'made, and not durable')
  store.sync(store.waiting - 1)
  await turns(5)
  assert.equal(notifications, 0, 'the commit of the decision waits')
  store.release()
  assert.deepEqual(await again.decided, decisions)
  assert.equal((await again.receipt).duplicates, 1)
  await run.stop()
})

test('a sender who waits for the original decision is notified when the run fails', async () => {
  const { run, store } = open()
  store.hold()
  const first = run.decide('payments', pay('1'))
  await first.decided
  const again = run.decide('payments', pay('1'))
  await turns(3)
  store.fail()
  for (const promise of [again.decided, again.receipt, first.receipt]) await assert.rejects(promise, { code: 'SPILL_STORE' })
})

test('a duplicate of an event without a decision has none', async () => {
  const { run, store } = open(undefined, pipeline('shop', [hourly]))
  await run.submit('payments', pay('1'))
  await run.stop()
  const { run: later } = open(store.disk, pipeline('shop', [risk]))
  const { decided, receipt } = later.decide('payments', pay('1'))
  assert.deepEqual(await decided, [])
  assert.deepEqual((await receipt).repeated, [0])
  await later.stop()
})
