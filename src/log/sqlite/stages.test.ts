import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { limits } from '../../base/limits.ts'
import { SqliteReader } from './reader.ts'
import { migrate } from './schema.ts'
import { preparedOnce, sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StageWriter } from './writer.ts'

const folder = scratchFolder('stages')
const path = (name: string) => join(folder, name)
const block = (number: number, first: number, last: number, size = 1) => ({ number, first, last, bytes: new Uint8Array(size).fill(number) })

test('finds blocks of stage times by entry, replaces grown blocks, and removes them with their entries', async () => {
  const store = await SqliteStore.open(path('a.db'))
  assert.equal(store.lastStageBlock(), 0)
  for (const stages of [block(1, 0, 9), block(2, 10, 12), block(2, 10, 19, 2), block(3, 19, 30)]) await store.commit({ stages })
  assert.equal(store.lastStageBlock(), 3)
  const reader = new SqliteReader(path('a.db'))
  const at = (entry: number) => reader.stagesAt(entry).map(({ number, bytes }) => [number, bytes.length])
  assert.deepEqual([5, 15, 19, 31].map(at), [
    [[1, 1]],
    [[2, 2]],
    [
      [2, 2],
      [3, 1],
    ],
    [],
  ])
  await store.commit({ forget: 10 })
  assert.deepEqual([at(9), at(15)], [[], [[2, 2]]])
  reader.close()
  await store.close()
})

test('keeps all of the newest blocks, and a bounded sample of the older ones', () => {
  const db = new sqlite.DatabaseSync(path('ring.db'))
  migrate(db, 'ring.db')
  const writer = new StageWriter(preparedOnce(db), 10, 3)
  const every = limits.STAGE_BLOCKS_EVERY
  const last = 6 * every
  for (let number = 1; number <= last; number++) {
    writer.add(block(number, number, number))
    writer.add(block(number, number, number))
  }
  const stored = db
    .prepare('SELECT number FROM stage ORDER BY number')
    .all()
    .map(row => row['number'])
  const recent = Array.from({ length: 10 }, (_, i) => last - 9 + i)
  assert.deepEqual(stored, [3 * every, 4 * every, 5 * every, ...recent])
  db.close()
})

test('finds the decision batches of an entry among those of its segment, in any order', async () => {
  const store = await SqliteStore.open(path('stretches.db'))
  const decisions = (model: string, first: number, last: number) => ({ model, first, last, count: 1, bytes: new Uint8Array(1) })
  for (let first = 0; first < 100; first += 10) {
    const segment = { first, entries: 10, arrival: first, bytes: new Uint8Array(1) }
    // The second model decided on an earlier entry than the first.
    await store.commit({ segment, decisions: [decisions('a', first + 4, first + 9), decisions('b', first + 1, first + 6)] })
  }
  await store.commit({ forget: 30 })
  const reader = new SqliteReader(path('stretches.db'))
  const at = (entry: number) => [...reader.decisionsAt(entry)].map(({ model, first }) => `${model}${first}`)
  assert.deepEqual([29, 30, 31, 55, 58, 99, 100].map(at), [[], [], ['b31'], ['a54', 'b51'], ['a54'], ['a94'], []])
  reader.close()
  await store.close()
})
