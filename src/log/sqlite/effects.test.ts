import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ModelEffects } from '../../../test/crash/model-effects.ts'
import { inBothStores } from '../../../test/crash/both-stores.ts'
import type { EffectChange, NewEffect } from '../effects.ts'
import type { Commit } from '../store.ts'
import { SqliteReader } from './reader.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'spillway-effects-'))
after(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, name)

const effect = (number: number, more: Partial<NewEffect> = {}): NewEffect => ({
  number,
  action: 'page',
  id: `id ${number}`,
  entry: 10 * number,
  key: '"k"',
  t: 1000 * number,
  made: 1000 * number + 3,
  due: number % 2 === 0 ? undefined : 2000 * number,
  body: '{}',
  isDry: false,
  ...more,
})

const commits: readonly Commit[] = [
  { effects: [effect(1), effect(2, { key: '"l"' }), effect(3, { action: 'block' }), effect(4, { isDry: true })] },
  { settled: [{ kind: 'delivered', number: 1, sent: 5, at: 6 }], effects: [effect(5), effect(6, { key: '"l"' })] },
  { settled: [{ kind: 'tried', number: 2, sent: 7, next: 90, why: 'status 500' }] },
  { settled: [{ kind: 'dead', number: 2, sent: 91, at: 92, why: 'status 503' }] },
  {
    settled: [
      { kind: 'again', number: 2 },
      { kind: 'tried', number: 3, sent: 1, next: 2, why: 'reset' },
    ],
  },
  {
    settled: [
      { kind: 'tried', number: 2, sent: 93, next: 95, why: 'x' },
      { kind: 'dead', number: 3, sent: 3, at: 4, why: 'y' },
    ],
  },
  { settled: [{ kind: 'dropped', number: 3, at: 9, why: 'a test' }] },
]

test('SQLite and the model store make the same of effects and of what becomes of them', async () => {
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
    assert.equal(effects.last(), 6)
    assert.deepEqual(effects.waiting(), ['page'])
    assert.deepEqual(
      effects.pending('page', 2, 1).map(({ number }) => number),
      [5],
    )
    assert.deepEqual(
      [...effects.newest('page', 2000)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['"k"', 5000],
        ['"l"', 6000],
      ],
    )
    assert.deepEqual([...effects.newest('page', 6001)], [])
  }
  assert.deepEqual(reader.effects.at(2)?.why, 'x')
  assert.equal(reader.effects.at(7), undefined)
  assert.deepEqual(
    reader.effects.ofEntry(50).map(({ id }) => id),
    ['id 5'],
  )
  assert.deepEqual(
    [...reader.effects.newestFirst({ action: 'page', state: 'pending' })].map(({ number }) => number),
    [6, 5, 2],
  )
  assert.deepEqual(reader.effects.counts()[0], { action: 'block', state: 'dropped', effects: 1 })
  reader.close()
})

test('what is forgotten takes effects with it that are done, and leaves those that are not', async () => {
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
  test(`a commit that says ${change.kind} of effect ${change.number} fails, and nothing of it is kept`, async () => {
    const store = await SqliteStore.open(path(`${change.kind}.db`))
    await store.commit({ effects: [effect(1)] })
    await assert.rejects(store.commit({ put: [['a', 'b']], settled: [change] }), { code: 'SPILL_STORE', message: /there is no effect/ })
    await store.close()
    const reader = new SqliteReader(path(`${change.kind}.db`))
    assert.deepEqual([reader.get('a'), reader.effects.at(1)?.state], [undefined, 'pending'])
    reader.close()
    assert.throws(() => new ModelEffects([{ effects: [effect(1)] }, { settled: [change] }]), { code: 'SPILL_STORE' })
  })
