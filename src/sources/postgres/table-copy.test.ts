import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ended } from '../../../test/postgres/between.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { numbers, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { withClients } from '../../../test/postgres/writing.ts'
import { pause } from '../../base/clock.ts'
import { endOnAbort, openClient } from './client.ts'
import { writeCopy } from './table-copy.ts'
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
    const copy = () => writeCopy({ sql, path, table, source, snapshot, signal: stop.signal })
    const copying = endOnAbort(stop.signal, sql, copy).finally(() => sql.end({ timeout: 0 }))
    while ((await looker`SELECT FROM pg_locks WHERE relation = ${table.oid} AND NOT granted`).length === 0) await pause(5)
    stop.abort()
    assert.equal(await ended(assert.rejects(copying, { code: /^CONNECTION_/ })), 'ended')
    assert.equal(existsSync(path), false)
    await locker.unsafe('ROLLBACK')
  }),
)
