import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ModelEffects } from '../../../test/crash/model-effects.ts'
import { inBothStores } from '../../../test/crash/both-stores.ts'
import type { EffectChange, NewEffect } from '../effects.ts'
import type { Commit } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { FORMAT } from './schema.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('effects')
const path = (name: string) => join(folder, name)

const effect = (number: number, more: Partial<NewEffect> = {}): NewEffect => ({
  number,
  action: 'page',
  id: `id ${number}`,
  entry: 10 * number,
  key: '"k"',
  t: 1000 * number,
  decidedAt: 1000 * number + 3,
  due: number % 2 === 0 ? undefined : 2000 * number,
  body: '{}',
  isDry: false,
  ...more,
})

const commits: readonly Commit[] = [
  { effects: [effect(1), effect(2, { key: '"l"' }), effect(3, { action: 'block' }), effect(4, { isDry: true })] },
  { effectChanges: [{ kind: 'delivered', number: 1, sent: 5, at: 6 }], effects: [effect(5), effect(6, { key: '"l"' })] },
  { effectChanges: [{ kind: 'tried', number: 2, sent: 7, next: 90, why: 'status 500' }] },
  { effectChanges: [{ kind: 'dead', number: 2, sent: 91, at: 92, why: 'status 503' }] },
  {
    effectChanges: [
      { kind: 'again', number: 2 },
      { kind: 'tried', number: 3, sent: 1, next: 2, why: 'reset' },
    ],
  },
  {
    effectChanges: [
      { kind: 'tried', number: 2, sent: 93, next: 95, why: 'x' },
      { kind: 'dead', number: 3, sent: 3, at: 4, why: 'y' },
    ],
  },
  { effectChanges: [{ kind: 'dropped', number: 3, at: 9, why: 'a test' }] },
]

test('SQLite and the model store give the same effects after the same commits', async () => {
  const { model, reader } = await inBothStores(path('a.db'), commits)
  const expected = new ModelEffects(model.disk.commits)
  assert.deepEqual([...reader.effects.newestFirst()].toReversed(), expected.all)
  assert.deepEqual(
    expected.all.map(({ number, state, attempts }) => [number, state, attempts]),
    [
      [1, 'delivered', 1],
      [2, 'pending', 1],
      [3, 'dropped', 2],
      [4, 'dry', 0],
      [5, 'pending', 0],
      [6, 'pending', 0],
    ],
  )
  for (const effects of [reader.effects, expected]) {
    assert.equal(effects.lastNumber(), 6)
    assert.deepEqual(effects.pendingCounts(), new Map([['page', 3]]))
    assert.deepEqual(
      effects.pending('page', 2, 1).map(({ number }) => number),
      [5],
    )
    const ofKey = (key: string, after: number, last: number, limit = 9) =>
      effects.pendingOfKey('page', key, after, last, limit).map(({ number }) => number)
    assert.deepEqual([ofKey('"l"', 0, 6), ofKey('"l"', 0, 6, 1), ofKey('"l"', 2, 6), ofKey('"l"', 0, 5)], [[2, 6], [2], [6], [2]])
    assert.deepEqual([ofKey('"k"', 0, 6), effects.pendingOfKey('block', '"k"', 0, 6, 9)], [[5], []])
    assert.deepEqual([effects.byNumber(3)?.state, effects.byNumber(7)], ['dropped', undefined])
    assert.deepEqual(
      [...effects.newestTimes('page', 2000)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['"k"', 5000],
        ['"l"', 6000],
      ],
    )
    assert.deepEqual([...effects.newestTimes('page', 6001)], [])
  }
  assert.deepEqual(reader.effects.byNumber(2)?.why, 'x')
  assert.equal(reader.effects.byNumber(7), undefined)
  assert.deepEqual(
    reader.effects.byEntry(50).map(({ id }) => id),
    ['id 5'],
  )
  assert.deepEqual(
    [...reader.effects.newestFirst({ action: 'page', state: 'pending' })].map(({ number }) => number),
    [6, 5, 2],
  )
  assert.deepEqual(reader.effects.counts()[0], { action: 'block', state: 'dropped', effects: 1 })
  reader.close()
})

test('removal takes finished effects and leaves the others', async () => {
  const store = await SqliteStore.open(path('forget.db'))
  for (const commit of commits) await store.commit(commit)
  await store.commit({ forget: 51 })
  await store.close()
  const reader = new SqliteReader(path('forget.db'))
  assert.deepEqual(
    [...reader.effects.newestFirst()].toReversed().map(({ number }) => number),
    [2, 5, 6],
  )
  reader.close()
})

for (const change of [
  { kind: 'delivered', number: 9, sent: 1, at: 1 },
  { kind: 'again', number: 1 },
  { kind: 'dropped', number: 1, at: 1, why: 'x' },
] satisfies EffectChange[])
  test(`an impossible change to ${change.kind} of effect ${change.number} fails its whole commit`, async () => {
    const store = await SqliteStore.open(path(`${change.kind}.db`))
    await store.commit({ effects: [effect(1)] })
    await assert.rejects(store.commit({ put: [['a', 'b']], effectChanges: [change] }), {
      code: 'SPILL_STORE',
      message: /there is no effect/,
    })
    await store.close()
    const reader = new SqliteReader(path(`${change.kind}.db`))
    assert.deepEqual([reader.get('a'), reader.effects.byNumber(1)?.state], [undefined, 'pending'])
    reader.close()
    assert.throws(() => new ModelEffects([{ effects: [effect(1)] }, { effectChanges: [change] }]), { code: 'SPILL_STORE' })
  })

test('numbers changes, lists each effect under its last change, and never reuses a number after removal', async () => {
  const file = path('changes.db')
  const store = await SqliteStore.open(file)
  const reader = new SqliteReader(file)
  const { effects } = reader
  const changedAfter = (after: number, action?: string) =>
    effects.changedAfter(after, action).map(one => [one.changed, one.number, one.state])
  assert.deepEqual([effects.changeNumbers(), changedAfter(0)], [{ last: 0, forgotten: 0 }, []])
  await store.commit({ effects: [effect(1), effect(2, { action: 'block' }), effect(3)] })
  assert.deepEqual(changedAfter(0), [
    [1, 1, 'pending'],
    [2, 2, 'pending'],
    [3, 3, 'pending'],
  ])
  await store.commit({ effectChanges: [{ kind: 'tried', number: 1, sent: 1, next: 2, why: 'w' }] })
  await store.commit({ effectChanges: [{ kind: 'delivered', number: 2, sent: 1, at: 2 }] })
  await store.commit({ effectChanges: [{ kind: 'dead', number: 1, sent: 3, at: 4, why: 'w' }] })
  assert.deepEqual(changedAfter(3), [
    [5, 2, 'delivered'],
    [6, 1, 'dead'],
  ])
  assert.deepEqual(changedAfter(2, 'block'), [[5, 2, 'delivered']])
  assert.deepEqual(changedAfter(6), [])
  await store.commit({ effectChanges: [{ kind: 'delivered', number: 3, sent: 1, at: 2 }] })
  await store.commit({ forget: 100 })
  assert.deepEqual([effects.changeNumbers(), changedAfter(0)], [{ last: 7, forgotten: 7 }, [[6, 1, 'dead']]])
  reader.close()
  await store.close()
  const reopened = await SqliteStore.open(file)
  await reopened.commit({ effectChanges: [{ kind: 'dropped', number: 1, at: 9, why: 'w' }] })
  await reopened.commit({ forget: 101 })
  await reopened.commit({ effects: [effect(4, { entry: 200 })] })
  const newReader = new SqliteReader(file)
  assert.deepEqual(newReader.effects.changeNumbers(), { last: 9, forgotten: 8 })
  assert.deepEqual(
    newReader.effects.changedAfter(0).map(one => [one.changed, one.number, 'body' in one]),
    [[9, 4, false]],
  )
  newReader.close()
  await reopened.close()
})

test('reads a folder of format 10 unchanged, and migrates it on the first write', async () => {
  const file = path('format-10.db')
  const store = await SqliteStore.open(file)
  for (const commit of commits) await store.commit(commit)
  await store.close()
  const all = () => {
    const reader = new SqliteReader(file)
    const { effects, format } = reader
    const result = { all: [...effects.newestFirst()], dead: [...effects.newestFirst({ state: 'dropped' })], counts: effects.counts() }
    reader.close()
    return { format, found: result }
  }
  const { found } = all()
  const database = new sqlite.DatabaseSync(file)
  database.exec(
    `DROP INDEX effect_key; DROP INDEX effect_state; DROP INDEX dead_reason; DROP TABLE counted;
     CREATE INDEX effect_pending ON effect (action, number) WHERE state = 'pending'; ALTER TABLE effect DROP COLUMN trace; PRAGMA user_version = 10`,
  )
  database.close()
  assert.deepEqual(all(), { format: 10, found })
  await (await SqliteStore.open(file)).close()
  assert.deepEqual(all(), { format: FORMAT, found })
})

test('numbers the effects of a folder of format 6 when it is migrated', async () => {
  const file = path('format-6.db')
  const store = await SqliteStore.open(file)
  await store.commit({ effects: [effect(1), effect(2)] })
  await store.close()
  const database = new sqlite.DatabaseSync(file)
  database.exec(
    `DROP INDEX effect_key; DROP INDEX effect_state; DROP INDEX dead_reason; DROP TABLE counted;
     CREATE INDEX effect_pending ON effect (action, number) WHERE state = 'pending';
     DROP INDEX effect_changed; ALTER TABLE effect DROP COLUMN trace; ALTER TABLE effect DROP COLUMN changed; ALTER TABLE segment DROP COLUMN decided; PRAGMA user_version = 6`,
  )
  database.close()
  const migrated = await SqliteStore.open(file)
  await migrated.commit({ effectChanges: [{ kind: 'delivered', number: 1, sent: 1, at: 2 }] })
  const reader = new SqliteReader(file)
  assert.deepEqual(
    reader.effects.changedAfter(0).map(one => [one.changed, one.number]),
    [
      [2, 2],
      [3, 1],
    ],
  )
  reader.close()
  await migrated.close()
})
