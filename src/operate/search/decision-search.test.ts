import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { array, assert as check, asyncProperty, constantFrom, integer, option, record } from 'fast-check'
import { BatchLog, searchPages } from '../../../test/serve/batch-log.ts'
import { open, pay, posted, start } from '../../../test/serve/shop.ts'
import type { StoredDecisionBatch } from '../../log/store.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { DecisionSearch } from './decision-search.ts'
import { DecisionKeyIndex, hashOfKey } from './decision-key-index.ts'
import { newestDecisions, type NewestDecisionsQuery } from '../../run/history/newest-decisions.ts'
import { newestAtOnce } from './newest-at-once.ts'
import { FolderSearchWorker } from './folder-search-worker.ts'

const keys = ['c', 'd', '7', '7.0', 'null', 'ä', ''] as const

/** Real decision batches of two models, from turns of several sizes. */
async function recorded(): Promise<StoredDecisionBatch[]> {
  const shop = await open()
  let id = 0
  for (const size of [1, 3, 1, 20, 2, 1, 50, 1]) {
    const events = Array.from({ length: size }, () => pay(id, keys[(id++ * 5 + size) % keys.length]))
    await posted(shop.app, '/sources/payments/events', events)
    await posted(shop.app, '/models/check/decide', { card: keys[id % keys.length], amount: 1 })
  }
  const reader = readDataFolder(shop.data)
  const batches = [...reader.newestDecisions()].reverse()
  reader.close()
  await shop.close()
  return batches
}

const batches = await recorded()

test('the index finds the decisions of a scan, with records, deletions and queries in any order', async () => {
  const query = record({
    model: option(constantFrom('fraud', 'check', 'none'), { nil: undefined }),
    key: constantFrom(...keys, '7.00', 'e'),
    min: option(constantFrom(0.5, 2), { nil: undefined }),
    last: integer({ min: 1, max: 30 }),
  })
  const step = record({
    adds: array(integer({ min: 0, max: batches.length - 1 }), { maxLength: 4 }),
    forgets: integer({ min: 0, max: 2 }),
    query,
  })
  await check(
    asyncProperty(array(step, { minLength: 1, maxLength: 12 }), async steps => {
      const log = new BatchLog()
      const search = new DecisionSearch(log)
      for (const { adds, forgets, query } of steps) {
        for (const at of adds) log.add(batches[at])
        if (log.all.length > forgets) log.all.splice(0, forgets)
        const { decisions } = await newestDecisions(log, query)
        assert.deepEqual((await search.newest(query)).decisions, decisions)
      }
    }),
    { numRuns: 200 },
  )
})

test('an index that is extended in slices ahead of a search finds what a scan finds', async () => {
  const log = new BatchLog()
  for (const batch of batches) log.add(batch)
  const decisionsAfter = mock.method(log, 'decisionsAfter')
  const search = new DecisionSearch(log)
  let slices = 1
  while (!search.indexFor(0)) slices++
  assert.equal(slices, batches.length + 1, 'a slice of no time takes one batch')
  decisionsAfter.mock.resetCalls()
  const query = { model: undefined, key: 'c', last: 3 }
  const { decisions } = await search.newest(query)
  assert.deepEqual(decisions, (await newestDecisions(log, query)).decisions)
  assert.ok(decisionsAfter.mock.callCount() <= 4, 'the search reads the batches of its decisions, and that no newer one is there')
})

test('the newest decisions are read at once if their batches are few and small enough, as a scan finds them', async () => {
  const log = new BatchLog()
  const newest = (last: number) => new DecisionSearch(log).newest({ model: undefined, key: undefined, last })
  assert.deepEqual(newestAtOnce(log, 5), { decisions: [] })
  for (const batch of batches) log.add(batch)
  const all = log.all.reduce((sum, { count }) => sum + count, 0)
  for (const last of [1, 3, 60, all, all + 1]) assert.deepEqual(newestAtOnce(log, last), await newest(last))
  assert.deepEqual(newestAtOnce(log, 3, 60), await newest(3))
  assert.equal(newestAtOnce(log, 60, 55), undefined)
  log.all.splice(0, log.all.length - 2)
  assert.deepEqual(newestAtOnce(log, 60), await newest(60))
})

test('beyond the limit of the index the newest are found, with the number of indexed decisions, and then the older ones', async () => {
  const log = new BatchLog()
  for (const batch of batches) log.add(batch)
  const search = new DecisionSearch(log, 60)
  const query: NewestDecisionsQuery = { model: undefined, key: 'c', last: 1000 }
  const all = (await newestDecisions(log, query)).decisions
  const [{ decisions, lookedAt }, ...others] = await searchPages(search, query)
  assert.ok(decisions.length > 0 && decisions.length < all.length)
  assert.deepEqual([...others.toReversed().flatMap(page => page.decisions), ...decisions], all)
  assert.ok(lookedAt! > 0 && lookedAt! <= 60)
  for (const batch of batches) log.add(batch)
  const later = await search.newest({ ...query, last: 2 })
  assert.deepEqual(later.decisions, (await newestDecisions(log, { ...query, last: 2 })).decisions)
})

test('a search that ends early has the number of scanned decisions, the time of the oldest, and the place of the next page', async () => {
  const log = new BatchLog()
  for (const batch of batches) log.add(batch)
  for (const key of [undefined, 'c']) {
    const { decisions, lookedAt, lookedTo, next } = await new DecisionSearch(log).newest({
      model: undefined,
      key,
      min: 2,
      last: 1000,
      maxScanned: 10,
    })
    assert.deepEqual([decisions, lookedTo], [[], start])
    assert.ok(lookedAt! >= 10 && lookedAt! < 70, `${lookedAt}`)
    assert.match(next!, /^\d+\.0$/)
  }
})

test('an index that drops its older half keeps whole batches, and names the first of them', () => {
  const index = new DecisionKeyIndex(8)
  for (let batch = 1; batch <= 20; batch++) index.add(batch, [hashOfKey(batch % 3), hashOfKey('x')])
  assert.ok(index.size <= 8)
  const batchNumbers = [...index.batchesOf('x')]
  assert.deepEqual(
    batchNumbers,
    Array.from({ length: batchNumbers.length }, (_, i) => 20 - i),
  )
  assert.equal(batchNumbers.at(-1), index.from)
  assert.deepEqual(
    [...index.batchesOf('2.0')],
    batchNumbers.filter(batch => batch % 3 === 2),
  )
})

test('a search fails if it reads a damaged batch, and only then', async () => {
  const log = new BatchLog()
  const [first, second] = batches.filter(({ model }) => model === 'fraud')
  log.add({ ...first, bytes: first.bytes.slice(0, -1) })
  log.add(second)
  const search = new DecisionSearch(log)
  const key = String((await newestDecisions(log, { model: undefined, key: undefined, last: 1 })).decisions[0].key)
  assert.equal((await search.newest({ model: undefined, key, last: 1 })).decisions.length, 1)
  await assert.rejects(search.newest({ model: undefined, key, last: 1000 }), { code: 'SPILL_DATA' })
  assert.equal((await search.newest({ model: 'check', key, last: 1000 })).decisions.length, 0)
})

test('a thread answers searches in turn, reports errors, and ends when it is closed', async () => {
  const shop = await open()
  await posted(shop.app, '/sources/payments/events', [pay(1), pay(2, 'd')])
  const beside = new FolderSearchWorker(shop.data)
  const query = (key: string): NewestDecisionsQuery => ({ model: undefined, key, last: 5 })
  await beside.open()
  const texts = await Promise.all(['c', 'd', 'e'].map(key => beside.newest(query(key))))
  assert.deepEqual(
    texts.map(text => (JSON.parse(text) as { decisions: { id: string }[] }).decisions.map(({ id }) => id)),
    [['1'], ['2'], []],
  )
  const pending = beside.newest(query('c'))
  beside.close()
  await assert.rejects(pending, { code: 'SPILL_STOPPED' })
  await assert.rejects(beside.newest(query('c')), { code: 'SPILL_STOPPED' })
  const nowhere = new FolderSearchWorker(`${shop.data}/none`)
  await assert.rejects(nowhere.newest(query('c')))
  nowhere.close()
  await shop.close()
})
