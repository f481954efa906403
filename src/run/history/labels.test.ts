import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { count, entity, features, labelFrom, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { Strings } from '../../columns/strings.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { Run } from '../loop/run.ts'
import { recordedLabels } from './recorded-labels.ts'
import { newestSettledMetric, settledMetrics } from './settled-metrics.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '7d' }),
})
const shop = pipeline('shop', [risk])

test('events that only a label needs are logged, and trigger no decision', async () => {
  let store = new ModelStore(undefined, true)
  const at = Date.parse('2026-01-01T00:00Z')
  const submitted = async (id: string): Promise<readonly [number, number]> => {
    store = new ModelStore(store.disk, true)
    const run = new Run(shop, { store, clock: () => at })
    await run.submit('payments', recordBatchOf([{ id, card: 'c', at }]))
    const receipt = await run.submit('chargebacks', recordBatchOf([{ payment: id, fraud: true, at }]))
    await run.stop()
    return [receipt.accepted, store.decisions.length]
  }
  assert.deepEqual(await submitted('1'), [1, 1])
  assert.deepEqual(await submitted('2'), [1, 2], 'also by a run that goes on')
  assert.equal(
    store.segments.reduce((sum, { entries }) => sum + entries, 0),
    4,
  )
})

const DAY = 86_400_000
const start = Date.parse('2026-01-01T00:00Z')

/** A log with a payment at the start of each of these days, and on day 9 a chargeback of the last if there is to be one. */
async function paid(days: readonly number[], hasChargeback: boolean): Promise<ModelStore> {
  const store = new ModelStore(undefined, true)
  let now = start
  const run = new Run(shop, { store, clock: () => now })
  for (const day of days) {
    now = start + day * DAY
    await run.submit('payments', recordBatchOf([{ id: `p${day}`, card: 'c', at: now }]))
  }
  if (hasChargeback) {
    now = start + 9 * DAY
    await run.submit('chargebacks', recordBatchOf([{ payment: `p${days.at(-1)}`, fraud: true, at: now }]))
  }
  await run.stop()
  return store
}

/** The recorded decisions as batches; the last decision is `later` ms later. */
function batchesOf(store: ModelStore, strings: Strings, later = 0) {
  const last = store.decisions.length - 1
  return store.decisions.map(({ bytes }, i) => {
    const { length, t: at, entry, keys: key, ids: id, score, explored } = decodeDecisions(bytes, strings)
    return { length, t: i === last ? at.map(time => time + later) : at, entry, key, id, score, explored }
  })
}

test('labels are as known at the last arrival or decision, whichever is later, also if a source has no events', async () => {
  const [model] = shop.ir.models
  const days = [0, 1, 3]
  for (const [hasChargeback, later, expected, known] of [
    [true, 0, 9, [1, 1, 1]],
    [false, 0, 3, [0, 0, 0]],
    [true, 7 * DAY, 10, [1, 1, 1]],
    [false, 5 * DAY, 8, [1, 1, 0]],
  ] as const) {
    const store = await paid(days, hasChargeback)
    const strings = new Strings()
    const { at, labels } = recordedLabels(shop.ir, model, store, batchesOf(store, strings, later), strings)
    assert.deepEqual([(at - start) / DAY, [...labels.known]], [expected, known])
    const none = recordedLabels(shop.ir, model, store, [], new Strings())
    assert.deepEqual([(none.at - start) / DAY, none.labels.known.length], [hasChargeback ? 9 : 3, 0])
  }
})

test('a metric counts decisions after the beginning of its period up to the newest settled label', async () => {
  const [model] = shop.ir.models
  const store = await paid([0, 1, 8], false)
  const rows = (since: number, more: { readonly at?: number; readonly version?: number } = {}) =>
    newestSettledMetric(shop.ir, model, store, { metric: 'auc', bound: 0.5, since, ...more }).rows
  assert.equal(rows(DAY), 1, 'the decision of day 1, and not that of day 0')
  assert.equal(rows(DAY + 1), 2)
  assert.equal(rows(DAY, { at: start + 8 * DAY - 1 }), 1, 'the decision of day 0')
  assert.equal(rows(DAY - 1, { at: start + 8 * DAY - 1 }), 0)
  assert.equal(rows(DAY + 1, { version: 0 }), 2)
  assert.equal(rows(DAY + 1, { version: 1 }), 0)
  const measured = (from: number, to: number): number =>
    settledMetrics(shop.ir, model, store, store.decisions, () => true, { from, to, at: start + 20 * DAY }, ['score'])[0].n
  assert.deepEqual(
    [-1, 0, 1].flatMap(more => [measured(start + more, start + 8 * DAY), measured(start - 1, start + 8 * DAY + more)]),
    [3, 2, 2, 3, 2, 3],
  )
  const { label: _, ...unlabelled } = model
  assert.throws(() => newestSettledMetric(shop.ir, unlabelled, store, { metric: 'auc', bound: 0.5, since: DAY }), {
    code: 'SPILL_INPUT',
    message: /model 'risk' has no label/,
  })
})
