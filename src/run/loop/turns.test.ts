import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { turns } from '../../../test/crash/turns.ts'
import { check, pay, shop, start } from '../../../test/serve/shop.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from './run.ts'

/** A round of load: some events, and a request for a decision. */
async function decisionsUnderLoad(rounds: number, events: number): Promise<number> {
  const run = new Run(shop, { store: new ModelStore(undefined, true), clock: () => start })
  let [pending, mostPending] = [0, 0]
  const decisions = []
  for (let round = 0; round < rounds; round++) {
    void run.submit('payments', recordBatchOf(Array.from({ length: events }, (_, i) => pay(`${round}-${i}`))))
    pending++
    const { durable } = run.requestDecision(check.name, { card: 'c', amount: 1 })
    decisions.push(durable.then(() => pending--))
    await turns(1)
    mostPending = Math.max(mostPending, pending)
  }
  await Promise.all(decisions)
  await run.stop()
  return mostPending
}

test('however long a load of events lasts, a requested decision waits for a bounded number of turns', async () => {
  const [short, long] = [await decisionsUnderLoad(20, 3), await decisionsUnderLoad(400, 3)]
  assert.ok(long <= short + 2, `${long} requests waited at a time, and ${short} under a short load`)
  assert.ok(short <= 6, `${short} requests waited at a time`)
})

test('a turn decides all requests that it appends, also in the first turn after a start', async () => {
  const store = new ModelStore(undefined, true)
  const first = new Run(shop, { store, clock: () => start })
  await first.submit('payments', recordBatchOf(Array.from({ length: 10 }, (_, i) => pay(i))))
  await first.stop()
  const run = new Run(shop, { store: new ModelStore(store.disk, true), clock: () => start })
  let decided = 0
  const requests = Array.from({ length: 3 }, () => run.requestDecision(check.name, { card: 'c', amount: 1 }))
  for (const request of requests) void request.decided.then(() => decided++)
  await turns(1)
  assert.equal(decided, 3)
  await run.stop()
})
