import assert from 'node:assert/strict'
import { test } from 'node:test'
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
  return { newestDecisions: () => store.decisions.toReversed().values() as Generator<(typeof store.decisions)[number]> }
}

const query = { model: undefined, key: undefined, last: 10 }

test('the newest decisions come in order of decision, of one key or of all', async () => {
  const log = await recorded()
  const keysOf = async (selection: Partial<Parameters<typeof newestDecisions>[1]>) => {
    const { decisions, isWhole } = await newestDecisions(log, { ...query, ...selection })
    return [decisions.map(({ key }) => key).join(' '), isWhole]
  }
  assert.deepEqual(await keysOf({}), ['a b a b', true])
  assert.deepEqual(await keysOf({ last: 2 }), ['a b', true])
  assert.deepEqual(await keysOf({ key: 'a' }), ['a a', true])
  assert.deepEqual(await keysOf({ key: 'c' }), ['', true])
})

test('a scan ends after so many decisions, and says that there may be more', async () => {
  const log = await recorded()
  const scanned = async (maxScanned: number) => {
    const { decisions, isWhole } = await newestDecisions(log, { ...query, maxScanned })
    return [decisions.length, isWhole]
  }
  assert.deepEqual(await scanned(1), [1, false])
  assert.deepEqual(await scanned(3), [3, false])
  assert.deepEqual(await scanned(4), [4, true])
})

test('a text denotes a number in any notation, and a text only itself', () => {
  assert.equal(matchesKey(1.5, '1.50'), true)
  assert.equal(matchesKey(1.5, '2'), false)
  assert.equal(matchesKey(0, ' '), false)
  assert.equal(matchesKey('1.5', '1.50'), false)
  assert.equal(matchesKey('a', 'a'), true)
  assert.equal(matchesKey(true, 'true'), true)
})
