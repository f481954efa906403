import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { inBothStores } from '../../../test/crash/both-stores.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import type { DeadLetter, StoredDeadLetter } from '../dead-letters.ts'
import type { Commit } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { FORMAT } from './schema.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('letters')
const path = (name: string) => join(folder, name)

const letter = (raw: string | Uint8Array, more: Partial<DeadLetter> = {}): DeadLetter => ({
  source: 's',
  reason: 'schema',
  detail: 'd',
  place: 'p:1',
  at: 1,
  sequence: 5,
  raw,
  ...more,
})
const bytes = Uint8Array.of(0xff, 0, 0x0a)

/** Commits that both stores must treat alike. */
const commits: readonly Commit[] = [
  {
    deadLetters: [letter('one'), letter(bytes, { reason: 'key', source: undefined }), letter('three', { form: { tabular: true, row: 2 } })],
  },
  { deadLetterChanges: [{ kind: 'edited', id: 1, raw: 'uno', form: { mapped: true } }] },
  {
    deadLetterChanges: [{ kind: 'rejected', id: 2, reason: 'time', detail: 'again', raw: bytes, form: undefined }],
    deadLetters: [letter('four\0')],
  },
  { deadLetterChanges: [{ kind: 'rejected', id: 3, reason: 'conflict', detail: 'again', raw: 'drei', form: { mapped: true } }] },
  { deadLetterChanges: [{ kind: 'edited', id: 1, raw: 'un', form: undefined }] },
  { deadLetterChanges: [{ kind: 'settled', id: 3, outcome: 'accepted', at: 9 }] },
  { deadLetterChanges: [{ kind: 'settled', id: 4, outcome: 'dropped', why: 'a test', at: 10 }], deadLetters: [letter('five')] },
]

test('SQLite and the model store give the same dead letters after add, edit, rejection and settlement', async () => {
  const { model, reader } = await inBothStores(path('a.db'), commits)
  const stored = [...reader.deadLetters.dead(), ...reader.deadLetters.settled()].sort((a, b) => a.id - b.id)
  const withoutUndefined = (letters: readonly StoredDeadLetter[]) =>
    letters.map(each => Object.fromEntries(Object.entries({ ...each }).filter(([, value]) => value !== undefined)))
  assert.deepEqual(withoutUndefined(stored), withoutUndefined(model.letters))
  assert.deepEqual(
    [...reader.deadLetters.dead()].map(({ id, raw, original, attempts, reason }) => [id, raw, original, attempts, reason]),
    [
      [1, 'un', 'one', 0, 'schema'],
      [2, bytes, undefined, 1, 'time'],
      [5, 'five', undefined, 0, 'schema'],
    ],
  )
  assert.deepEqual(
    [...reader.deadLetters.dead({ reason: 'time' })].map(({ id }) => id),
    [2],
  )
  assert.deepEqual(
    [...reader.deadLetters.dead({ source: 's' })].map(({ id }) => id),
    [1, 5],
  )
  assert.deepEqual(
    [reader.deadLetters.byId(2)?.reason, reader.deadLetters.byId(4)?.place, reader.deadLetters.byId(9)],
    ['time', 'p:1', undefined],
  )
  const counts = reader.deadLetters.counts().map(count => ({ ...count }))
  assert.deepEqual(counts, [
    { source: null, reason: 'time', letters: 1 },
    { source: 's', reason: 'schema', letters: 2 },
  ])
  assert.deepEqual(reader.deadLetters.outcomes(), { accepted: 1, dropped: 1 })
  reader.close()
})

test('a change to a missing dead letter fails its whole commit, in both stores', async () => {
  const store = await SqliteStore.open(path('b.db'))
  const model = new ModelStore(undefined, true)
  for (const target of [store, model]) {
    await target.commit({ deadLetters: [letter('one')] })
    await target.commit({ deadLetterChanges: [{ kind: 'settled', id: 1, outcome: 'dropped', why: 'x', at: 1 }] })
    const segment = { first: 0, entries: 1, arrival: 1, bytes }
    await assert.rejects(target.commit({ segment, deadLetterChanges: [{ kind: 'settled', id: 1, outcome: 'accepted', at: 2 }] }), {
      code: 'SPILL_STORE',
      message: /no dead letter 1/,
    })
    assert.equal(target.lastSegment(), undefined)
    await target.close()
  }
})

test('reads more dead letters than a page', async () => {
  const store = await SqliteStore.open(path('c.db'))
  await store.commit({ deadLetters: Array.from({ length: 1201 }, (_, i) => letter(String(i))) })
  await store.close()
  const reader = new SqliteReader(path('c.db'))
  assert.deepEqual(
    [...reader.deadLetters.dead()].map(({ raw }) => raw),
    Array.from({ length: 1201 }, (_, i) => String(i)),
  )
  reader.close()
})

/** The tables of format 1. */
const FORMAT_1 = `CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE schema (source TEXT NOT NULL, version INTEGER NOT NULL, columns TEXT NOT NULL, PRIMARY KEY (source, version)) WITHOUT ROWID;
  CREATE TABLE segment (first INTEGER PRIMARY KEY, entries INTEGER NOT NULL, arrival INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE TABLE decisions (id INTEGER PRIMARY KEY, model TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
    bytes BLOB NOT NULL);
  CREATE TABLE dead (id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL, place TEXT NOT NULL,
    at INTEGER NOT NULL, sequence INTEGER NOT NULL, raw BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
  PRAGMA user_version = 1;
  INSERT INTO value VALUES ('decided', '[3,0]');
  INSERT INTO schema VALUES ('s', 1, '[]');
  INSERT INTO segment VALUES (0, 3, 7, x'010203');
  INSERT INTO decisions VALUES (1, 'm', 0, 2, 3, x'0405');
  INSERT INTO dead VALUES (4, 's', 'key', 'd', 'p', 1, 2, 'raw', 3);`

test('a folder of format 1 keeps its content through migration; until then a reader explains the fix', async () => {
  const database = new sqlite.DatabaseSync(path('d.db'))
  database.exec(FORMAT_1)
  database.close()
  assert.throws(() => new SqliteReader(path('d.db')), {
    code: 'SPILL_DATA',
    message: new RegExp(`is of format 1, and this Spillway reads ${FORMAT}; a run migrates it$`),
  })
  const store = await SqliteStore.open(path('d.db'))
  await store.commit({ deadLetters: [letter('next')], deadLetterChanges: [{ kind: 'edited', id: 4, raw: 'edited', form: undefined }] })
  await store.close()
  const reader = new SqliteReader(path('d.db'))
  assert.equal(reader.get('decided'), '[3,0]')
  assert.deepEqual(reader.schemas(), [{ source: 's', version: 1, columns: [] }])
  assert.deepEqual({ ...reader.lastSegment() }, { first: 0, entries: 3, arrival: 7, bytes: Uint8Array.of(1, 2, 3) })
  assert.deepEqual(
    [...reader.newestDecisions()].map(({ model, count, bytes }) => [model, count, bytes]),
    [['m', 3, Uint8Array.of(4, 5)]],
  )
  assert.deepEqual(
    [...reader.deadLetters.dead()].map(({ id, raw, original, detail }) => [id, raw, original, detail]),
    [
      [4, 'edited', 'raw', 'd'],
      [5, 'next', undefined, 'd'],
    ],
  )
  reader.close()
})

test('dead letters are read on by number, whether they are settled or not', async () => {
  const { reader } = await inBothStores(path('after.db'), commits)
  const { deadLetters } = reader
  const seen: number[] = []
  for (let next = deadLetters.letterAfter(0); next; next = deadLetters.letterAfter(next.id)) seen.push(next.id)
  assert.deepEqual(seen, [1, 2, 3, 4, 5])
  assert.deepEqual({ ...deadLetters.numbers() }, { first: 1, last: 5 })
  const empty = await inBothStores(path('none.db'), [])
  assert.deepEqual({ ...empty.reader.deadLetters.numbers() }, { first: 0, last: 0 })
  assert.equal(empty.reader.deadLetters.letterAfter(0), undefined)
})
