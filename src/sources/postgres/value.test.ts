import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownServer, skip, databaseAt } from '../../../test/postgres/server.ts'
import { sourceOf, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import type { ColumnIR } from '../../define/ir/ir.ts'
import { entity, model, on, pipeline, source, t } from '../../index.ts'
import { recordedDecisions } from '../../run/decide/recorded-decision.ts'
import { Fault } from '../../intake/rejection.ts'
import { readOutbox } from '../../../test/postgres/reading.ts'
import { textConverter } from './value.ts'

const server = ownServer()

const who = entity('who', t.string())
const typed = source('typed', {
  schema: {
    who,
    yes: t.bool(),
    small: t.int(),
    big: t.int(),
    real4: t.double(),
    real8: t.double(),
    money: t.decimal(2),
    whole: t.int(),
    near: t.double(),
    at: t.timestamp(),
    local: t.timestamp({ zone: 'Europe/Berlin' }),
    day: t.timestamp(),
    span: t.duration(),
    code: t.string(),
    mood: t.enum(['ok', 'bad']),
    digits: t.string(),
    none: t.int().nullable(),
  },
  key: 'who',
  time: 'at',
})
const look = model('look', { decide: on(typed), inputs: row => row, score: { version: '1', compute: () => 1 } })
const types = pipeline('types', [look])

test('converts every type for its column', { skip }, async () => {
  const { store, run } = openNumbersRun(types)
  await server().withClient(1, async sql => {
    await sql.unsafe(`
      ALTER DATABASE postgres SET DateStyle = 'German'; ALTER DATABASE postgres SET TimeZone = 'Europe/Berlin'; ALTER DATABASE postgres SET extra_float_digits = 0;
      CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN cents AS numeric(12, 2); CREATE DOMAIN euros AS cents;
      CREATE TABLE typed (id bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), who char(3), yes bool, small int2, big int8, real4 real,
        real8 float8, money euros, whole numeric, near numeric, at timestamptz, local timestamp, day date, span interval, code uuid, mood mood, digits int8, none int4);
      INSERT INTO typed (who, yes, small, big, real4, real8, money, whole, near, at, local, day, span, code, mood, digits) VALUES
        ('abc', true, -7, 9007199254740991, 0.1, 0.1::float8 + 0.2, 12345678.90, 12.00, 0.1000000000000000055, '2026-01-01 12:00:00.123456+02', '2026-07-01 12:00',
         '2026-02-03', '1 day 00:00:01.5', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'bad', 9223372036854775807),
        ('abc', false, 0, 9007199254740993, 'NaN', 0, 0, 0, 0, now(), now(), now(), '0', gen_random_uuid(), 'ok', 0),
        ('abc', false, 0, 0, 0, 0, 'NaN', 0, 0, now(), now(), now(), '0', gen_random_uuid(), 'ok', 0),
        ('abc', false, 0, 0, 0, 0, 0, 0, 0, 'infinity', now(), now(), '0', gen_random_uuid(), 'ok', 0),
        ('abc', false, 0, 0, 0, 0, 0, 0, 0, now(), now(), now(), '1 month', gen_random_uuid(), 'ok', 0)`)
  })
  const columns = { id: 'id', xid: 'xid', payload: undefined }
  const options = { database: databaseAt(server()), table: 'typed', follow: false, moved: false, columns, onWarning: () => {} }
  await readOutbox(run, sourceOf(types), options, new AbortController().signal)
  await run.stop()
  const [decision] = store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
  assert.deepEqual(decision.vector, {
    who: 'abc',
    yes: true,
    small: -7,
    big: 9007199254740991,
    real4: 0.1,
    real8: 0.1 + 0.2,
    money: 12345678.9,
    whole: 12,
    near: 0.1,
    at: Date.parse('2026-01-01T10:00:00.123Z'),
    local: Date.parse('2026-07-01T10:00Z'),
    day: Date.parse('2026-02-03'),
    span: 86_401_500,
    code: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    mood: 'bad',
    digits: '9223372036854775807',
    none: null,
  })
  assert.deepEqual(
    store.dead.map(({ place, detail }) => `${place}: ${detail}`),
    [
      `typed id 2: 'big' needs an int within ±(2^53−1), got '9007199254740993'`,
      `typed id 3: 'money' needs a decimal with at most 2 digits after the point, within 2^53 when scaled, got 'NaN'`,
      `typed id 4: 'at' needs a time (ISO 8601, integer UTC ms or a Date) within ±2^43 ms, got 'infinity'`,
      `typed id 5: 'span' needs a duration (integer ms, or text such as '5m'), got '1 mon'`,
    ],
  )
})

test('a map gets JavaScript values, and digits where JavaScript has no exact number', () => {
  const cases: [number, string, unknown][] = [
    [16, 't', true],
    [20, '9007199254740993', '9007199254740993'],
    [23, '12', 12],
    [701, '1.5', 1.5],
    [701, '0.30000000000000004', 0.1 + 0.2],
    [701, '-0', 0],
    [701, 'NaN', 'NaN'],
    [700, '-Infinity', '-Infinity'],
    [1700, '1.50', '1.50'],
    [1184, '2026-01-01 12:00:00+00', '2026-01-01T12:00:00Z'],
    [1114, '2026-01-01 12:00:00.25', '2026-01-01T12:00:00.25'],
    [1184, '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
    [1082, '2026-01-01', '2026-01-01'],
    [1186, '00:01:00', 60_000],
    [1186, '1 year', '1 year'],
    [3802, '{"a": [1, null]}', { a: [1, null] }],
    [3802, '{"a": {"b": 0.1, "c": 0.30000000000000004, "d": 1.00000000000000000000}}', { a: { b: 0.1, c: 0.1 + 0.2, d: 1 } }],
    [1009, '{a,b}', '{a,b}'],
    [25, 'a', 'a'],
  ]
  for (const [type, text, value] of cases) assert.deepEqual(textConverter(type, undefined)(text), value, text)
  for (const [text, detail] of [
    ['{"a":12345678901234567890}', `'a' is 12345678901234567890`],
    ['{"a":0.12345678901234567890}', `'a' is 0.12345678901234567890, which has more digits`],
    ['{"a":{"b":[1,0.1234567890123456789]}}', `'b' is 0.1234567890123456789, which has more digits`],
    ['123456789.123456789123', `'the record' is 123456789.123456789123, which has more digits`],
  ]) {
    const rounded = textConverter(114, undefined)(text)
    assert.ok(rounded instanceof Fault && rounded.detail.includes(detail), text)
  }
  const double = { type: 'double' } as ColumnIR
  assert.equal(textConverter(114, double)('0.12345678901234567890'), 0.12345678901234568)
  assert.ok(textConverter(114, { type: 'decimal' } as ColumnIR)('0.12345678901234567890') instanceof Fault)
})
