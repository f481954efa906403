import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { entity } from './entity.ts'
import { source, SourceValue } from './source.ts'
import { after } from './source-ir.ts'
import { t } from './t.ts'

const card = entity('card', t.string())
const schema = { id: t.string().nullable(), card, amount: t.decimal(2), seen: t.timestamp(), at: t.timestamp({ zone: 'Europe/Zurich' }) }
const base = { schema, key: 'card', time: 'at' } as const
/** Options that do not type-check, as JavaScript may pass them. */
const wrong = (options: object) => () => source('payments', { ...base, ...options })

test('a source becomes its IR, with the defaults written out', () => {
  assert.deepEqual(source('payments', { ...base, id: 'id' }).ir, {
    name: 'payments',
    columns: [
      { name: 'id', type: 'string', nullable: true },
      { name: 'card', type: 'string', entity: 'card', nullable: false },
      { name: 'amount', type: 'decimal', scale: 2, nullable: false },
      { name: 'seen', type: 'timestamp', nullable: false },
      { name: 'at', type: 'timestamp', zone: 'Europe/Zurich', nullable: false },
    ],
    key: 'card',
    time: 'at',
    id: 'id',
    arrives: { kind: 'after', delay: 0 },
    allowedLateness: 86_400_000,
    maxClockSkew: 60_000,
    dedupe: 3_600_000,
  })
})

test('every option reaches the IR', () => {
  const { ir } = source('payments', {
    ...base,
    schema: { ...schema, gone: t.bool() },
    identity: ['card', 'at'],
    revisable: '30d',
    deleted: 'gone',
    arrives: 'seen',
    allowedLateness: '2h',
    maxClockSkew: '0ms',
    dedupe: '1d',
    map: raw => ({ card: raw.c, amount: '5.00', seen: 0, at: new Date(0), gone: false }),
    mapVersion: '2',
  })
  assert.deepEqual(ir.identity, ['card', 'at'])
  assert.equal(ir.revisable, 2_592_000_000)
  assert.equal(ir.deleted, 'gone')
  assert.deepEqual(ir.arrives, { kind: 'column', column: 'seen' })
  assert.deepEqual([ir.allowedLateness, ir.maxClockSkew, ir.dedupe, ir.mapVersion], [7_200_000, 0, 86_400_000, '2'])
  assert.deepEqual(source('payments', { ...base, arrives: after('3m') }).ir.arrives, { kind: 'after', delay: 180_000 })
})

test('the map of a source is kept beside its IR', () => {
  const value: unknown = source('payments', { ...base, map: () => null, mapVersion: '1' })
  assert.ok(value instanceof SourceValue)
  assert.equal(value.map?.({}), null)
})

test('a wrong source is rejected', () => {
  rejects(() => source('my payments', base), /source 'my payments' is no name/)
  rejects(() => source('', base), /is no name/)
  rejects(() => source('payments', undefined as never), "source 'payments' needs an object of options, got undefined")
  rejects(wrong({ lateness: '1d' }), /has no option 'lateness'/)
  rejects(wrong({ alowedLateness: '1d' }), "source 'payments' has no option 'alowedLateness'; did you mean 'allowedLateness'?")
  rejects(wrong({ schema: undefined }), /needs a schema/)
  rejects(wrong({ schema: {} }), "source 'payments' has no columns")
  rejects(wrong({ schema: { ...schema, fee: 'decimal' } }), /column 'fee' is 'decimal'; write t.string\(\), t.double\(\)/)
  rejects(wrong({ schema: { ...schema, 'a.b': t.int() } }), /column 'a.b' is no name/)
  rejects(wrong({ schema: { ...schema, Amount: t.int() } }), /has 'amount' and 'Amount', which SQL does not tell apart/)
})

test('wrong keys, times and ids are rejected', () => {
  rejects(wrong({ key: undefined }), "source 'payments' needs key: the name of a column")
  rejects(wrong({ key: 'crad' }), "source 'payments': key 'crad' is no column of the schema; did you mean 'card'?")
  rejects(wrong({ key: 'id' }), "source 'payments': key 'id' is nullable; every event needs one")
  rejects(wrong({ schema: { ...schema, x: t.double() }, key: 'x' }), /key 'x' is a double; use a string or an exact number/)
  rejects(wrong({ time: 'amount' }), "source 'payments': time 'amount' is a decimal, not a timestamp; declare it as t.timestamp()")
  rejects(wrong({ schema: { ...schema, at: t.timestamp().nullable() } }), "source 'payments': time 'at' is nullable; every event needs one")
  rejects(wrong({ id: 'idd' }), /id 'idd' is no column of the schema; did you mean 'id'\?/)
  rejects(wrong({ arrives: 'amount' }), /arrives 'amount' is a decimal, not a timestamp/)
  rejects(wrong({ arrives: 5 }), /arrives is 5; write the name of a timestamp column or after\('3m'\)/)
  rejects(() => after('3 minutes' as never), "after: '3 minutes' is no duration; write '30s', '10m', '1h' or '7d'")
})

test('revisions need identity and revisable', () => {
  rejects(wrong({ identity: ['card'] }), /has identity without revisable; state how long revisions are accepted: revisable: '30d'/)
  rejects(wrong({ revisable: '1d' }), /has revisable without identity/)
  rejects(wrong({ identity: [], revisable: '1d' }), /identity needs a list of columns/)
  rejects(wrong({ identity: ['crd'], revisable: '1d' }), /identity 'crd' is no column of the schema; did you mean 'card'\?/)
  rejects(wrong({ identity: ['card'], revisable: 'long' }), /revisable: 'long' is no duration/)
  rejects(wrong({ deleted: 'gone' }), /has deleted without identity; name the fields that tell which event is deleted/)
  const revised = { identity: ['card'], revisable: '1d' }
  rejects(wrong({ ...revised, deleted: 'amount' }), /deleted 'amount' is a decimal, not a bool; declare it as t\.bool\(\)/)
  rejects(
    wrong({ ...revised, schema: { ...schema, gone: t.bool() }, deleted: 'gon' }),
    /deleted 'gon' is no column of the schema; did you mean 'gone'\?/,
  )
})

test('a map must be a function with a version', () => {
  rejects(
    wrong({ map: () => null }),
    "source 'payments' has map without mapVersion; add mapVersion: '1' and change it whenever map gives other records",
  )
  rejects(wrong({ map: () => null, mapVersion: 1 }), /has map without mapVersion/)
  rejects(wrong({ mapVersion: '1' }), /map must be a function from a raw record, got undefined/)
  rejects(wrong({ map: 'x', mapVersion: '1' }), /map must be a function/)
  rejects(wrong({ columns: { card } }), /columns refines a Standard Schema; with t, write the column in schema/)
})
