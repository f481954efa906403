import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { count, entity, features, labelFrom, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'

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
