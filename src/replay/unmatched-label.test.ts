/** A label whose events concern no decision is a warning of a replay and an error of an audit, with an example of both keys. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Experiment } from '../audit/experiment/experiment.ts'
import { count, doesNotHappen, entity, features, happens, labelFrom, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { load } from './load.ts'
import { replay } from './replay.ts'
import { unmatchedLabel } from './unmatched-label.ts'

const customer = entity('customer', t.string())
const visits = source('visits', { schema: { customer, visit: t.int(), at: t.timestamp() }, key: 'customer', time: 'at', id: 'visit' })
const orders = source('orders', {
  schema: { buyer: t.string(), of: t.int(), bought: t.bool(), at: t.timestamp() },
  key: 'buyer',
  time: 'at',
})
const recent = features('recent', { from: visits, entity: customer, place: stream, values: () => ({ n: count('1h') }) })

const labels = {
  happens: happens(orders, { by: 'buyer', within: '1h', lateness: '0s' }),
  doesNotHappen: doesNotHappen(orders, { by: 'buyer', within: '1h', lateness: '0s' }),
  labelFrom: labelFrom(orders, { join: 'of', value: o => o.bought, negativeAfter: '1h' }),
}

const shopOf = (label: (typeof labels)[keyof typeof labels]) =>
  pipeline('shop', [
    model('buys', {
      decide: on(visits),
      inputs: v => ({ n: recent.of(v.customer).n }),
      score: linear({ intercept: 0, weights: { n: 1 } }),
      label,
    }),
  ])

const onRejected = ({ detail }: { readonly detail: string }) => assert.fail(detail)

const folder = scratchFolder('unmatched-label')
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

/** Files of visits, and of orders with these keys. */
function filesOf(name: string, order: (i: number) => { readonly buyer: string; readonly of: number }) {
  const rows = {
    visits: Array.from({ length: 200 }, (_, i) => ({ customer: `c${i % 9}`, visit: i, at: at(30 * i) })),
    orders: Array.from({ length: 200 }, (_, i) => ({ ...order(i), bought: true, at: at(30 * i + 10) })),
  }
  return (['visits', 'orders'] as const).map(source => {
    const path = join(folder, `${name}-${source}.ndjson`)
    writeFileSync(path, rows[source].map(row => JSON.stringify(row)).join('\n'))
    return { source, path }
  })
}

const other = filesOf('other', i => ({ buyer: `C${i % 9}`, of: 1000 + i }))
const own = filesOf('own', i => ({ buyer: i === 199 ? 'c8' : `C${i % 9}`, of: i === 199 ? 3 : 1000 + i }))

for (const [kind, label] of Object.entries(labels))
  test(`${kind} whose events concern no decision`, async () => {
    const shop = shopOf(label)
    const columns =
      kind === 'labelFrom'
        ? "'of' of 'orders' is, for example, 1000, and 'visit' of the decisions 0"
        : "'buyer' of 'orders' is, for example, 'C0', and 'customer' of the decisions 'c0'"
    const text = `no event of source 'orders' concerns a decision of model 'buys': ${columns}; check that both columns hold the same values`
    assert.deepEqual((await replay(shop, { files: other })).warnings, [text])
    const log = await load(shop, other, { onRejected })
    assert.throws(() => new Experiment(shop, shop.ir.models[0], log), {
      code: 'SPILL_HISTORY',
      message: `cannot judge this history: ${text}`,
    })
  })

test('one event about one decision is enough, wherever both are', async () => {
  for (const label of Object.values(labels)) {
    const shop = shopOf(label)
    assert.deepEqual((await replay(shop, { files: own })).warnings, [])
  }
  const shop = shopOf(labels.happens)
  const log = await load(shop, own, { onRejected })
  const keys = log.histories.get('visits')!.block.columns['customer']
  const parts = (...rows: readonly number[]) => rows.map(row => ({ values: keys.values.subarray(row, row + 1) }))
  // The customer of row 8 is c8.
  assert.equal(unmatchedLabel(shop.ir, shop.ir.models[0], log, parts(0, 8)), undefined)
  assert.match(unmatchedLabel(shop.ir, shop.ir.models[0], log, parts(0, 1)) ?? '', /is, for example, 'C0'/)
})

test('without events or decisions nothing is said', async () => {
  const shop = shopOf(labels.happens)
  const log = await load(shop, other, { onRejected })
  const describe = (orders: Int32Array, ...decisions: readonly Int32Array[]) => {
    const histories = new Map([['orders', { block: { columns: { buyer: { values: orders } } } }]]) as never
    return unmatchedLabel(
      shop.ir,
      shop.ir.models[0],
      { histories, strings: log.strings },
      decisions.map(values => ({ values })),
    )
  }
  const [none, some] = [new Int32Array(0), Int32Array.of(0)]
  assert.deepEqual(
    [describe(none, some), describe(some), describe(some, none), describe(some, some)],
    [undefined, undefined, undefined, undefined],
  )
  assert.match(describe(Int32Array.of(1), none, some) ?? '', /no event of source 'orders'/)
})
