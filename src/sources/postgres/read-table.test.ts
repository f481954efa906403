import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sql } from 'postgres'
import { scratchFolder } from '../../../test/scratch.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { pause } from '../../base/clock.ts'
import { entity, model, on, pipeline, source, t } from '../../index.ts'
import { readTableChanges, type ReadChangesOptions } from '../../../test/postgres/reading.ts'
import type { FeedTarget } from '../reader/source-feed.ts'
import { periodicCheck } from './read-table.ts'

const server = ownServer({ max_replication_slots: '20', max_wal_senders: '20' })
const folder = scratchFolder('going-on')
const never = new AbortController().signal

const numbered = sourceOf(numbers)
const who = entity('who', t.string())
const undone = source('rows', {
  schema: { who, n: t.int(), at: t.timestamp(), gone: t.bool() },
  key: 'who',
  time: 'at',
  identity: ['n'],
  revisable: '30d',
  deleted: 'gone',
})
const withDeletes = pipeline('numbers', [
  model('seen', { decide: on(undone), inputs: row => ({ n: row.n }), score: { version: '1', compute: ({ n }) => n } }),
])

function read(run: FeedTarget, table: string, more: Partial<ReadChangesOptions> = {}, source = numbered): Promise<void> {
  const names = { table, slot: table, publication: table }
  return readTableChanges(
    run,
    source,
    { database: databaseAt(server()), folder, follow: false, copy: true, onWarning: () => {}, ...names, ...more },
    never,
  )
}

const create = (sql: Sql, table: string) =>
  sql.unsafe(
    `CREATE TABLE ${table} (n int PRIMARY KEY, who text NOT NULL DEFAULT 'w', at timestamptz NOT NULL DEFAULT now()); INSERT INTO ${table} VALUES (1)`,
  )

const swap = (table: string) =>
  `BEGIN; CREATE TABLE ${table}_new (LIKE ${table} INCLUDING ALL); INSERT INTO ${table}_new SELECT * FROM ${table};
   ALTER TABLE ${table} RENAME TO ${table}_old; ALTER TABLE ${table}_new RENAME TO ${table}; COMMIT; INSERT INTO ${table} (n) VALUES (2)`

const other = (table: string) =>
  new RegExp(
    `is not the table that was read: that table is now public.${table}_old, and changes of a table that takes its name are not sent. To go on, name a new slot`,
  )
const unshown = (problem: string) => new RegExp(`${problem}: changes made meanwhile are never sent. .*name a new slot`)

const cases: [name: string, table: string, statements: string, message: RegExp][] = [
  ['another table takes its name', 'swapped', swap('swapped'), other('swapped')],
  [
    'it gets another name',
    'renamed',
    'ALTER TABLE renamed RENAME TO renamed_old',
    /no longer exists: that table is now public.renamed_old/,
  ],
  ['it is dropped', 'dropped', 'DROP TABLE dropped', /no longer exists: that table was dropped/],
  ['the publication leaves it', 'apart', 'ALTER PUBLICATION apart DROP TABLE apart', unshown('does not show this table')],
  [
    'the publication shows no updates',
    'muted',
    `ALTER PUBLICATION muted SET (publish = 'insert')`,
    unshown('does not show all of its changes'),
  ],
  ['the publication is gone', 'unseen', 'DROP PUBLICATION unseen', unshown('is gone')],
]

for (const [name, table, statements, message] of cases)
  test(`a source ends if ${name}, when it resumes and while it follows`, { skip }, async () => {
    const { store, run } = openNumbersRun()
    await server().withClient(1, async sql => {
      await create(sql, table)
      await read(run, table, { slot: `${table}_other` })
      const following = read(run, table, { copy: false, follow: true, lookMs: 0 })
      following.catch(() => {})
      while (!run.committedPosition(`rows=pg-changes:${table}@${table}`)?.includes('changes')) await pause(5)
      await sql.unsafe(statements)
      await assert.rejects(following, { code: 'SPILL_SOURCE', message })
      for (const slot of [table, `${table}_other`]) await assert.rejects(read(run, table, { slot }), { code: 'SPILL_SOURCE', message })
    })
    await run.stop()
    assert.deepEqual(decidedNumbers(store), [1])
  })

test('a folder that does not record the table takes the one of that name', { skip }, async () => {
  const { store, run } = openNumbersRun()
  await server().withClient(1, async sql => {
    await create(sql, 'older')
    await read(run, 'older')
    await run.stop()
    const name = 'cursor/rows=pg-changes:older@older'
    const { relation, ...kept } = JSON.parse(store.get(name)!) as { relation: number }
    assert.ok(relation > 0)
    const later = openNumbersRun(numbers, { commits: [{ put: [[name, JSON.stringify(kept)]] }] })
    await sql`INSERT INTO older VALUES (2)`
    await read(later.run, 'older')
    assert.deepEqual(decidedNumbers(later.store), [2])
    await sql.unsafe(swap('older').replace('(n) VALUES (2)', '(n) VALUES (3)'))
    await assert.rejects(read(later.run, 'older'), { code: 'SPILL_SOURCE', message: other('older') })
    await later.run.stop()
  })
})

test('a new pipeline version with deletes requires a publication that shows them', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const source = sourceOf(withDeletes)
  await server().withClient(1, async sql => {
    await create(sql, 'versions')
    await sql`ALTER TABLE versions REPLICA IDENTITY FULL`
    await read(run, 'versions')
    await run.stop()
    const name = 'cursor/rows=pg-changes:versions@versions'
    const later = openNumbersRun(withDeletes, { commits: [{ put: [[name, store.get(name)!]] }] })
    const fix = /Mend it, ALTER PUBLICATION "versions" SET \(publish = 'insert, update, delete, truncate'\), and start again/
    await assert.rejects(read(later.run, 'versions', {}, source), { code: 'SPILL_SOURCE', message: fix })
    await sql`ALTER PUBLICATION versions SET (publish = 'insert, update, delete')`
    await assert.rejects(read(later.run, 'versions', {}, source), { code: 'SPILL_SOURCE', message: fix })
    await assert.rejects(read(later.run, 'versions', { slot: 'own', publication: 'versions' }, source), {
      code: 'SPILL_INPUT',
      message: /does not show all of its changes: ALTER PUBLICATION "versions" SET \(publish = 'insert, update, delete, truncate'\)$/,
    })
    await sql`ALTER PUBLICATION versions SET (publish = 'insert, update, delete, truncate')`
    await read(later.run, 'versions', {}, source)
    await later.run.stop()
  })
})

test('checks run one at a time, beside other work, and their errors are thrown', async () => {
  const ends: PromiseWithResolvers<void>[] = []
  const dueCheck = periodicCheck(() => {
    ends.push(Promise.withResolvers<void>())
    return ends.at(-1)!.promise
  }, 0)
  const check = periodicCheck(() => assert.fail('it is not time yet'), 1e9)
  check()
  dueCheck()
  dueCheck()
  assert.equal(ends.length, 1)
  ends[0].resolve()
  await pause(0)
  dueCheck()
  assert.equal(ends.length, 2)
  ends[1].reject(new Error('seen'))
  await pause(0)
  assert.throws(() => dueCheck(), /seen/)
  check()
})
