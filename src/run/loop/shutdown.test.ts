import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { count, entity, every, features, linear, model, on, pipeline, request, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from './run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const weighted = linear({ intercept: 0, weights: { n: 1 } })
const risk = model('risk', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: weighted })
const offer = model('offer', { decide: request({ card }), inputs: r => ({ n: now.of(r.card).n }), score: weighted })
const hourly = model('hourly', { decide: every('1h', card, { live: '2h' }), inputs: k => ({ n: now.of(k.card).n }), score: weighted })
const start = Date.parse('2026-01-01T00:00Z')
const hour = 3_600_000
const pay = (of: string) => recordBatchOf([{ card: of, at: start }])

function open(definition = pipeline('shop', [risk, offer])) {
  const store = new ModelStore(undefined, true)
  let at = start
  return { store, run: new Run(definition, { store, clock: () => at }), moveTo: (t: number) => (at = t) }
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

test('an unknown source is rejected with the nearest name, and the run continues', async () => {
  const { run } = open()
  const unknown = { code: 'SPILL_NOT_FOUND', message: "pipeline 'shop' has no source 'paymets'; did you mean 'payments'?" }
  await assert.rejects(run.submit('paymets', pay('c')), unknown)
  const { decided, receipt } = run.decide('paymets', pay('c'))
  await assert.rejects(decided, unknown)
  await assert.rejects(receipt, unknown)
  assert.equal((await run.submit('payments', pay('c'))).accepted, 1)
  await run.stop()
})

test('work that was accepted before a stop is answered; later work is rejected', async () => {
  const { run, store } = open()
  store.hold()
  const submitted = run.submit('payments', pay('c'))
  const decided = run.decide('payments', pay('c'))
  const request = run.requestDecision('offer', { card: 'c' })
  const stopped = run.stop()
  const late = { code: 'SPILL_STOPPED', message: /send it again/ }
  const rejects = async () => {
    await assert.rejects(run.submit('payments', pay('c')), late)
    const { decided: none, receipt } = run.decide('payments', pay('c'))
    await assert.rejects(none, late)
    await assert.rejects(receipt, late)
    assert.throws(() => run.requestDecision('offer', { card: 'c' }), late)
    await assert.rejects(run.request('offer', { card: 'c' }), late)
    assert.throws(() => run.features([{ group: 'now', key: ['c'] }]), late)
  }
  await rejects()
  store.release()
  assert.equal((await submitted).accepted, 1)
  assert.equal((await decided.receipt).accepted, 1)
  assert.equal((await decided.decided).length, 1)
  assert.equal((await request.durable).model, 'offer')
  await stopped
  await rejects()
  await assert.rejects(run.settle([]), late)
  await run.ended
  await run.whenRoom()
})

test('a run stops once, whoever calls; no turn follows', async () => {
  const { run, store, moveTo } = open(pipeline('shop', [hourly, risk]))
  await run.submit('payments', pay('c'))
  await Promise.all([run.stop(), run.stop()])
  const commits = store.disk.commits.length
  moveTo(start + 5 * hour)
  run.tick()
  run.checkpoint()
  await turns(5)
  assert.equal(store.disk.commits.length, commits)
})

test('when a run fails, everyone who waits is notified: for room, for an unmade decision, for one that is not durable', async () => {
  const { run, store, moveTo } = open(pipeline('shop', [hourly, risk, offer]))
  await run.submit('payments', recordBatchOf(Array.from({ length: 3000 }, (_, i) => ({ card: `c${i}`, at: start }))))
  store.hold()
  moveTo(start + hour + 1)
  // The decisions of the tick come first, some keys a turn; the event waits for them.
  const behind = run.decide('payments', recordBatchOf([{ card: 'c', at: start + hour }]))
  const request = run.requestDecision('offer', { card: 'c' })
  while (store.waiting < 2) await turns(1)
  const next = run.submit('payments', pay('c'))
  store.fail()
  const full = { code: 'SPILL_STORE' }
  for (const promise of [behind.decided, behind.receipt, request.decided, request.durable, next, run.ended])
    await assert.rejects(promise, full)
  await assert.rejects(run.submit('payments', pay('c')), full)
  await run.whenRoom()
  await run.stop()
})
