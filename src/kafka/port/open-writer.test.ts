/** The wait of a writer of transactions for the transaction before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWriter, TransactionWait } from './open-writer.ts'

const message =
  'the coordinator has not completed the transaction before within 30 s; check that each topic, and __transaction_state, has min.insync.replicas in-sync replicas'

test('a wait for the transaction before ends after half a minute with an error of a cluster that is away', async () => {
  let now = 0
  const wait = new TransactionWait(() => now)
  for (now = 0; now <= 30_000; now += 10_000) await wait.again()
  await assert.rejects(wait.again(), { kind: 'unavailable', message })
})

test('a writer that waits for the transaction before goes on as the identity of its last step', async () => {
  const steps: unknown[] = []
  const writer = {
    async open(previous: unknown) {
      steps.push(previous)
      return { identity: { producerId: '1', epoch: steps.length }, isOpen: steps.length === 3 }
    },
    write: async () => {},
    close: async () => {},
  }
  assert.deepEqual(await openWriter(writer), { producerId: '1', epoch: 3 })
  assert.deepEqual(steps, [undefined, { producerId: '1', epoch: 1 }, { producerId: '1', epoch: 2 }])
})
