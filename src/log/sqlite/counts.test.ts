import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import { effectStates, type EffectChange, type NewEffect } from '../effects.ts'
import type { DeadLetter, DeadLetterChange } from '../dead-letters.ts'
import type { Commit } from '../store.ts'
import { ReadConnection } from './read-connection.ts'
import { EffectReader } from './effect-reader.ts'
import { DeadLetterReader } from './dead-letter-reader.ts'
import { SqliteReader } from './reader.ts'
import { sqlite } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const folder = scratchFolder('counts')
const chance = random(9612)
const pick = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)]

const effect = (number: number): NewEffect => ({
  number,
  action: pick(['page', 'block']),
  id: `id ${number}`,
  entry: number,
  key: '"k"',
  t: number,
  decidedAt: number,
  due: undefined,
  body: '{}',
  isDry: chance() < 0.1,
})
const letter = (): DeadLetter => ({
  source: pick(['s', 't', undefined]),
  reason: pick(['schema', 'key']),
  detail: 'd',
  place: 'p',
  at: 1,
  sequence: 1,
  raw: 'raw',
})

/** Random next changes of some effects and dead letters. */
function changes({ effects, deadLetters: letters }: SqliteReader): Commit {
  const settled = [...effects.newestFirst()].flatMap(({ number, state }): EffectChange[] => {
    const kinds = { pending: ['tried', 'delivered', 'dead'], dead: ['again', 'dropped'] } as const
    if (chance() < 0.6 || (state !== 'pending' && state !== 'dead')) return []
    return [{ kind: pick<EffectChange['kind']>(kinds[state]), number, sent: 1, at: 1, next: 1, why: 'w' }]
  })
  const changed = [...letters.dead()].flatMap(({ id }): DeadLetterChange[] => {
    if (chance() < 0.6) return []
    return [
      pick<DeadLetterChange>([
        { kind: 'edited', id, raw: 'r', form: undefined },
        { kind: 'rejected', id, reason: pick(['schema', 'time']), detail: 'd', raw: 'r', form: undefined, ...pick([{}, { source: 's' }]) },
        { kind: 'settled', id, outcome: 'dropped', why: 'w', at: 1, ...pick([{}, { source: 't' }]) },
      ]),
    ]
  })
  return { effectChanges: settled, deadLetterChanges: changed }
}

test('counts equal the stored rows, through changes, removal and failures; lists by kind equal filtered lists', async () => {
  const file = join(folder, 'a.db')
  let store = await SqliteStore.open(file)
  let numbers = 0
  for (let round = 0; round < 60; round++) {
    const reader = new SqliteReader(file)
    const effects = Array.from({ length: Math.floor(chance() * 8) }, () => effect(++numbers))
    const dead = Array.from({ length: Math.floor(chance() * 8) }, letter)
    await store.commit({ ...changes(reader), effects, deadLetters: dead, ...(chance() < 0.2 && { forget: numbers - 10 }) })
    if (chance() < 0.2) {
      await assert.rejects(store.commit({ effects: [effect(numbers + 1)], effectChanges: [{ kind: 'again', number: 999 }] }))
      await store.close().catch(() => {})
      store = await SqliteStore.open(file)
    }
    const all = [...reader.effects.newestFirst()]
    const letters = [...reader.deadLetters.dead()]
    const db = new sqlite.DatabaseSync(file, { readOnly: true })
    const query = (sql: string) => db.prepare(sql).all()
    const plain = (rows: readonly object[]) => rows.map(row => ({ ...row }))
    assert.deepEqual(
      plain(reader.effects.counts()),
      plain(query('SELECT action, state, count(*) AS effects FROM effect GROUP BY action, state')),
    )
    assert.deepEqual(
      plain(reader.deadLetters.counts()),
      plain(query('SELECT source, reason, count(*) AS letters FROM dead GROUP BY source, reason')),
    )
    db.close()
    for (const state of [undefined, ...effectStates])
      for (const action of [undefined, 'page', 'block'])
        assert.deepEqual(
          [...reader.effects.newestFirst({ state, action }, 3)],
          all.filter(candidate => candidate.state === (state ?? candidate.state) && candidate.action === (action ?? candidate.action)),
        )
    for (const source of [undefined, 's', 't'])
      for (const reason of [undefined, 'schema', 'time'])
        for (const from of [0, letters[0]?.id ?? 0, letters.at(-1)?.id ?? 9]) {
          const isOf = (each: (typeof letters)[number]) =>
            each.source === (source ?? each.source) && each.reason === (reason ?? each.reason)
          const next = (order: 'oldest' | 'newest') => reader.deadLetters.nextDead(from, order, { source, reason })
          assert.equal(next('oldest'), letters.find(each => each.id > from && isOf(each))?.id)
          assert.equal(next('newest'), letters.findLast(each => each.id < from && isOf(each))?.id)
        }
    reader.close()
  }
  await store.close()
})

test('no query of a server scans all effects or all dead letters', async () => {
  const file = join(folder, 'b.db')
  const store = await SqliteStore.open(file)
  await store.commit({ effects: [effect(1)], deadLetters: [letter()] })
  await store.close()
  const statements: string[] = []
  class Recording extends ReadConnection {
    override get<T extends object>(sql: string, ...values: SQLInputValue[]): T | undefined {
      statements.push(sql)
      return super.get(sql, ...values)
    }

    override all<T extends object>(sql: string, ...values: SQLInputValue[]): T[] {
      statements.push(sql)
      return super.all(sql, ...values)
    }
  }
  const db = new Recording(file)
  const [effects, letters] = [new EffectReader(db), new DeadLetterReader(db)]
  effects.counts()
  effects.pendingCounts()
  effects.lastNumber()
  for (const filter of [{}, { state: 'dead' }, { action: 'page' }] as const) effects.newestFirst(filter).next()
  letters.counts()
  for (const filter of [{}, { source: 's' }, { reason: 'key' }])
    for (const order of ['oldest', 'newest'] as const) letters.nextDead(0, order, filter)
  for (const order of ['oldest', 'newest'] as const) letters.summaries(0, order, 10)
  const plans = [...statements].flatMap(sql =>
    db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => `${detail}: ${sql}`),
  )
  assert.deepEqual(
    plans.filter(plan => /^SCAN (effect|dead)\b/.test(plan)),
    [],
  )
  assert.ok(plans.length > 10)
  db.close()
})
