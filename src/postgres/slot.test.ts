import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { databaseAt, ownServer, skip } from '../../test/postgres/server.ts'
import { numbers, sourceOf, taken, taking } from '../../test/postgres/taking.ts'
import { readChanges, type ChangesOptions } from './changes.ts'
import type { Fed } from './feeding.ts'

const server = ownServer()
const folder = scratchFolder('slot')
const never = new AbortController().signal

function read(run: Fed, table: string, more: Partial<ChangesOptions> = {}): Promise<void> {
  const names = { table, slot: table, publication: table }
  const options = { database: databaseAt(server()), folder, follow: false, copy: true, onWarning: () => {}, ...names, ...more }
  return readChanges(run, sourceOf(numbers), options, never)
}

const create = (table: string) =>
  server().withClient(1, sql =>
    sql.unsafe(
      `CREATE TABLE ${table} (n int PRIMARY KEY, who text NOT NULL DEFAULT 'w', at timestamptz NOT NULL DEFAULT now()); INSERT INTO ${table} VALUES (1)`,
    ),
  )

test('a slot that vanished says what was lost, and a new one goes on', { skip }, async () => {
  const { store, run } = taking()
  await create('vanished')
  await read(run, 'vanished')
  await server().withClient(1, async sql => {
    await sql`SELECT pg_drop_replication_slot('vanished')`
    await sql`INSERT INTO vanished VALUES (2)`
  })
  const gone =
    /^the replication slot 'vanished' is gone: the changes behind [0-9A-F]+\/[0-9A-F]+ were not read and cannot be any more\. To go on, name a new slot/
  await assert.rejects(read(run, 'vanished'), { code: 'SPILL_SOURCE', message: gone })
  assert.deepEqual(taken(store), [1])
  await read(run, 'vanished', { slot: 'vanished2' })
  assert.deepEqual(taken(store), [1, 1, 2], 'copied anew: without ids rows are not told from those that were read')
  await read(run, 'vanished', { slot: 'vanished3', copy: false })
  await server().withClient(1, sql => sql`INSERT INTO vanished VALUES (3)`)
  await read(run, 'vanished', { slot: 'vanished3', copy: false })
  assert.deepEqual(taken(store), [1, 1, 2, 3])
  await run.stop()
})

test('a slot whose log was thrown away says so', { skip }, async () => {
  const { run } = taking()
  await create('behind')
  await read(run, 'behind')
  await server().withClient(1, async sql => {
    await sql`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`
    await sql`SELECT pg_reload_conf()`
    for (let i = 0; i < 4; i++) {
      await sql`INSERT INTO behind VALUES (${10 + i})`
      await sql`SELECT pg_switch_wal()`
    }
    await sql`CHECKPOINT`
  })
  await assert.rejects(read(run, 'behind'), {
    code: 'SPILL_SOURCE',
    message: /has thrown away the log that the replication slot 'behind' needs/,
  })
  await server().withClient(1, async sql => {
    await sql`ALTER SYSTEM RESET max_slot_wal_keep_size`
    await sql`SELECT pg_reload_conf()`
  })
  await run.stop()
})

test('a slot that somebody else has made, or read, is not taken', { skip }, async () => {
  const { run } = taking()
  await create('foreign_slot')
  await server().withClient(1, sql => sql`SELECT pg_create_logical_replication_slot('foreign_slot', 'pgoutput')`)
  await assert.rejects(read(run, 'foreign_slot'), {
    code: 'SPILL_INPUT',
    message: /'foreign_slot' is there already and is not this data folder's/,
  })
  await read(run, 'foreign_slot', { slot: 'own_slot' })
  await server().withClient(1, async sql => {
    await sql`INSERT INTO foreign_slot VALUES (2)`
    await sql`SELECT pg_replication_slot_advance('own_slot', pg_current_wal_lsn())`
  })
  await assert.rejects(read(run, 'foreign_slot', { slot: 'own_slot' }), {
    code: 'SPILL_SOURCE',
    message: /'own_slot' was read by somebody else up to .*, or this data folder was put back/,
  })
  await run.stop()
})

test('a copy that is not there any more, and another database, are errors', { skip }, async () => {
  await create('copied')
  const { store, run } = taking()
  await read(run, 'copied')
  await run.stop()
  const name = 'cursor/rows=pg-changes:copied@copied'
  const kept = JSON.parse(store.get(name)!) as object
  const at = (place: object) => read(taking(numbers, { commits: [{ put: [[name, JSON.stringify({ ...kept, ...place })]] }] }).run, 'copied')
  const file = { offset: 0, line: 1, inode: 0 }
  await assert.rejects(at({ state: 'copied', file }), { code: 'SPILL_SOURCE', message: /copy-copied.ndjson is gone/ })
  await assert.rejects(at({ origin: '1/2' }), { code: 'SPILL_SOURCE', message: /is of another database/ })
  writeFileSync(join(folder, 'copy-copied.ndjson'), '')
  await at({ state: 'copied', file })
})

test('a publication that does not show all is refused, with what mends it', { skip }, async () => {
  await create('shown')
  const { store, run } = taking()
  await server().withClient(1, async sql => {
    await sql`CREATE PUBLICATION shown`
    await assert.rejects(read(run, 'shown'), {
      code: 'SPILL_INPUT',
      message: /does not show this table: ALTER PUBLICATION "shown" ADD TABLE public.shown$/,
    })
    await sql`ALTER PUBLICATION shown ADD TABLE shown`
    await sql`ALTER PUBLICATION shown SET (publish = 'insert')`
    await assert.rejects(read(run, 'shown'), { code: 'SPILL_INPUT', message: /SET \(publish = 'insert, update'\)$/ })
    await sql`ALTER PUBLICATION shown SET (publish = 'insert, update')`
    await read(run, 'shown')
    await sql`CREATE VIEW shown_view AS SELECT * FROM shown`
    await assert.rejects(read(run, 'shown_view'), { code: 'SPILL_INPUT', message: /is no plain table/ })
  })
  await run.stop()
  assert.deepEqual(taken(store), [1])
})
