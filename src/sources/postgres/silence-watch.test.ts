import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Between } from '../../../test/postgres/between.ts'
import { decidedNumbers, numbers, openNumbersRun, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { insert, outboxOf, outboxOptions } from '../../../test/postgres/outboxes.ts'
import { readOutbox, readTableChanges } from '../../../test/postgres/reading.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { withClients } from '../../../test/postgres/writing.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { openClient, readWithClient } from './client.ts'
import { requireTable } from './table.ts'
import { writeCopy } from './table-copy.ts'

const server = ownServer()

const shortSilence = { follow: true, silenceMs: 50 }

test('a connection whose server vanished without closing it is replaced', { skip }, async () => {
  const { store, run } = openNumbersRun()
  await server().withClient(1, async sql => {
    await sql.unsafe(outboxOf('vanished'))
    await insert(sql, 'vanished', 1)
  })
  const between = await Between.open(server().host)
  const database = { ...databaseAt(server()), host: between.host }
  const stop = new AbortController()
  const warnings: string[] = []
  const onWarning = (text: string) => void warnings.push(text)
  const reading = readOutbox(
    run,
    sourceOf(numbers),
    outboxOptions(server(), 'vanished', { ...shortSilence, database, onWarning }),
    stop.signal,
  )
  while (decidedNumbers(store).length < 1) await pause(5)
  // The proxy does not tell its client that the server has closed a connection.
  await server().end('SIGQUIT')
  await server().begin()
  await server().withClient(1, sql => insert(sql, 'vanished', 2))
  while (decidedNumbers(store).length < 2) await pause(5)
  stop.abort()
  await reading
  between.close()
  await run.stop()
  assert.equal(warnings[0], `source 'rows': PostgreSQL is unreachable; retrying: the server is silent`)
})

test('changes are read on after their server vanished without closing the connections', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const insertNumber = (n: number) => server().withClient(1, sql => sql`INSERT INTO changed VALUES (${n}, 'w', now())`)
  await server().withClient(1, sql => sql`CREATE TABLE changed (n int PRIMARY KEY, who text, at timestamptz)`)
  const between = await Between.open(server().host)
  const stop = new AbortController()
  const warnings: string[] = []
  const onWarning = (text: string) => void warnings.push(text)
  const names = { table: 'changed', slot: 'changed', publication: 'changed', folder: scratchFolder('changed') }
  const options = { ...names, ...shortSilence, database: { ...databaseAt(server()), host: between.host }, copy: false, onWarning }
  const reading = readTableChanges(run, sourceOf(numbers), options, stop.signal)
  while (!run.committedPosition('rows=pg-changes:changed@changed')?.includes('changes')) await pause(5)
  await insertNumber(1)
  while (decidedNumbers(store).length < 1) await pause(5)
  await server().end('SIGQUIT')
  await server().begin()
  await insertNumber(2)
  while (decidedNumbers(store).length < 2) await pause(5)
  stop.abort()
  await reading
  between.close()
  await run.stop()
  assert.ok(warnings.includes(`source 'rows': PostgreSQL is unreachable; retrying: the server is silent`), warnings.join('\n'))
  assert.deepEqual(decidedNumbers(store), [1, 2])
})

test('a statement that the server works on may be silent', { skip }, () =>
  withClients(server(), 1, async locker => {
    const { store, run } = openNumbersRun()
    await locker.unsafe(outboxOf('slow'))
    await insert(locker, 'slow', 1)
    const between = await Between.open(server().host)
    const database = { ...databaseAt(server()), host: between.host }
    const stop = new AbortController()
    const onWarning = assert.fail
    await locker.unsafe('BEGIN; LOCK TABLE slow IN ACCESS EXCLUSIVE MODE')
    const reading = readOutbox(
      run,
      sourceOf(numbers),
      outboxOptions(server(), 'slow', { ...shortSilence, database, onWarning }),
      stop.signal,
    )
    while (between.connections < 3) await pause(5)
    await locker.unsafe('ROLLBACK')
    while (decidedNumbers(store).length < 1) await pause(5)
    stop.abort()
    await reading
    between.close()
    await run.stop()
  }),
)

test('a copy whose server vanished without closing the connection fails as for a lost connection', { skip }, () =>
  withClients(server(), 2, async (locker, looker) => {
    await looker`CREATE TABLE copied (n int PRIMARY KEY, who text, at timestamptz)`
    const table = await requireTable(looker, 'copied')
    await looker.unsafe('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const [{ snapshot }] = await looker<{ snapshot: string }[]>`SELECT pg_export_snapshot() AS snapshot`
    await locker.unsafe('BEGIN; LOCK TABLE copied IN ACCESS EXCLUSIVE MODE')
    const between = await Between.open(server().host)
    const path = join(scratchFolder('silent-copy'), 'copy.ndjson')
    const client = await openClient({ ...databaseAt(server()), host: between.host })
    const copying = readWithClient(
      client,
      async function* (sql) {
        yield await writeCopy({ sql, path, table, source: sourceOf(numbers), snapshot })
      },
      { signal: new AbortController().signal, silenceMs: 50 },
    ).next()
    copying.catch(() => {})
    while ((await looker`SELECT FROM pg_locks WHERE relation = ${table.oid} AND NOT granted`).length === 0) await pause(5)
    await server().end('SIGQUIT')
    await server().begin()
    await assert.rejects(copying, { code: 'CONNECTION_CLOSED', message: 'the server is silent' })
    between.close()
  }),
)
