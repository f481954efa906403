import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchLog } from '../../../test/serve/batch-log.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { paymentCount } from '../../../test/payment-count.ts'
import { pipeline } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from '../loop/run.ts'
import { matchesKey, newestDecisions } from './newest-decisions.ts'

/** Three batches of decisions: a; b and a; b. */
async function recorded() {
  const store = new ModelStore(undefined, true)
  const run = new Run(pipeline('shop', [paymentCount]), { store, clock: () => 1000 })
  for (const keys of [['a'], ['b', 'a'], ['b']]) await run.submit('payments', recordBatchOf(keys.map(key => ({ card: key, at: 1000 }))))
  await run.stop()
  const log = new BatchLog()
  for (const batch of store.decisions) log.add(batch)
  return log
}

const query = { model: undefined, key: undefined, last: 10 }

test('the newest decisions come in order of decision, of one key or of all', async () => {
  const log = await recorded()
  const keysOf = async (selection: Partial<Parameters<typeof newestDecisions>[1]>) => {
    const { decisions, next } = await newestDecisions(log, { ...query, ...selection })
    return [decisions.map(({ key }) => key).join(' '), next]
  }
  assert.deepEqual(await keysOf({}), ['a b a b', undefined])
  assert.deepEqual(await keysOf({ last: 2 }), ['a b', { batch: 2, row: 1 }])
  assert.deepEqual(await keysOf({ last: 2, before: { batch: 2, row: 1 } }), ['a b', undefined])
  assert.deepEqual(await keysOf({ last: 1, before: { batch: 2, row: 1 } }), ['b', { batch: 2, row: 0 }])
  assert.deepEqual(await keysOf({ key: 'a' }), ['a a', undefined])
  assert.deepEqual(await keysOf({ key: 'c' }), ['', undefined])
})

test('a scan ends after so many decisions, and says where it goes on', async () => {
  const log = await recorded()
  const scanned = async (maxScanned: number) => {
    const { decisions, ...end } = await newestDecisions(log, { ...query, maxScanned })
    return [decisions.length, end]
  }
  assert.deepEqual(await scanned(1), [1, { next: { batch: 3, row: 0 }, lookedAt: 1, lookedTo: 1000 }])
  assert.deepEqual(await scanned(2), [3, { next: { batch: 2, row: 0 }, lookedAt: 3, lookedTo: 1000 }])
  assert.deepEqual(await scanned(4), [4, {}])
})

test('a scan counts no decisions of other times, and those of other models if it has to read them', async () => {
  const log = await recorded()
  assert.deepEqual(await newestDecisions(log, { ...query, until: 999, maxScanned: 1 }), { decisions: [] })
  assert.deepEqual(await newestDecisions(log, { ...query, since: 1001, maxScanned: 1 }), { decisions: [] })
  const all = { newestDecisions: () => log.newestDecisions() }
  assert.deepEqual(await newestDecisions(all, { ...query, model: 'other', maxScanned: 2 }), {
    decisions: [],
    next: { batch: 2, row: 0 },
    lookedAt: 3,
  })
})

test('a text denotes a number in any notation, and a text only itself', () => {
  assert.equal(matchesKey(1.5, '1.50'), true)
  assert.equal(matchesKey(1.5, '2'), false)
  assert.equal(matchesKey(0, ' '), false)
  assert.equal(matchesKey('1.5', '1.50'), false)
  assert.equal(matchesKey('a', 'a'), true)
  assert.equal(matchesKey(true, 'true'), true)
})
