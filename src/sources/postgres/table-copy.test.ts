import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ended } from '../../../test/postgres/between.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { numbers, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { withClients } from '../../../test/postgres/writing.ts'
import { pause } from '../../base/clock.ts'
import { fileStart } from '../../files/follow-ndjson.ts'
import { endOnAbort, openClient } from './client.ts'
import { readCopy, writeCopy } from './table-copy.ts'
import { requireTable } from './table.ts'

const server = ownServer()

test('the signal ends a copy that waits for a lock', { skip }, () =>
  withClients(server(), 2, async (locker, looker) => {
    const folder = scratchFolder('copy')
    const path = join(folder, 'copy.ndjson')
    await looker`CREATE TABLE copied (n int PRIMARY KEY, who text, at timestamptz)`
    const table = await requireTable(looker, 'copied')
    await looker.unsafe('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const [{ snapshot }] = await looker<{ snapshot: string }[]>`SELECT pg_export_snapshot() AS snapshot`
    await locker.unsafe('BEGIN; LOCK TABLE copied IN ACCESS EXCLUSIVE MODE')
    const stop = new AbortController()
    const source = sourceOf(numbers)
    const sql = await openClient(databaseAt(server()))
    const copy = () => writeCopy({ sql, path, table, source, snapshot })
    const copying = endOnAbort(stop.signal, sql, copy).finally(() => sql.end({ timeout: 0 }))
    while ((await looker`SELECT FROM pg_locks WHERE relation = ${table.oid} AND NOT granted`).length === 0) await pause(5)
    stop.abort()
    assert.equal(await ended(assert.rejects(copying, { code: /^CONNECTION_/ })), 'ended')
    assert.equal(existsSync(path), false)
    await locker.unsafe('ROLLBACK')
  }),
)

/** Copies a table as another role, or with other settings of the session. */
async function copyOf(name: string, setUp: string, rows = 2): Promise<string> {
  return server().withClient(1, async looker => {
    await looker.unsafe(
      `CREATE TABLE ${name} (n int PRIMARY KEY, who text, at timestamptz); INSERT INTO ${name} SELECT i, 'a', now() FROM generate_series(1, ${rows}) i`,
    )
    const table = await requireTable(looker, name)
    await looker.unsafe('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const [{ snapshot }] = await looker<{ snapshot: string }[]>`SELECT pg_export_snapshot() AS snapshot`
    const path = join(scratchFolder(name), 'copy.ndjson')
    const sql = await openClient(databaseAt(server()))
    try {
      await sql.unsafe(setUp)
      await writeCopy({ sql, path, table, source: sourceOf(numbers), snapshot })
      return readFileSync(path, 'utf8')
    } finally {
      await sql.end({ timeout: 0 })
      await looker.unsafe('ROLLBACK')
    }
  })
}

test('a copy has no timeout of statements: a large table takes longer than other queries may', { skip }, async () => {
  const text = await copyOf('timed', 'SET statement_timeout = 20', 100_000)
  assert.equal(text.trimEnd().split('\n').length, 100_000)
})

test('row security that would leave rows out of the copy is an error', { skip }, async () => {
  const policy =
    'CREATE ROLE limited; GRANT SELECT ON secured TO limited; ALTER TABLE secured ENABLE ROW LEVEL SECURITY; SET SESSION AUTHORIZATION limited'
  await assert.rejects(copyOf('secured', policy), /would be affected by row-level security/)
})

test('a copy is read on in a restored data folder, where it is another file', async () => {
  const path = join(scratchFolder('restored-copy'), 'copy.ndjson')
  writeFileSync(path, '{"n":1}\n{"n":2}\n{"n":3}\n')
  const { signal } = new AbortController()
  const read = async (from: typeof fileStart) => {
    const batches = []
    for await (const batch of readCopy(path, 'numbers', from, signal)) batches.push(batch)
    return batches
  }
  const [{ position }] = await read(fileStart)
  const within = { ...position, offset: '{"n":1}\n'.length, line: 2 }
  copyFileSync(path, `${path}.part`)
  renameSync(`${path}.part`, path)
  const [{ batch }] = await read(within)
  assert.deepEqual(batch.records, [{ n: 2 }, { n: 3 }])
})
