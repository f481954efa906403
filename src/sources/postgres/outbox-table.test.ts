import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, outboxOf, outboxOptions } from '../../../test/postgres/outboxes.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { readOutbox, type ReadOutboxOptions } from '../../../test/postgres/reading.ts'

const server = ownServer()
const never = new AbortController().signal
const options = (table: string, more?: Partial<ReadOutboxOptions>) => outboxOptions(server(), table, more)

test('rejects a table that is not an outbox, with the fix', { skip }, async () => {
  const { run } = openNumbersRun()
  const read = (table: string, more?: Partial<ReadOutboxOptions>) => readOutbox(run, sourceOf(numbers), options(table, more), never)
  await server().withClient(1, async sql => {
    await sql`CREATE TABLE plain (id bigint PRIMARY KEY, payload jsonb)`
    await sql`INSERT INTO plain VALUES (1, '{"who":"w","n":1,"at":0}')`
    await assert.rejects(read('nowhere'), { code: 'SPILL_NOT_FOUND', message: /there is no table nowhere/ })
    await assert.rejects(read('plain', { columns: { id: 'idd', xid: 'xid', payload: 'payload' } }), {
      code: 'SPILL_NOT_FOUND',
      message: /has no column 'idd'; did you mean 'id'/,
    })
    const mend = await read('plain').then(
      () => '',
      (error: Error) => /would be lost: (.*)$/.exec(error.message)![1],
    )
    await sql.unsafe(mend)
    await read('plain')
    await sql`ALTER TABLE plain ALTER COLUMN xid DROP NOT NULL`
    await assert.rejects(read('plain'), { message: /would be lost: .*SET NOT NULL/ })
  })
  await run.stop()
})

test('rejects ids that may repeat or be NULL, with the fix', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const read = (table: string) => readOutbox(run, sourceOf(numbers), options(table, { pageRows: 2 }), never)
  const row = (n: number) => `'{"who":"w","n":${n},"at":"2026-01-01T00:00Z"}'`
  await server().withClient(1, async sql => {
    const make = (table: string, id: string, more = '') =>
      sql.unsafe(
        `CREATE TABLE ${table} (id ${id}, other int DEFAULT 1, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), payload jsonb NOT NULL${more})`,
      )
    const mended = async (table: string, mend: RegExp) => {
      const rejection = await read(table).then(
        () => assert.fail(`${table} was read`),
        (error: Error & { code: string }) => error,
      )
      assert.equal(rejection.code, 'SPILL_INPUT')
      assert.match(rejection.message, mend)
      await sql.unsafe(/: (ALTER TABLE .*)$/.exec(rejection.message)![1])
      await read(table)
    }
    await make('twice', 'bigint')
    await sql.unsafe(`INSERT INTO twice (id, payload) VALUES (1, ${row(1)}), (2, ${row(2)}), (2, ${row(3)}), (NULL, ${row(4)})`)
    await assert.rejects(read('twice'), { code: 'SPILL_INPUT', message: /unique index on its column 'id'/ })
    await sql`DELETE FROM twice WHERE payload ->> 'n' IN ('3', '4')`
    await mended('twice', /ALTER TABLE public.twice ADD PRIMARY KEY \("id"\)$/)
    await make('nullable', 'bigint UNIQUE')
    await mended('nullable', /may be NULL.*: ALTER TABLE public.nullable ALTER COLUMN "id" SET NOT NULL$/)
    await make('keyed', 'bigint', ', PRIMARY KEY (other, id)')
    await mended('keyed', /ALTER TABLE public.keyed ADD UNIQUE \("id"\)$/)
    for (const [table, index] of [
      ['partial', '(id) WHERE other > 0'],
      ['expression', '(id, (other + 1))'],
      ['included', '(xid, other) INCLUDE (id)'],
    ]) {
      await make(table, 'bigint NOT NULL')
      await sql.unsafe(`CREATE UNIQUE INDEX ON ${table} ${index}`)
      await mended(table, /ADD PRIMARY KEY/)
    }
    await make('invalid', 'bigint NOT NULL')
    await sql.unsafe(`INSERT INTO invalid (id, payload) VALUES (1, ${row(5)}), (1, ${row(6)})`)
    await assert.rejects(sql`CREATE UNIQUE INDEX CONCURRENTLY ON invalid (id)`, { code: '23505' })
    await sql`DELETE FROM invalid`
    await mended('invalid', /ADD PRIMARY KEY/)
    await make('parted', 'bigint NOT NULL', ', PRIMARY KEY (other, id)) PARTITION BY RANGE (other')
    await sql`CREATE TABLE parted_all PARTITION OF parted DEFAULT`
    await read('parted')
    await make('paired', 'bigint NOT NULL', ', UNIQUE (xid, id) INCLUDE (other)')
    await read('paired')
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1, 2])
})

test('reads from a server without max(xid8), such as PostgreSQL 13', { skip }, async () => {
  const { store, run } = openNumbersRun()
  await server().withClient(1, async sql => {
    await sql.unsafe(`${outboxOf('thirteen')}; SET allow_system_table_mods = on; DELETE FROM pg_proc WHERE oid = 'max(xid8)'::regprocedure`)
    await insert(sql, 'thirteen', 1)
    await assert.rejects(sql`SELECT max(xid) FROM thirteen`, { code: '42883' })
  })
  await readOutbox(run, sourceOf(numbers), options('thirteen'), never)
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1])
})

test('the right to read the table is enough', { skip }, async () => {
  const { store, run } = openNumbersRun()
  await server().withClient(1, async sql => {
    await sql.unsafe(`${outboxOf('readable')}; CREATE ROLE reader LOGIN; GRANT SELECT ON readable TO reader`)
    await insert(sql, 'readable', 1)
  })
  const database = { ...databaseAt(server()), user: 'reader' }
  await readOutbox(run, sourceOf(numbers), options('readable', { database }), never)
  await server().withClient(1, sql => sql`REVOKE SELECT ON readable FROM reader`)
  await assert.rejects(readOutbox(run, sourceOf(numbers), options('readable', { database }), never), {
    code: 'SPILL_SOURCE',
    message: `source 'rows': PostgreSQL rejects: permission denied for table readable (42501)`,
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1])
})

test('another database, and one set back in time, are errors with a way to continue', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const read = () => readOutbox(run, sourceOf(numbers), options('moved'), never)
  await server().withClient(1, async sql => {
    await sql.unsafe(outboxOf('moved'))
    await insert(sql, 'moved', 1)
    await read()
    await sql`UPDATE moved SET xid = '9999999999'`
    await assert.rejects(read(), { code: 'SPILL_SOURCE', message: /as after a restore from a dump.*UPDATE public.moved SET "xid" = '0'/ })
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1])
  const stored = JSON.parse(store.get('cursor/rows=pg:moved')!) as { origin: string; xid: string; id: string }
  const at = async (place: object) => {
    const { run: later } = openNumbersRun(numbers, {
      commits: [{ put: [['cursor/rows=pg:moved', JSON.stringify({ ...stored, ...place })]] }],
    })
    return readOutbox(later, sourceOf(numbers), options('moved'), never)
  }
  await assert.rejects(at({ xid: '99999999' }), { code: 'SPILL_SOURCE', message: /set back to an earlier time/ })
  await assert.rejects(at({ origin: '1/2' }), { code: 'SPILL_SOURCE', message: /is of another database .*moved=true/ })
})
