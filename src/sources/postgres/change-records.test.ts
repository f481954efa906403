import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { type FollowedTable, followTable } from '../../../test/postgres/followed-table.ts'
import { ownServer, skip } from '../../../test/postgres/server.ts'
import { entity, source, t } from '../../index.ts'
import { ChangeRecords } from './change-records.ts'

const server = ownServer({ max_replication_slots: '20', max_wal_senders: '20' })
const folder = scratchFolder('records')

const who = entity('who', t.string())
const schema = { who, reading: t.int(), level: t.decimal(1), note: t.string().nullable(), at: t.timestamp() }
const identity = { identity: ['reading'], revisable: '1h' } as const
const plain = source('plain', { schema, key: 'who', time: 'at' })
const revised = source('revised', { schema: { ...schema, gone: t.bool() }, key: 'who', time: 'at', ...identity, deleted: 'gone' })
const mapped = source('mapped', { schema, key: 'who', time: 'at', map: () => null, mapVersion: '1' })

const follow = (table: string, of: Parameters<typeof followTable>[2], before: string, ...statements: string[]) =>
  followTable({ server: server(), folder }, table, of, before, ...statements)

const at = '2026-01-01T00:00:00Z'
const row = (reading: number, level: string, note: string | null = null) => ({ who: 'w', reading, level, note, at })
const values = (reading: number, level: number, note = 'NULL') => `('w', ${reading}, ${level}, ${note}, '${at}')`
const full = (table: string) => `ALTER TABLE ${table} REPLICA IDENTITY FULL;`

test('inserts and updates are events', { skip }, async () => {
  const { collected } = await follow(
    'a1',
    plain,
    `INSERT INTO a1 VALUES ${values(1, 5.1)}`,
    `INSERT INTO a1 VALUES ${values(2, 6, `'tab\t\\n'`)}`,
    `UPDATE a1 SET level = 7 WHERE reading = 1`,
    `UPDATE a1 SET reading = 3 WHERE reading = 1`,
    `DELETE FROM a1 WHERE reading = 2`,
    `ALTER TABLE a1 ADD COLUMN more int; UPDATE a1 SET level = 8`,
  )
  assert.deepEqual(collected.records, [row(1, '5.1'), row(2, '6', 'tab\t\\n'), row(1, '7'), row(3, '7'), row(3, '8')])
  assert.deepEqual(collected.rejected, [])
})

test('with `deleted`, a delete is the old row, and a change of identity deletes the old row first', { skip }, async () => {
  const { collected, warnings } = await follow(
    'a2',
    revised,
    `${full('a2')} INSERT INTO a2 VALUES ${values(1, 5)}`,
    `UPDATE a2 SET level = 6`,
    `UPDATE a2 SET reading = 2`,
    `DELETE FROM a2`,
  )
  const is = (gone: boolean, record: object) => ({ ...record, gone })
  assert.deepEqual(collected.records, [
    is(false, row(1, '5')),
    is(false, row(1, '6')),
    is(true, row(1, '6')),
    is(false, row(2, '6')),
    is(true, row(2, '6')),
  ])
  assert.deepEqual(warnings, [])
})

test('rejects at the start a table whose deletes do not show enough', { skip }, async () => {
  await assert.rejects(follow('a3', revised, ''), {
    code: 'SPILL_INPUT',
    message: `public.a3 does not show 'level' in the old row of a DELETE: ALTER TABLE public.a3 REPLICA IDENTITY FULL`,
  })
})

test('a delete that shows only the identity has the time of its commit', { skip }, async () => {
  const slim = source('slim', {
    schema: { who, reading: t.int(), level: t.decimal(1).nullable(), at: t.timestamp(), gone: t.bool() },
    key: 'who',
    time: 'at',
    ...identity,
    deleted: 'gone',
  })
  const { collected } = await follow('a4', slim, `INSERT INTO a4 VALUES ${values(1, 5)}`, `UPDATE a4 SET reading = 2`, 'DELETE FROM a4')
  const records = collected.records as { reading: number; at: unknown; gone: boolean; level: unknown }[]
  assert.deepEqual(
    records.map(({ reading, gone, level }) => [reading, gone, level]),
    [
      [1, false, '5'],
      [1, true, null],
      [2, false, '5'],
      [2, true, null],
    ],
  )
  assert.ok(Number.isSafeInteger(records[3].at) && (records[3].at as number) > Date.parse('2026-01-01'))
})

test('with a map, a change of key or identity in the mapped rows is a delete and an event', { skip }, async () => {
  const before = `${full('a10')} INSERT INTO a10 VALUES ${values(1, 5)}`
  const statements = (table: string) => [
    `UPDATE ${table} SET level = 6`,
    `UPDATE ${table} SET note = 'same'`,
    `UPDATE ${table} SET note = 'other'`,
    `UPDATE ${table} SET note = 'bad'`,
    `UPDATE ${table} SET note = 'none'`,
    `UPDATE ${table} SET note = 'new'`,
  ]
  /** The identity is in the note; the map may change its record. */
  const map = (row: { note: string | null; level: string }): never => {
    const { note } = row
    row.level = 'changed'
    if (note === 'bad') throw new Error('bad')
    return (note === 'none' ? null : { who: 'w', reading: note === null || note === 'same' ? 1 : note.length }) as never
  }
  const of = source('mapped', {
    schema: { ...schema, gone: t.bool() },
    key: 'who',
    time: 'at',
    ...identity,
    deleted: 'gone',
    map,
    mapVersion: '1',
  })
  const changes = ({ collected }: FollowedTable) =>
    (collected.records as { level: string; note: string | null; gone: boolean }[]).map(
      ({ level, note, gone }) => `${gone ? '-' : '+'}${note} ${level}`,
    )
  assert.deepEqual(changes(await follow('a10', of as never, before, ...statements('a10'))), [
    '+null 5',
    '+null 6',
    '+same 6',
    '-same 6',
    '+other 6',
    '-other 6',
    '+bad 6',
    '-bad 6',
    '+none 6',
    '+new 6',
  ])
  await assert.rejects(follow('a12', of, ''), {
    code: 'SPILL_INPUT',
    message:
      /does not show 'level', 'note', 'at' in old rows, which the map of a source with 'gone' gets: ALTER TABLE public.a12 REPLICA IDENTITY FULL$/,
  })
})

test('without the map, any change of a row counts as a change of identity', () => {
  const of = source('mapped', {
    schema: { ...schema, gone: t.bool() },
    key: 'who',
    time: 'at',
    ...identity,
    deleted: 'gone',
    map: () => null,
    mapVersion: '1',
  })
  const records = new ChangeRecords(of.ir, {
    table: { name: 'a' } as never,
    baseTypes: new Map(),
    lastColumns: undefined,
    map: undefined,
  })
  records.setColumns({ kind: 'relation', oid: 1, columns: [{ name: 'level', type: 25 }] })
  const updated = (old: string, level: string) =>
    records.recordsOf({ kind: 'update', oid: 1, old: [old], row: [level], oldHasKeyOnly: false }, 0)
  assert.deepEqual(updated('5', '5'), [{ level: '5', gone: false }])
  assert.deepEqual(updated('5', '6'), [
    { level: '5', gone: true },
    { level: '6', gone: false },
  ])
})

test('a large value that an update leaves unchanged is taken from the old row, or the row is rejected', { skip }, async () => {
  const large = `(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 200) i)`
  const shown = await follow('a5', plain, `${full('a5')} INSERT INTO a5 VALUES ${values(1, 5, large)}`, `UPDATE a5 SET level = 6`)
  const [before, after] = shown.collected.records as { note: string; level: string }[]
  assert.equal(before.note.length, 6400)
  assert.deepEqual(after, { ...before, level: '6' })
  const hidden = await follow('a6', plain, `INSERT INTO a6 VALUES ${values(1, 5, large)}`, `UPDATE a6 SET level = 6`)
  assert.equal(hidden.collected.records.length, 1)
  assert.equal(hidden.collected.rejected.length, 1)
  assert.match(hidden.collected.rejected[0], /^a6 0\/[0-9A-F]+ change 1: 'note' is large, .* ALTER TABLE public.a6 REPLICA IDENTITY FULL$/)
  assert.match(hidden.warnings[0], /a row is rejected where an UPDATE leaves a value of more than 2 kB in .*note alone/)
})

test('rejects TRUNCATE for a source with deletes', { skip }, async () => {
  const { collected } = await follow('a7', revised, full('a7'), 'TRUNCATE a7')
  assert.equal(collected.rejected.length, 1)
  assert.match(collected.rejected[0], /^a7 .* change 1: TRUNCATE deletes rows without saying which/)
})

test('a map gets all columns, and changes of other tables in the publication are ignored', { skip }, async () => {
  const { collected } = await follow(
    'a8',
    mapped,
    `CREATE DOMAIN grade AS numeric; ALTER TABLE a8 ADD COLUMN extra jsonb, ADD COLUMN grade grade`,
    'CREATE TABLE a9 (n int); ALTER PUBLICATION a8 ADD TABLE a9',
    `INSERT INTO a9 VALUES (1)`,
    `INSERT INTO a8 VALUES ('w', 1, 5.5, NULL, '${at}', '{"a":[1]}', 7.50)`,
    `INSERT INTO a8 VALUES ('w', 2, 5.5, NULL, '${at}', '{"a":12345678901234567890}')`,
    `INSERT INTO a8 (who, reading, note) VALUES ('w', 3, repeat('x', 1048577))`,
  )
  assert.deepEqual(collected.records, [{ ...row(1, '5.5'), extra: { a: [1] }, grade: '7.50' }])
  assert.equal(collected.rejected.length, 2)
  assert.match(collected.rejected[0], /'extra': 'a' is 12345678901234567890/)
  assert.match(collected.rejected[1], /a row of 1048579 bytes/)
})

test('the copy rejects the same rows as changes', { skip }, async () => {
  const { collected } = await follow(
    'b1',
    mapped,
    `ALTER TABLE b1 ADD COLUMN extra jsonb; INSERT INTO b1 VALUES ('w', 1, 'NaN', 'line
break', '${at}', '{"a":1.5}'), ('w', 2, 1, repeat('x', 1048577), NULL, NULL), ('w', 3, 1, NULL, NULL, '[12345678901234567890]')`,
  )
  assert.deepEqual(collected.records, [{ ...row(1, 'NaN', 'line\nbreak'), extra: { a: 1.5 } }])
  assert.equal(collected.rejected.length, 2)
  assert.match(collected.rejected[0], /^b1 copied row 2: a row of \d+ bytes, more than 1048576/)
  assert.match(collected.rejected[1], /^b1 copied row 3: 'extra': /)
})

test('copy and changes count the bytes of a row alike', { skip }, async () => {
  const rows = (from: number) =>
    // 2 bytes each, and one for each column of the key. A copied row must also fit as a line of JSON.
    `INSERT INTO b2 (who, reading, note) VALUES ('w', ${from}, repeat('é', 524200)), ('w', ${from + 1}, repeat('é', 524287) || 'x')`
  const { collected } = await follow('b2', mapped, rows(1), rows(3))
  assert.deepEqual(
    (collected.records as { reading: number }[]).map(({ reading }) => reading),
    [1, 3],
  )
  assert.equal(collected.rejected.length, 2)
  for (const rejected of collected.rejected) assert.match(rejected, /a row of 1048577 bytes, more than 1048576/)
})
