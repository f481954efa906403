import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { Strings } from '../../columns/strings.ts'
import { batch, count, entity, every, features, linear, model, on, pipeline, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { logStartOf } from '../../log/named-values.ts'
import { retentionMs } from '../recovery/retention.ts'
import { featuresFromLog } from './features-at.ts'
import { storedHistory } from './stored-history.ts'

const MINUTE = 60_000
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const counted = features('counted', {
  from: payments,
  entity: card,
  place: batch(every('10m'), { lasts: '0ms' }),
  values: () => ({ n: count('20m') }),
})
const late = features('late', {
  from: payments,
  entity: card,
  place: batch(every('45m'), { lasts: '0ms' }),
  values: () => ({ n: count('5m') }),
})
const shop = pipeline('shop', [
  model('risk', {
    decide: on(payments),
    inputs: p => ({ n: counted.of(p.card).n, late: late.of(p.card).n }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
  }),
])
const [group] = shop.ir.groups

/** A payment a minute over three hours, of which the log keeps as little as its windows need. */
async function lived({ runsKept }: { readonly runsKept: number }) {
  const driven = new DrivenRun(shop, { now: 0, runsKept, besides: () => ({ keep: retentionMs(shop.ir, 1) }) })
  for (let m = 0; m < 180; m++) {
    await driven.to(m * MINUTE + 1)
    await driven.run.submit('payments', recordBatchOf([{ card: 'c', at: m * MINUTE + 1 }]))
  }
  await driven.run.stop()
  return driven
}

test('a log that has forgotten a swap has it from the ledger', async () => {
  const { store } = await lived({ runsKept: 1000 })
  const forgotten = logStartOf(store).arrival
  assert.ok(forgotten > 60 * MINUTE, String(forgotten))
  const history = storedHistory(shop.ir, shop.ir, store, new Strings(), { allowForgotten: true })
  assert.deepEqual([history.forgotten, history.knownAfter], [forgotten, forgotten])
  for (const name of ['counted', 'late']) {
    const swaps = batchRunsIn(store).filter(run => run.group === name)
    const inUse = swaps.findLastIndex(({ swappedAt }) => swappedAt! <= forgotten)
    const expected = swaps.slice(inUse)
    const { swapped, asOf } = history.runs.get(name)!
    assert.deepEqual(
      [...swapped],
      expected.map(run => run.swappedAt),
      name,
    )
    assert.deepEqual(
      [...asOf],
      expected.map(run => run.s),
      name,
    )
  }
})

test('decisions before the first swap in the log are unknown if the ledger has forgotten the earlier ones', async () => {
  const { store } = await lived({ runsKept: 2 })
  const forgotten = logStartOf(store).arrival
  const { runs, knownAfter } = storedHistory(shop.ir, shop.ir, store, new Strings(), { allowForgotten: true })
  assert.ok(runs.get('late')!.swapped[0] < forgotten, 'the ledger has the one before')
  assert.ok(runs.get('counted')!.swapped[0] > forgotten)
  assert.equal(knownAfter, runs.get('counted')!.swapped[0])
})

test('features of a batch group are those of the run in use', async () => {
  const { store } = await lived({ runsKept: 1000 })
  const at = (minutes: number) => featuresFromLog(shop.ir, store, { group, key: ['c'], t: minutes * MINUTE + 2 })
  for (const minutes of [170, 175, 179]) {
    const { asOf, features: values, visibleEvents, ofKey } = at(minutes)
    assert.deepEqual([asOf, values], [170 * MINUTE, { n: { value: 20 } }], String(minutes))
    // The payment of minute 170 arrived a millisecond after the time of the run.
    assert.deepEqual([visibleEvents, ofKey <= minutes + 1], [170, true])
  }
})
