import assert from 'node:assert/strict'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { called } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import { FORMAT } from '../../log/sqlite/schema.ts'
import { sqlite } from '../../log/sqlite/sqlite.ts'
import type { FolderHealth } from '../../operate/index.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.ran()
})
afterEach(() => shop[Symbol.dispose]())

const inspect = (...args: readonly string[]) => called('inspect', '--data', shop.data, ...args)

async function report(...args: readonly string[]): Promise<FolderHealth & { readonly status: number }> {
  const { status, out } = await inspect('--json', ...args)
  return { status, ...(JSON.parse(out) as FolderHealth) }
}

/** Changes the database directly, with all data in one file. */
function tamper(sql: string): void {
  const db = new sqlite.DatabaseSync(join(shop.data, 'log.db'))
  db.exec(`PRAGMA wal_checkpoint(TRUNCATE); ${sql}; PRAGMA wal_checkpoint(TRUNCATE)`)
  db.close()
}

test('prints freshness objectives, and the problem of an invalid objectives file', async () => {
  const path = join(shop.data, 'objectives.json')
  const write = (group: string, age: number) =>
    writeFileSync(
      path,
      JSON.stringify({
        format: 'spillway-objectives/1',
        pipeline: 'shop',
        fingerprint: 'f',
        groups: { [group]: { age, share: 0.99, why: '' } },
      }),
    )
  write('older', 3_600_000)
  assert.match((await inspect()).out, /^older +99 % within 1 h +none counted yet$/m)
  const again = await called('run', shop.pipeline, '--source', `sales=${shop.write('more.ndjson', '')}`, '--data', shop.data, '--once')
  assert.equal(again.status, 0, again.err)
  const [objective] = (await report()).objectives
  assert.deepEqual([objective.group, objective.age, objective.recent], ['older', 3_600_000, undefined])
  write('oldest', 1)
  const { status, out } = await inspect()
  assert.equal(status, 1)
  assert.match(
    out,
    /objectives\.json groups\.oldest: pipeline 'shop' has no feature group 'oldest'; .* spillway audit PIPELINE --data DIR$/m,
  )
  const rejected = await called('run', shop.pipeline, '--source', `sales=${shop.write('more.ndjson', '')}`, '--data', shop.data, '--once')
  assert.equal(rejected.status, 1)
  assert.match(rejected.err, /objectives\.json groups\.oldest: pipeline 'shop' has no feature group/)
})

test('prints the contents of a folder', async () => {
  const { status, ...held } = await report()
  assert.equal(status, 0)
  assert.deepEqual(
    [held.format, held.holder, held.entries, held.decided],
    [FORMAT, { pid: process.pid, holds: false }, 4, { entry: 4, skip: 0 }],
  )
  assert.deepEqual(held.sources, [
    { source: 'sales', schemas: [1], offsets: [3] },
    { source: 'visits', schemas: [1], offsets: [1] },
  ])
  assert.deepEqual(
    held.decisions.map(({ model, decisions, first, last }) => [model, decisions, first, last]),
    [
      ['risk', 3, 0, 2],
      ['seen', 1, 3, 3],
    ],
  )
  assert.deepEqual(held.dead, [
    { source: 'sales', reason: 'key', letters: 1 },
    { source: 'sales', reason: 'schema', letters: 2 },
  ])
  assert.deepEqual(
    held.positions.map(({ name, position }) => [name, (JSON.parse(position) as { line: number }).line]),
    [
      [`sales=${join(shop.folder, 'sales.ndjson')}`, 7],
      [`visits=${join(shop.folder, 'visits.ndjson')}`, 2],
    ],
  )
  assert.equal(held.files['log.db'], statSync(join(shop.data, 'log.db')).size)
  assert.ok(held.firstArrival! <= held.lastArrival!)
  assert.ok(held.segments.count >= 2 && held.segments.averageBytes > 50)
  const { out } = await inspect()
  assert.match(
    out,
    /^.*: format \d+, not held\n4 entries in \d segments of \d+ bytes on average, arrivals \S+Z to \S+Z\nall entries are decided$/m,
  )
  assert.match(out, /^sales {2,}1 +1 +3 +3$/m)
  assert.match(out, /^ {2}sales=.*sales\.ndjson {2}line 7 \(byte \d+\)$/m)
})

test('while a run holds the folder, prints its process and does not disturb it', async () => {
  const folder = await openDataFolder(shop.data)
  const { status, holder, damage, verified } = await report('--verify')
  assert.deepEqual([status, holder, damage, verified], [0, { pid: process.pid, holds: true }, [], true])
  await folder.store.commit({ put: [['x', 'y']] })
  await folder.store.close()
  folder.release()
  assert.match((await inspect('--verify')).out, /^Intact: every segment and every decision is as it was written\.$/m)
})

test('prints positions of every reader, also of a reader that writes no JSON', async () => {
  const folder = await openDataFolder(shop.data)
  const stored = [
    ['cursor/sales=folder:inbox', '1.json'],
    ['cursor/sales=rows.csv', '{"kind":"lines","last":8,"inode":1,"size":90,"head":""}'],
    ['cursor/visits=old.csv', '{"records":7}'],
  ] as const
  await folder.store.commit({ put: stored })
  await folder.store.close()
  folder.release()
  const { out } = await inspect()
  assert.match(out, /^ {2}sales=folder:inbox {2}1\.json$/m)
  assert.match(out, /^ {2}sales=rows\.csv {2}line 8$/m)
  assert.match(out, /^ {2}visits=old\.csv {2}its first 7 records$/m)
})

test('an empty log', async () => {
  shop[Symbol.dispose]()
  shop = new Shop()
  const folder = await openDataFolder(shop.data)
  await folder.store.close()
  folder.release()
  const { status, entries, firstArrival, sources, damage } = await report('--verify')
  assert.deepEqual([status, entries, firstArrival, sources, damage], [0, 0, undefined, [], []])
})

type ExpectedDamage = readonly [place: RegExp, entries: readonly number[], problem: RegExp]

const damages: readonly (readonly [name: string, sql: string, damage: ExpectedDamage])[] = [
  [
    'a segment whose bytes changed',
    "UPDATE segment SET bytes = CAST(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) AS BLOB) WHERE first = 0",
    [/^segment 0$/, [0, 2], /does not have the checksum/],
  ],
  [
    'the last segment cut',
    'UPDATE segment SET bytes = substr(bytes, 1, 9) WHERE first = 3',
    [/^segment 3$/, [3, 3], /does not have the checksum/],
  ],
  ['a segment that is gone', 'DELETE FROM segment WHERE first = 0', [/^log$/, [0, 2], /is missing/]],
  ['the last segment gone', 'DELETE FROM segment WHERE first = 3', [/^log$/, [3, 3], /is missing, though its decisions are recorded/]],
  ['an arrival that is another', 'UPDATE segment SET arrival = arrival + 1 WHERE first = 3', [/^segment 3$/, [3, 3], /ends at arrival/]],
  [
    'columns that are not known',
    "DELETE FROM schema WHERE source = 'visits'",
    [/^segment 3$/, [3, 3], /columns \(version 1\) that it does not know/],
  ],
  [
    'decisions whose bytes changed',
    "UPDATE decisions SET bytes = CAST(bytes || x'00' AS BLOB) WHERE model = 'seen'",
    [/^a batch of decisions of 'seen'$/, [3, 3], /^is damaged: it does not have the checksum/],
  ],
  [
    'decisions under another name',
    "UPDATE decisions SET model = 'x' WHERE model = 'seen'",
    [/^a batch of decisions of 'x'$/, [3, 3], /^holds 1 of 'seen' from entry 3 on, and stands as 1$/],
  ],
]

for (const [name, sql, [place, entries, problem]] of damages)
  test(`--verify finds ${name}`, async () => {
    tamper(sql)
    const { status, damage } = await report('--verify')
    assert.equal(status, 1)
    assert.equal(damage.length, 1, JSON.stringify(damage))
    assert.match(damage[0].place, place)
    assert.deepEqual(damage[0].entries, entries)
    assert.match(damage[0].problem, problem)
    const { out } = await inspect('--verify')
    assert.match(out, /^Damaged in 1 place:\n {2}\S.*\(entries \d to \d\)/m)
  })

test('a damaged last segment is reported without --verify too', async () => {
  tamper('UPDATE segment SET bytes = substr(bytes, 1, 9) WHERE first = 3')
  const { status, damage, entries } = await report()
  assert.deepEqual([status, entries, damage[0].place], [1, 4, 'segment 3'])
})

test('a damaged time series is reported, and the rest is printed', async () => {
  tamper("UPDATE value SET value = substr(value, 1, 9) WHERE name LIKE 'series/samples/%'")
  const { status, damage, capacity, entries } = await report()
  assert.deepEqual([status, damage.map(({ place }) => place), capacity, entries], [1, ['the time series'], undefined, 4])
  assert.match((await inspect()).out, /^Damaged in 1 place:\n {2}the time series cannot be read: /m)
})

test('overwritten or missing pages of the file give a report or one clear error', async () => {
  tamper('SELECT 1')
  const path = join(shop.data, 'log.db')
  const good = readFileSync(path)
  for (let at = 4096; at < good.length; at += 4096) {
    const bad = Buffer.from(good)
    bad.fill(0xab, at, at + 4096)
    writeFileSync(path, bad)
    const { status, out, err } = await inspect('--verify', '--json')
    assert.equal(status, 1, `page at ${at}`)
    if (out === '') assert.match(err, /^SPILL_DATA: /, `page at ${at}`)
    else assert.ok((JSON.parse(out) as FolderHealth).damage.length > 0)
  }
  writeFileSync(path, good)
  truncateSync(path, 5000)
  const { status, err } = await inspect('--verify')
  assert.equal(status, 1)
  assert.match(err, /^SPILL_DATA: /)
})

test('a folder without a log, and wrong usage', async () => {
  const missing = await called('inspect', '--data', shop.folder)
  assert.equal(missing.status, 1)
  assert.match(missing.err, /^SPILL_STORE: .* is not a data folder: it has no log\.db; a run creates one$/)
  const wrong = await called('inspect', shop.data)
  assert.equal(wrong.status, 2)
  assert.match(wrong.err, /^the folder is named by --data, not by/)
})
