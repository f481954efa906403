import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, pay, posted, shop, start } from '../../../test/serve/shop.ts'
import type { StoredDecisionBatch } from '../../log/store.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { DecisionRequests } from './decision-requests.ts'

/** Decision batches of a run: of two events, and of three requests that follow. */
async function recordedBatches(): Promise<StoredDecisionBatch[]> {
  const run = await open()
  await posted(run.app, '/sources/payments/events', [pay(1), pay(2, 'd')])
  for (const card of ['c', 'd', 'e']) await posted(run.app, '/models/check/decide', { card, amount: 1 })
  const reader = readDataFolder(run.data)
  const batches = [...reader.newestDecisions()].reverse()
  reader.close()
  await run.close()
  return batches
}

test('thousands of pending requests are compared with no batch of decisions on events', async () => {
  const batches = await recordedBatches()
  const requested = batches.filter(({ model }) => model === 'check')
  assert.deepEqual([batches.length, requested.length], [4, 3])
  const requests = new DecisionRequests(shop.ir)
  const decided = Array.from({ length: 3000 }, () => requests.add('check', { card: 'c', amount: 1 }).decided)
  const { first } = requested[0]
  requests.mark(first, start)
  let steps = 0
  const counted = (entry: number): number => ({ valueOf: () => (steps++, entry) }) as unknown as number
  const many = Array.from({ length: 1000 }, () => batches).flat()
  const replies = requests.repliesIn([
    ...many.filter(({ model }) => model === 'fraud').map(batch => ({ ...batch, first: counted(batch.first), last: counted(batch.last) })),
    ...requested,
  ])
  assert.deepEqual(
    replies.map(({ key }) => key),
    ['c', 'd', 'e'],
  )
  for (const reply of replies) assert.equal(await decided[reply.entry - first], reply)
  assert.ok(steps <= 3000 + many.length, `${steps} comparisons of entries`)
})

test('a decision on a request of an earlier process is no reply', async () => {
  const batches = await recordedBatches()
  const requests = new DecisionRequests(shop.ir)
  requests.add('check', { card: 'c', amount: 1 })
  const { last } = batches.at(-1)!
  requests.mark(last, start)
  assert.deepEqual(
    requests.repliesIn(batches).map(({ entry }) => entry),
    [last],
  )
})
