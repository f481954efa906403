import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('decision-numbers')

test('the newest batches that together have at most so many decisions', async () => {
  const path = join(folder, 'log.db')
  const store = await SqliteStore.open(path)
  const reader = new SqliteReader(path)
  assert.deepEqual({ ...reader.decisionNumbers() }, { first: 0, last: 0 })
  assert.equal(reader.firstOfNewest(5), 1, 'the next batch, of an empty store')
  let first = 0
  for (const count of [4, 3, 2]) {
    await store.commit({ segment: { first, entries: count, arrival: 1, bytes: new Uint8Array(1) } })
    await store.commit({ decisions: [{ model: 'm', first, last: first + count - 1, count, bytes: new Uint8Array(1) }] })
    first += count
  }
  assert.deepEqual({ ...reader.decisionNumbers() }, { first: 1, last: 3 })
  assert.deepEqual(
    [1, 2, 4, 5, 8, 9, 100].map(most => reader.firstOfNewest(most)),
    [4, 3, 3, 2, 2, 1, 1],
  )
  reader.close()
  await store.close()
})
