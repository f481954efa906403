/** Tests columns that the copy of a table shows and its changes do not, or no longer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../base/clock.ts'
import type { Sql } from 'postgres'
import { scratchFolder } from '../../../test/scratch.ts'
import { BatchCollector } from '../../../test/postgres/batch-collector.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { sourceOf } from '../../../test/postgres/numbers-run.ts'
import { entity, model, on, pipeline, source, t } from '../../index.ts'
import { readTableChanges } from '../../../test/postgres/reading.ts'

const server = ownServer({ max_replication_slots: '20', max_wal_senders: '20' })
const folder = scratchFolder('hidden-columns')

const who = entity('who', t.string())
const schema = { who, n: t.int().nullable(), at: t.timestamp() }

function irOf(more: object) {
  const rows = source('rows', { schema, key: 'who', time: 'at', ...more })
  return sourceOf(
    pipeline('p', [model('seen', { decide: on(rows), inputs: r => ({ who: r.who }), score: { version: '1', compute: () => 1 } })]),
  )
}

const named = irOf({})
const mapped = (mapVersion: string) => irOf({ map: () => null, mapVersion })

const at = '2026-01-01T00:00:00Z'

async function create(sql: Sql, table: string, columns: string): Promise<(of: typeof named) => Promise<unknown[]>> {
  await sql.unsafe(`CREATE TABLE ${table} (k int PRIMARY KEY, who text DEFAULT 'w', at timestamptz DEFAULT '${at}', ${columns})`)
  const collector = new BatchCollector()
  let offset = 0
  const warnings: string[] = []
  const onWarning = (text: string) => void warnings.push(text)
  const options = { database: databaseAt(server()), folder, follow: false, copy: true, onWarning, table, slot: table, publication: table }
  return async of => {
    await readTableChanges(collector, of, options, new AbortController().signal)
    const records = collector.records.slice(offset)
    offset += records.length
    return [...records, ...warnings.splice(0).filter(text => !text.includes('2 kB'))]
  }
}

test('rejects a generated column that the source names; a map does not get it', { skip }, () =>
  server().withClient(1, async sql => {
    const read = await create(sql, 'generated', 'qty int, n int GENERATED ALWAYS AS (qty * 2) STORED')
    await sql`INSERT INTO generated (k, qty) VALUES (1, 10)`
    await assert.rejects(read(named), {
      code: 'SPILL_INPUT',
      message:
        /has a generated column 'n', which its changes do not show: compute it in a map of the source, or .* ALTER TABLE public.generated ALTER COLUMN "n" DROP EXPRESSION$/,
    })
    const row = { who: 'w', at, qty: 10 }
    const warning = `public.generated: the map of 'rows' gets no n, which changes do not show`
    assert.deepEqual(await read(mapped('1')), [{ k: 1, ...row }, warning])
    await sql`INSERT INTO generated (k, qty) VALUES (2, 10)`
    assert.deepEqual(await read(mapped('1')), [{ k: 2, ...row }, warning])
  }),
)

test('rejects a column that the publication omits', { skip }, () =>
  server().withClient(1, async sql => {
    const [{ major }] = await sql<{ major: number }[]>`SELECT current_setting('server_version_num')::int / 10000 AS major`
    if (major < 15) return
    const read = await create(sql, 'listed', 'n int, other int')
    await sql`INSERT INTO listed (k, n) VALUES (1, 1)`
    await sql`CREATE PUBLICATION listed FOR TABLE listed (k, who, at) WITH (publish = 'insert, update')`
    await assert.rejects(read(named), {
      code: 'SPILL_INPUT',
      message: /has a column 'n', which its changes do not show: name it among the columns of the publication 'listed', or leave it out/,
    })
    assert.deepEqual((await read(mapped('1')))[0], { k: 1, who: 'w', at })
    await sql`DROP PUBLICATION listed`
    // The server notices the end of a connection a moment later.
    while ((await sql`SELECT FROM pg_replication_slots WHERE slot_name = 'listed' AND active`).length > 0) await pause(5)
    await sql`SELECT pg_drop_replication_slot('listed')`
  }),
)

test('a column renamed or dropped while changes are read ends its source, until the source no longer names it', { skip }, () =>
  server().withClient(1, async sql => {
    const gone = {
      code: 'SPILL_SOURCE',
      message: /no longer has 'n' in its changes from here on, which the source reads: .* nothing was lost$/,
    }
    for (const [table, alter] of [
      ['renamed', 'RENAME n TO m'],
      ['dropped', 'DROP COLUMN n'],
    ]) {
      const read = await create(sql, table, 'n int')
      await read(named)
      await sql.unsafe(`INSERT INTO ${table} (k, n) VALUES (1, 1); ALTER TABLE ${table} ${alter}; INSERT INTO ${table} (k) VALUES (2)`)
      await assert.rejects(read(named), gone)
      await assert.rejects(read(named), gone, 'a start alone does not mend it')
      const later = irOf({ schema: { who, at: t.timestamp() } })
      assert.deepEqual((await read(later)).slice(0, 2), [
        { who: 'w', at, n: 1 },
        { who: 'w', at },
      ])
    }
  }),
)

test('for a map every column counts, until the map changes', { skip }, () =>
  server().withClient(1, async sql => {
    const read = await create(sql, 'remapped', 'n int, other int')
    await read(mapped('1'))
    await sql.unsafe(`ALTER TABLE remapped DROP COLUMN other; INSERT INTO remapped (k) VALUES (2)`)
    await assert.rejects(read(mapped('1')), {
      code: 'SPILL_SOURCE',
      message: /no longer has 'other' .* another mapVersion; nothing was lost$/,
    })
    assert.deepEqual(await read(mapped('2')), [{ k: 2, who: 'w', at, n: null }])
    await read(mapped('2'))
  }),
)
