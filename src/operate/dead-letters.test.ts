import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { limits } from '../base/index.ts'
import type { DeadLetter } from '../log/index.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { SqliteStore } from '../log/sqlite/sqlite-store.ts'
import { FolderDeadLetters } from './dead-letters.ts'

const path = join(scratchFolder('dead-letters'), 'log.db')
const store = await SqliteStore.open(path)
let at = 0
const rejected = (source: string | undefined, reason: DeadLetter['reason'], detail: string): DeadLetter => {
  at += 10
  return { source, reason, detail, place: 'p:1', at, sequence: 1, raw: `{"at":${at}}` }
}
const missing = "'amount' is missing; field 'value' is no column"
await store.commit({
  deadLetters: [
    rejected('payments', 'schema', "'amount' needs a finite number, got 'unknown'"),
    rejected('payments', 'schema', "'amount' needs a finite number, got 'none'"),
    rejected(undefined, 'schema', 'not JSON: x'),
    rejected('payments', 'schema', missing),
    rejected('payments', 'key', "'card' is missing"),
    rejected('payments', 'schema', missing),
    rejected('payments', 'schema', "'amount' needs a finite number, got null"),
  ],
})
const reader = new SqliteReader(path)
const letters = new FolderDeadLetters(reader)
after(async () => {
  reader.close()
  await store.close()
})

type Query = Partial<Parameters<FolderDeadLetters['page']>[0]>
const idsOf = async (query: Query = {}) => {
  const page = await letters.page({ limit: 10, maxBytes: 1e6, ...query })
  return [page.letters.map(({ id }) => id), page.next]
}

test('pages go forward from the oldest or back from the newest, bounded by number and bytes', async () => {
  assert.deepEqual(await idsOf(), [[1, 2, 3, 4, 5, 6, 7], undefined])
  assert.deepEqual(await idsOf({ limit: 3 }), [[1, 2, 3], 3])
  assert.deepEqual(await idsOf({ limit: 4, from: 3 }), [[4, 5, 6, 7], undefined])
  assert.deepEqual(await idsOf({ maxBytes: 1 }), [[1], 1])
  assert.deepEqual(await idsOf({ order: 'newest', limit: 2 }), [[7, 6], 6])
  assert.deepEqual(await idsOf({ order: 'newest', limit: 2, from: 3 }), [[2, 1], undefined])
  assert.deepEqual(await idsOf({ order: 'newest', limit: 3, reason: 'schema', from: 6 }), [[4, 3, 2], 2])
  assert.deepEqual(await idsOf({ source: 'hooks' }), [[], undefined])
})

test('causes: count, first and last time, that of the newest dead letter first; a page has those of one', async () => {
  const { causes, ...rest } = await letters.causes()
  assert.deepEqual(rest, { unlisted: 0, unread: 0 })
  assert.deepEqual(
    causes.map(({ source, reason, detail, letters: count, first, last }) => [source, reason, detail, count, first, last]),
    [
      ['payments', 'schema', "'amount' needs a finite number, got …", 3, 10, 70],
      ['payments', 'schema', missing, 2, 40, 60],
      ['payments', 'key', "'card' is missing", 1, 50, 50],
      [null, 'schema', 'not JSON: …', 1, 30, 30],
    ],
  )
  const [number, absent, , none] = causes.map(({ cause }) => cause)
  assert.deepEqual(await idsOf({ cause: number }), [[1, 2, 7], undefined])
  assert.deepEqual(await idsOf({ cause: number, order: 'newest', limit: 1 }), [[7], 3], 'the next page begins where the search ended')
  assert.deepEqual(await idsOf({ cause: number, order: 'newest', limit: 2, from: 3 }), [[2, 1], undefined])
  assert.deepEqual(await idsOf({ cause: absent, order: 'newest', source: 'payments' }), [[6, 4], undefined])
  assert.deepEqual(await idsOf({ cause: absent, reason: 'key' }), [[], undefined])
  assert.deepEqual(await idsOf({ cause: none }), [[3], undefined])
  assert.deepEqual(
    (await letters.causes({ reason: 'key' })).causes.map(cause => cause.detail),
    ["'card' is missing"],
  )
})

test('causes are of a bounded number of dead letters, and are a bounded number themselves', async () => {
  const many = Array.from({ length: limits.DEAD_LETTERS_GROUPED_MAX - 1 }, (_, i) =>
    rejected('payments', 'schema', i < 150 ? `field 'c${i}' is no column` : "'amount' is NULL"),
  )
  await store.commit({ deadLetters: many })
  const { causes, unlisted, unread } = await letters.causes()
  assert.equal(causes.length, limits.DEAD_LETTER_CAUSES_MAX)
  assert.deepEqual([causes[0].letters, unlisted, unread], [many.length - 150, 52, 6])
  const [, oldest] = (await letters.causes({ reason: 'key' })).causes
  assert.equal(oldest, undefined, 'an old one is not read')
  const cause = '0'.repeat(16)
  assert.deepEqual(await idsOf({ cause, order: 'newest' }), [[], 7], 'a search ends, and can go on')
  assert.deepEqual(await idsOf({ cause, order: 'newest', from: 7 }), [[], undefined])
})
