import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { Sql } from 'postgres'
import { scratchFolder } from '../../../test/scratch.ts'
import { ended } from '../../../test/postgres/between.ts'
import { killed } from '../../../test/postgres/killing.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { withClients, written } from '../../../test/postgres/writing.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { readTableChanges, type ReadChangesOptions } from '../../../test/postgres/reading.ts'
import type { FeedTarget } from '../reader/source-feed.ts'

const server = ownServer({ max_replication_slots: '20', max_wal_senders: '20' })
const folder = scratchFolder('changes')
const never = new AbortController().signal

const tableOf = (name: string) =>
  `CREATE TABLE ${name} (n int PRIMARY KEY, who text NOT NULL DEFAULT 'w', at timestamptz NOT NULL DEFAULT now())`

function options(table: string, more: Partial<ReadChangesOptions> = {}): ReadChangesOptions {
  const names = { table, slot: table, publication: table }
  return { database: databaseAt(server()), folder, follow: false, copy: true, onWarning: () => {}, ...names, ...more }
}

const read = (run: FeedTarget, table: string, more?: Partial<ReadChangesOptions>, signal = never) =>
  readTableChanges(run, sourceOf(numbers), options(table, more), signal)

const insert = (sql: Sql, table: string, ...all: number[]) => sql.unsafe(`INSERT INTO ${table} (n) SELECT unnest('{${all.join()}}'::int[])`)

const sorted = (values: readonly (number | null)[]) => values.toSorted((a, b) => a! - b!)

test('copies a table, then reads its changes in the order of commits', { skip }, () =>
  withClients(server(), 2, async (a, b) => {
    await a.unsafe(tableOf('followed'))
    await insert(a, 'followed', 1, 2)
    const { store, run } = openNumbersRun()
    await read(run, 'followed')
    assert.deepEqual(decidedNumbers(store), [1, 2])
    await a.unsafe('BEGIN')
    await insert(a, 'followed', 3)
    await insert(b, 'followed', 4)
    await a.unsafe('COMMIT')
    await b`UPDATE followed SET n = 5 WHERE n = 1`
    await b`DELETE FROM followed WHERE n = 2`
    await b`TRUNCATE followed`
    await read(run, 'followed')
    assert.deepEqual(decidedNumbers(store), [1, 2, 4, 3, 5], 'a source without `deleted` has no deletes')
    await read(run, 'followed')
    assert.deepEqual(decidedNumbers(store), [1, 2, 4, 3, 5])
    await run.stop()
    assert.deepEqual(readdirSync(folder), [], 'the copy is removed')
  }),
)

test('the signal ends a wait for a lock, and a slot that waits for a transaction, which is then created anew', { skip }, () =>
  withClients(server(), 2, async (writer, looker) => {
    await writer.unsafe(tableOf('waiting'))
    await insert(writer, 'waiting', 1)
    const { store, run } = openNumbersRun()
    for (const [waits, began] of [
      [`CREATE TEMPORARY TABLE other ()`, `SELECT FROM pg_stat_activity WHERE backend_type = 'walsender' AND wait_event_type = 'Lock'`],
      ['LOCK TABLE waiting IN ACCESS EXCLUSIVE MODE', `SELECT FROM pg_locks WHERE relation = 'waiting'::regclass AND NOT granted`],
    ]) {
      const stop = new AbortController()
      await writer.unsafe(`BEGIN; ${waits}`)
      const reading = read(run, 'waiting', { follow: true }, stop.signal)
      while ((await looker.unsafe(began)).length === 0) await pause(5)
      stop.abort()
      assert.equal(await ended(reading), 'ended', waits)
      await writer.unsafe('ROLLBACK')
    }
    await read(run, 'waiting')
    await run.stop()
    assert.deepEqual(decidedNumbers(store), [1])
  }),
)

test('without a copy it starts with the next change', { skip }, async () => {
  const { store, run } = openNumbersRun()
  await server().withClient(1, async sql => {
    await sql.unsafe(tableOf('fresh'))
    await insert(sql, 'fresh', 1)
    await read(run, 'fresh', { copy: false })
    await insert(sql, 'fresh', 2)
    await read(run, 'fresh', { copy: false })
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [2])
})

for (const seed of [1, 2, 3])
  test(`a reader that is killed at any moment loses and repeats nothing (seed ${seed})`, { skip }, () =>
    withClients(server(), 4, async (...clients) => {
      const table = `killed${seed}`
      const before = Array.from({ length: 300 }, (_, i) => -1 - i)
      await clients[0].unsafe(tableOf(table))
      await insert(clients[0], table, ...before)
      const over = new AbortController()
      const insertSome = (client: Sql, ...all: number[]) => pause(1).then(() => insert(client, table, ...all))
      const writing = written({ clients, draw: random(seed + 1000), until: over.signal, insert: insertSome })
      const reading = (run: FeedTarget, signal: AbortSignal) => read(run, table, { follow: true }, signal)
      const disk = await killed(reading, random(seed), { times: 12, moments: 150 }).finally(() => over.abort())
      const committed = await writing
      const { store, run } = openNumbersRun(numbers, disk)
      await read(run, table)
      await run.stop()
      assert.deepEqual(sorted(decidedNumbers(store)), sorted([...before, ...committed]))
    }),
  )

test('reads a transaction of any size in parts, and a killed reader resumes within it', { skip }, async () => {
  const rows = 5 * limits.POSTGRES_PAGE_ROWS
  const first = openNumbersRun()
  await server().withClient(1, sql => sql.unsafe(tableOf('large')))
  await read(first.run, 'large')
  await server().withClient(1, sql => sql`INSERT INTO large (n, who) SELECT n, repeat('w', 1000) FROM generate_series(1, ${rows}::int) n`)
  const batches: number[] = []
  const stop = new AbortController()
  first.store.hold()
  const fed: FeedTarget = {
    submit: (...parameters) => {
      batches.push(parameters[1].records.length)
      return first.run.submit(...parameters)
    },
    whenRoom: () => first.run.whenRoom(),
    committedPosition: name => first.run.committedPosition(name),
  }
  const reading = read(fed, 'large', { follow: true }, stop.signal).catch(() => {})
  while (first.store.waiting < 1 || batches.length < 3) {
    await pause(2)
    if (batches.length < 2) first.store.sync(1)
  }
  const disk = first.store.crash(1)
  stop.abort()
  first.store.fail()
  first.run.ended.catch(() => {})
  await reading
  assert.ok(Math.max(...batches) <= limits.POSTGRES_PAGE_ROWS)
  const { store, run } = openNumbersRun(numbers, disk)
  const had = decidedNumbers(store).length
  assert.ok(had > 0 && had < rows, `${had} of ${rows} were durable`)
  assert.match(run.committedPosition('rows=pg-changes:large@large')!, /"commit":"[0-9A-F]+\/[0-9A-F]+","changes":\d+/)
  await read(run, 'large')
  await run.stop()
  assert.deepEqual(
    decidedNumbers(store),
    Array.from({ length: rows }, (_, i) => i + 1),
  )
})

test('confirms changes to the server only once they are durable', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const stop = new AbortController()
  await server().withClient(1, async sql => {
    await sql.unsafe(tableOf('told'))
    await read(run, 'told')
    const reading = read(run, 'told', { follow: true }, stop.signal)
    const until = async (condition: string) => {
      const holds = () =>
        sql.unsafe<{ holds: boolean }[]>(`SELECT ${condition} AS holds FROM pg_stat_replication WHERE application_name = 'spillway'`)
      while (!(await holds())[0]?.holds) await pause(20)
    }
    await until('true')
    store.hold()
    await insert(sql, 'told', 1)
    const [{ lsn }] = await sql<{ lsn: string }[]>`SELECT pg_current_wal_lsn()::text AS lsn`
    await until(`write_lsn >= '${lsn}'`)
    const [{ confirmed }] = await sql<{ confirmed: boolean }[]>`
      SELECT confirmed_flush_lsn >= ${lsn}::pg_lsn AS confirmed FROM pg_replication_slots WHERE slot_name = 'told'`
    assert.equal(confirmed, false)
    store.keepUp()
    await until(`flush_lsn >= '${lsn}'`)
    stop.abort()
    await reading
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1])
})

test('while only other tables change, the server may discard its log', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const stop = new AbortController()
  await server().withClient(1, async sql => {
    await sql.unsafe(`${tableOf('idle')}; CREATE TABLE busy (n int)`)
    await read(run, 'idle')
    const reading = read(run, 'idle', { follow: true }, stop.signal)
    await sql`INSERT INTO busy VALUES (1)`
    const [{ lsn }] = await sql<{ lsn: string }[]>`SELECT pg_current_wal_lsn()::text AS lsn`
    const isConfirmed = async () => {
      const [{ is }] = await sql<
        { is: boolean }[]
      >`SELECT confirmed_flush_lsn >= ${lsn}::pg_lsn AS is FROM pg_replication_slots WHERE slot_name = 'idle'`
      return is
    }
    while (!(await isConfirmed())) await pause(20)
    await insert(sql, 'idle', 1)
    while (decidedNumbers(store).length < 1) await pause(5)
    stop.abort()
    await reading
  })
  await run.stop()
  assert.deepEqual(decidedNumbers(store), [1])
})

test('waits for a server that restarts or crashes', { skip }, async () => {
  const { store, run } = openNumbersRun()
  const warnings: string[] = []
  const stop = new AbortController()
  await server().withClient(1, sql => sql.unsafe(tableOf('restarted')))
  const onWarning = (text: string) => void warnings.push(text)
  const reading = read(run, 'restarted', { follow: true, onWarning }, stop.signal)
  const first = warnings.length
  for (const [n, signal] of [
    [1, 'SIGINT'],
    [2, 'SIGQUIT'],
  ] as const) {
    while (!run.committedPosition('rows=pg-changes:restarted@restarted')?.includes('changes')) await pause(5)
    await server().withClient(1, sql => insert(sql, 'restarted', n))
    while (decidedNumbers(store).length < n) await pause(5)
    await server().end(signal)
    const away = () => warnings.filter(text => text.includes('is unreachable')).length
    while (away() < n) await pause(5)
    await server().begin()
    while (warnings.filter(text => text.endsWith('is reachable again')).length < n) await pause(5)
  }
  await server().withClient(1, sql => insert(sql, 'restarted', 3))
  while (decidedNumbers(store).length < 3) await pause(5)
  stop.abort()
  await reading
  await run.stop()
  assert.equal(first, 0)
  assert.deepEqual(decidedNumbers(store), [1, 2, 3])
})
