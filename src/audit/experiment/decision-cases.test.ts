import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begins, count, entity, features, happens, labelFrom, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import { logOf } from '../../../test/property/engines/replay-order.ts'
import { numberValues } from './decision-cases.ts'
import { Experiment } from './experiment.ts'

test('values are numbered in order of occurrence, with NULL as a value, and string ids by a table', () => {
  const values = Float64Array.of(7, 3, 7, 0, 3, 9)
  assert.deepEqual(numberValues({ values }, 6), { of: Int32Array.of(0, 1, 0, 2, 1, 3), count: 4 })
  assert.deepEqual(numberValues({ values: Int32Array.from(values) }, 5), { of: Int32Array.of(0, 1, 0, 2, 1), count: 3 })
  const nulls = Uint8Array.of(0, 0, 1, 0, 1, 0)
  for (const ids of [values, Int32Array.from(values)])
    assert.deepEqual(numberValues({ values: ids, nulls }, 6), { of: Int32Array.of(0, 1, 2, 3, 2, 4), count: 5 })
  assert.deepEqual(numberValues({ values: new Int32Array(0) }, 0), { of: new Int32Array(0), count: 0 })
})

const card = entity('card', t.string())
const shop = entity('shop', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, order: t.int(), amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const reports = source('reports', {
  schema: { payment: t.string(), card, bad: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  allowedLateness: '1m',
})
const busy = features('busy', { from: payments, entity: shop, place: stream, values: () => ({ n: count('1h') }) })

const labels = {
  happens: happens(reports, { by: 'card', within: '10m' }),
  'happens per order': happens(reports, { by: 'card', within: '10m', per: 'order' }),
  begins: begins(payments, p => p.amount.gt(50), { within: '10m', lasting: '0s', maxGap: '1h' }),
  labelFrom: labelFrom(reports, { join: 'payment', value: r => r.bad, negativeAfter: '10m' }),
}

/** A payment each minute, and a report of each tenth. */
const history = Array.from({ length: 600 }, (_, i): LoggedEvent[] => {
  const time = i * 60_000
  const event = (source: string, row: LoggedEvent['row']): LoggedEvent => ({
    source,
    partition: 0,
    offset: i,
    time,
    arrival: time,
    row: { ...row, at: time },
  })
  const card = `c${i % 30}`
  const payment = event('payments', { id: `p${i}`, card, shop: `s${i % 4}`, order: i >> 1, amount: i % 100 })
  return i % 10 > 0 ? [payment] : [payment, event('reports', { payment: `p${i}`, card, bad: true })]
}).flat()

const clusterNames = { happens: ['shop', 'card'], 'happens per order': ['shop', 'order'], begins: ['shop', 'card'], labelFrom: ['shop'] }

for (const [kind, label] of Object.entries(labels))
  test(`decisions are clustered by what their groups read, and by what shares an outcome: ${kind}`, () => {
    const risky = model('risky', {
      decide: on(payments),
      inputs: p => ({ n: busy.of(p.shop).n }),
      score: linear({ intercept: 0, weights: { n: 1 } }),
      label,
    })
    const shops = pipeline('shops', [risky])
    const { cases } = new Experiment(shops, risky.ir, logOf(shops.ir, history))
    assert.deepEqual(
      cases.clusters.map(({ name }) => name),
      clusterNames[kind as keyof typeof clusterNames],
    )
  })
