import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeLog } from '../../../test/property/engines/stored-log.ts'
import { Draw } from '../../../test/property/generate/draw.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { featuresFromLog } from './features-at.ts'

test('events without a key belong to no key, not to that whose physical value they repeat', async () => {
  const [card, shop] = [entity('card', t.string()), entity('shop', t.string())]
  const payments = source('payments', { schema: { card, shop: shop.nullable(), at: t.timestamp() }, key: 'card', time: 'at' })
  const busy = features('busy', { from: payments, entity: shop, place: stream, values: () => ({ n: count('1h') }) })
  const { ir } = pipeline('shop', [
    model('risk', { decide: on(payments), inputs: p => ({ n: busy.of(p.shop).n }), score: linear({ intercept: 0, weights: { n: 1 } }) }),
  ])
  const shops = ['north', null, 'north', null, null, 'south']
  const log = shops.map((shop, i) => ({
    source: 'payments',
    partition: 0,
    offset: i,
    arrival: i,
    time: i,
    row: { card: 'c', shop, at: i },
  }))
  const store = await storeLog(ir, log, new Draw(1))
  const [group] = ir.groups
  for (const [key, n] of [
    ['north', 2],
    ['south', 1],
    ['west', 0],
  ] as const) {
    const { ofKey, features } = featuresFromLog(ir, store, { group, key: [key], t: 10 })
    assert.deepEqual([ofKey, features['n']], [n, { value: n }], key)
  }
})
