import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { begins, count, entity, every, features, labelFrom, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { label, type Labels } from './label.ts'
import { load, type SourceFile } from './load.ts'
import { replay } from './replay.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), note: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), sum: t.int(), why: t.string(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score,
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.sum.gt(0), negativeAfter: '10s' }),
})
const spree = model('spree', {
  decide: every('5s', card),
  inputs: p => ({ n: now.of(p.card).n }),
  score,
  label: begins(payments, p => p.amount.gt(100), { within: '10s', lasting: '0s', maxGap: '1m' }),
})
const plain = model('plain', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score })
const shop = pipeline('shop', [fraud, spree, plain])

const pay = (id: number, second: number, amount = 5) => ({ id: `p${id}`, card: 'c', amount, note: 'x', at: second * 1000 })
const back = (id: number, second: number, sum = 5) => ({ payment: `p${id}`, sum, why: 'x', at: second * 1000 })

const loaded = (...rows: Rows) => ofFiles(rows, files => load(shop, files, { onRejected: ({ detail }) => assert.fail(detail) }))

type Rows = readonly [payments: readonly object[], chargebacks?: readonly object[]]

async function ofFiles<T>([payments, chargebacks]: Rows, use: (files: readonly SourceFile[]) => Promise<T>): Promise<T> {
  const folder = scratchFolder('label')
  const file = (source: string, rows: readonly object[]) => {
    const path = join(folder, `${source}.ndjson`)
    writeFileSync(path, rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    return { source, path }
  }
  const files = [file('payments', payments), ...(chargebacks ? [file('chargebacks', chargebacks)] : [])]
  return await use(files)
}

test('labels of loaded files, in columns and counted, as known at the end of the log', async () => {
  const log = await loaded([pay(1, 0), pay(2, 1), pay(3, 2), pay(4, 3), pay(5, 15)], [back(2, 11), back(3, 5, 0), back(4, 15)])
  const { length, value, known, outcome, eligible, late, counts } = label(shop, fraud.ir, log)
  assert.equal(length, 5)
  assert.deepEqual([...value], [0, 1, 0, 0, 0])
  assert.deepEqual([...known], [1, 1, 1, 1, 0])
  assert.deepEqual([...outcome], [NaN, 11_000, NaN, NaN, NaN])
  assert.deepEqual([...eligible], [1, 1, 1, 1, 1])
  assert.deepEqual([...late], [0, 0, 0, 1, 0])
  assert.deepEqual(counts, { decisions: 5, positive: 1, negative: 3, unknown: 1, notEligible: 0, late: 1 })
  assert.deepEqual([...(log.histories.get('chargebacks')?.block.columns['sum']?.values ?? [])], [0, 5, 5])
  assert.equal(log.histories.get('chargebacks')?.block.columns['why'], undefined, 'what no label looks at is not kept')
})

test('as of an earlier time there are fewer decisions and fewer known labels', async () => {
  const log = await loaded([pay(1, 0), pay(2, 1), pay(3, 20)], [back(1, 5)])
  assert.deepEqual(label(shop, fraud.ir, log, { at: 4999 }).counts, {
    decisions: 2,
    positive: 0,
    negative: 0,
    unknown: 2,
    notEligible: 0,
    late: 0,
  })
  assert.equal(label(shop, fraud.ir, log, { at: -1 }).length, 0)
  assert.equal(label(shop, fraud.ir, log, { at: Infinity }).counts.unknown, 0)
})

test('a decision within an episode is counted separately', async () => {
  const log = await loaded([pay(1, 0), pay(2, 4), pay(3, 10, 101), pay(4, 12, 500), pay(5, 16), pay(6, 40)])
  // Ticks at 0, 5, … 40: an episode starts at 10, and continues at the ticks of 10 and 15.
  const { eligible, known, value, outcome } = label(shop, spree.ir, log)
  assert.deepEqual([...eligible], [1, 1, 0, 0, 1, 1, 1, 1, 1])
  assert.deepEqual([...known], [1, 1, 0, 0, 1, 1, 1, 0, 0])
  assert.deepEqual([...value], [1, 1, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual([...outcome.subarray(0, 3)], [10_000, 10_000, NaN], 'the onset; nothing tells of one that was going on')
})

test('a source that only labels need may be missing; then there are no labels', async () => {
  const log = await loaded([pay(1, 0)])
  assert.throws(() => label(shop, fraud.ir, log), {
    code: 'SPILL_HISTORY',
    message: "labels of model 'fraud' are from source 'chargebacks', which has no file; load one",
  })
  assert.equal(label(shop, spree.ir, log).length, 1)
})

test('a model without a label, and a time of NaN, are rejected', async () => {
  const log = await loaded([pay(1, 0)], [back(1, 0)])
  assert.throws(() => label(shop, plain.ir, log), { code: 'SPILL_INPUT', message: /^model 'plain' has no label/ })
  assert.throws(() => label(shop, fraud.ir, log, { at: NaN }), { code: 'SPILL_INPUT', message: /is NaN/ })
})

test('a replay counts the labels of the models that have one, if their source is there', async () => {
  const counted = (...rows: Rows) =>
    ofFiles(rows, async files =>
      (await replay(shop, { files })).models.map(({ model, labels }) => [model, labels?.decisions, labels?.positive]),
    )
  assert.deepEqual(await counted([pay(1, 0), pay(2, 1)], [back(1, 1)]), [
    ['fraud', 2, 1],
    ['spree', 1, 0],
    ['plain', undefined, undefined],
  ])
  assert.deepEqual(await counted([pay(1, 0)]), [
    ['fraud', undefined, undefined],
    ['spree', 1, 0],
    ['plain', undefined, undefined],
  ])
})

test('a replay passes the labels of a model to onLabels', async () => {
  const received: [string, number[]][] = []
  const onLabels = (model: string, { value }: Labels) => received.push([model, [...value]])
  await ofFiles([[pay(1, 0), pay(2, 1)], [back(1, 1)]], files => replay(shop, { files, onLabels }))
  assert.deepEqual(received, [
    ['fraud', [1, 0]],
    ['spree', [0]],
  ])
})
