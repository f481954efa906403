import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { DECISION_PROGRESS, decisionProgressText } from '../named-values.ts'
import type { Commit } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('decided')
const path = (name: string) => join(folder, name)

/** A turn that appends one entry, and either decides on everything up to it or on nothing. */
const turnCommit = (first: number, isDecided: boolean, more: Commit['put'] = []): Commit => ({
  segment: { first, entries: 1, arrival: first, bytes: new Uint8Array(200).fill(first) },
  ...(isDecided && { decisions: [{ model: 'm', first, last: first, count: 1, bytes: new Uint8Array(100).fill(first) }] }),
  put: [...(isDecided ? [[DECISION_PROGRESS, decisionProgressText(first + 1)] as const] : []), ...more],
})

test('decision progress is the last committed one, wherever it is stored, also after reopening and beside other values', async () => {
  const commits: readonly (readonly [commit: Commit, decided: string])[] = [
    [turnCommit(0, true), '[1,0]'],
    [turnCommit(1, true, [['cursor/a', '1']]), '[2,0]'],
    // A tick, whose decisions follow in later commits.
    [turnCommit(2, false), '[2,0]'],
    [turnCommit(3, false), '[2,0]'],
    [{ put: [[DECISION_PROGRESS, '[2,5,{"m":5}]']] }, '[2,5,{"m":5}]'],
    [{ put: [[DECISION_PROGRESS, '[4,0]']] }, '[4,0]'],
    [turnCommit(4, true), '[5,0]'],
    [{ put: [['cursor/a', '2']] }, '[5,0]'],
    // Progress without all decisions.
    [{ ...turnCommit(5, false), put: [[DECISION_PROGRESS, '[5,1,{"m":1}]']] }, '[5,1,{"m":1}]'],
  ]
  let store = await SqliteStore.open(path('a.db'))
  for (const [i, [commit, decided]] of commits.entries()) {
    await store.commit(commit)
    assert.equal(store.get(DECISION_PROGRESS), decided, `commit ${i}`)
    assert.deepEqual(store.named('dec'), [[DECISION_PROGRESS, decided]])
    if (i % 2 === 1) continue
    await store.close()
    store = await SqliteStore.open(path('a.db'))
    assert.equal(store.get(DECISION_PROGRESS), decided, `commit ${i}, after reopening`)
  }
  assert.deepEqual(
    store.named('').map(([name]) => name),
    ['cursor/a', DECISION_PROGRESS],
  )
  await store.commit(turnCommit(6, true, [['ticked', '6']]))
  assert.deepEqual(store.named(''), [
    ['cursor/a', '2'],
    [DECISION_PROGRESS, '[7,0]'],
    ['ticked', '6'],
  ])
  await store.close()
})

test('rejects changed progress, and falls back to the earlier value when the last segment is gone', async () => {
  const store = await SqliteStore.open(path('b.db'))
  for (let first = 0; first < 3; first++) await store.commit(turnCommit(first, true))
  await store.close()
  const db = new sqlite.DatabaseSync(path('b.db'))
  db.exec('UPDATE segment SET decided = decided + 1 WHERE first = 2')
  const reader = new SqliteReader(path('b.db'))
  assert.throws(() => reader.get(DECISION_PROGRESS), { code: 'SPILL_DATA', message: /the value 'decided' is not what was written/ })
  db.exec('DELETE FROM segment WHERE first = 2')
  assert.equal(reader.get(DECISION_PROGRESS), '[2,0]')
  reader.close()
  db.close()
})

test('a turn that appends and decides writes two pages, and a third with a source position', async () => {
  const store = await SqliteStore.open(path('c.db'))
  await store.commit(turnCommit(0, true, [['cursor/a', '0']]))
  // An open read transaction keeps the WAL from being restarted.
  const reader = new sqlite.DatabaseSync(path('c.db'), { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM sqlite_schema').get()
  const pagesOf = async (from: number, more: (first: number) => Commit['put']): Promise<number> => {
    const size = () => statSync(`${path('c.db')}-wal`).size
    const before = size()
    for (let first = from; first < from + 100; first++) await store.commit(turnCommit(first, true, more(first)))
    return (size() - before) / (4096 + 24) / 100
  }
  const [plain, sourced] = [await pagesOf(1, () => []), await pagesOf(101, first => [['cursor/a', String(first)]])]
  // Some commits allocate a page and update its parents.
  assert.ok(plain >= 2 && plain < 2.5, `${plain} pages`)
  assert.ok(sourced >= 3 && sourced < 3.5, `${sourced} pages`)
  reader.close()
  await store.close()
})
