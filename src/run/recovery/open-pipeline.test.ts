import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, every, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { Log } from '../../log/log.ts'
import { runStart } from './open-pipeline.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const onPayment = model('risk', { decide: on(payments), inputs: p => ({ n: recent.of(p.card).n }), score })
const hourly = model('risk', { decide: every('1h', card, { live: '1d' }), inputs: ({ card }) => ({ n: recent.of(card).n }), score })

test('a run that starts as it did before commits nothing', async () => {
  for (const decides of [onPayment, hourly]) {
    const shop = pipeline('shop', [decides])
    const store = new ModelStore(undefined, true)
    const startAt = (now: number) => {
      const log = new Log(store, { sources: shop.ir.sources, stringsOf: () => new Strings() })
      return runStart(shop, store, log, () => now, 'a log')
    }
    const first = startAt(1000)
    assert.ok(first.commit)
    await store.commit(first.commit)
    assert.deepEqual(startAt(2000), { lastTick: decides === hourly ? 1000 : 2000, commit: undefined })
  }
})
