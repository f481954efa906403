import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, outboxOf, outboxOptions } from '../../test/postgres/outboxes.ts'
import { databaseAt, ownServer, skip } from '../../test/postgres/server.ts'
import { numbers, sourceOf, taken, taking } from '../../test/postgres/taking.ts'
import { readOutbox, type OutboxOptions } from './outbox.ts'

const server = ownServer()
const never = new AbortController().signal
const options = (table: string, more?: Partial<OutboxOptions>) => outboxOptions(server(), table, more)

test('a table that is no outbox is refused, with what mends it', { skip }, async () => {
  const { run } = taking()
  const read = (table: string, more?: Partial<OutboxOptions>) => readOutbox(run, sourceOf(numbers), options(table, more), never)
  await server().withClient(1, async sql => {
    await sql`CREATE TABLE plain (id bigint PRIMARY KEY, payload jsonb)`
    await sql`INSERT INTO plain VALUES (1, '{"who":"w","n":1,"at":0}')`
    await assert.rejects(read('nowhere'), { code: 'SPILL_INPUT', message: /there is no table nowhere/ })
    await assert.rejects(read('plain', { columns: { id: 'idd', xid: 'xid', payload: 'payload' } }), {
      code: 'SPILL_INPUT',
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

test('the right to read the table is enough', { skip }, async () => {
  const { store, run } = taking()
  await server().withClient(1, async sql => {
    await sql.unsafe(`${outboxOf('readable')}; CREATE ROLE reader LOGIN; GRANT SELECT ON readable TO reader`)
    await insert(sql, 'readable', 1)
  })
  const database = { ...databaseAt(server()), user: 'reader' }
  await readOutbox(run, sourceOf(numbers), options('readable', { database }), never)
  await server().withClient(1, sql => sql`REVOKE SELECT ON readable FROM reader`)
  await assert.rejects(readOutbox(run, sourceOf(numbers), options('readable', { database }), never), {
    code: 'SPILL_SOURCE',
    message: `source 'rows': PostgreSQL refuses: permission denied for table readable (42501)`,
  })
  await run.stop()
  assert.deepEqual(taken(store), [1])
})

test('another database, and one that was put back, are errors that say how to go on', { skip }, async () => {
  const { store, run } = taking()
  const read = () => readOutbox(run, sourceOf(numbers), options('moved'), never)
  await server().withClient(1, async sql => {
    await sql.unsafe(outboxOf('moved'))
    await insert(sql, 'moved', 1)
    await read()
    await sql`UPDATE moved SET xid = '9999999999'`
    await assert.rejects(read(), { code: 'SPILL_SOURCE', message: /as after a restore from a dump.*UPDATE public.moved SET "xid" = '0'/ })
  })
  await run.stop()
  assert.deepEqual(taken(store), [1])
  const kept = JSON.parse(store.get('cursor/rows=pg:moved')!) as { origin: string; xid: string; id: string }
  const at = async (place: object) => {
    const { run: later } = taking(numbers, { commits: [{ put: [['cursor/rows=pg:moved', JSON.stringify({ ...kept, ...place })]] }] })
    return readOutbox(later, sourceOf(numbers), options('moved'), never)
  }
  await assert.rejects(at({ xid: '99999999' }), { code: 'SPILL_SOURCE', message: /put back to an earlier time/ })
  await assert.rejects(at({ origin: '1/2' }), { code: 'SPILL_SOURCE', message: /is of another database .*moved=true/ })
})
