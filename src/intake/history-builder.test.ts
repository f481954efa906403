import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../base/errors.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { recordBatchOf } from './record-batch.ts'
import { HistoryBuilder, type HistoryBuilderOptions } from './history-builder.ts'
import type { RowMap } from './column-mapping.ts'
import type { Rejection } from './rejection.ts'

const payments: SourceIR = {
  name: 'payments',
  columns: [
    { name: 'id', type: 'string', nullable: true },
    { name: 'card', type: 'string', nullable: false },
    { name: 'amount', type: 'decimal', scale: 2, nullable: true, min: 0, max: 100_000 },
    { name: 'at', type: 'timestamp', nullable: false },
  ],
  key: 'card',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 86_400_000,
  maxClockSkew: 60_000,
  dedupe: 3_600_000,
}

const withArrival: SourceIR = {
  ...payments,
  columns: [...payments.columns, { name: 'arrived', type: 'timestamp', nullable: true }],
  arrives: { kind: 'column', column: 'arrived' },
}

const withId: SourceIR = { ...withArrival, id: 'id' }

function buildHistory(source: SourceIR, records: readonly unknown[], options: Partial<HistoryBuilderOptions> = {}) {
  const rejections: Rejection[] = []
  const strings = new Strings()
  const intake = new HistoryBuilder(source, { strings, onRejected: rejection => rejections.push(rejection), ...options })
  intake.validate(recordBatchOf(records))
  const history = intake.finish()
  const column = (name: string) => [...history.block.columns[name].values]
  return { ...history, rejections, strings, column, reasons: rejections.map(({ reason }) => reason) }
}

test('records become columns of physical values in order of arrival', () => {
  const { block, column, strings, rejections } = buildHistory(withArrival, [
    { card: 'b', amount: 1.5, at: 900, arrived: 2000 },
    { card: 'a', amount: '12.34', at: 1000, arrived: 1000 },
    { card: 'b', amount: null, at: 1000, arrived: 2000 },
  ])
  assert.deepEqual(rejections, [])
  assert.deepEqual([...block.arrival], [1000, 2000, 2000])
  assert.deepEqual([...block.time], [1000, 900, 1000])
  assert.deepEqual([...block.sourcePosition], [0, 1, 2])
  assert.deepEqual(
    column('card').map(id => strings.textOf(id)),
    ['a', 'b', 'b'],
  )
  assert.deepEqual(column('amount'), [1234, 150, 0])
  assert.deepEqual([...block.columns['amount'].nulls!], [0, 0, 1])
})

test('a rejection has the problem, the position and the original record', () => {
  const bad: readonly (readonly [unknown, string, RegExp])[] = [
    [{ card: 'a', at: 1, amuont: 3 }, 'schema', /^field 'amuont' is no column; did you mean 'amount'\?$/],
    [{ card: 'a', at: 1, amount: 'much' }, 'schema', /'amount' needs a decimal with at most 2 digits after the point.*got 'much'/],
    [{ card: 'a', at: 1, amount: 1000.01 }, 'schema', /'amount' is 1000.01, outside \[0, 1000\]/],
    [{ at: 1 }, 'key', /'card' is missing/],
    [{ card: null, at: 1 }, 'key', /'card' is NULL/],
    [{ card: 'a' }, 'time', /'at' is missing/],
    [{ card: 'a', At: 1 }, 'time', /^'at' is missing; field 'At' is no column; did you mean 'at'\?$/],
    [
      { card: 'a', moment: 1 },
      'time',
      /^'at' is missing; field 'moment' is no column \(columns: .*, at.*\); was 'at' renamed to 'moment'\?$/,
    ],
    [{ card: 'a', at: 1, moment: 1 }, 'schema', /^field 'moment' is no column \(columns: [^)]*\)$/],
    [{ card: 'a', at: 'yesterday' }, 'schema', /'at' needs a time/],
    [{ card: 'a', at: 2 ** 43 + 1 }, 'schema', /'at' needs a time/],
    [['a', 1], 'schema', /must be an object/],
    [null, 'schema', /must be an object, got null/],
  ]
  const { rejections, block, counts } = buildHistory(
    payments,
    bad.map(([record]) => record),
  )
  assert.equal(block.length, 0)
  assert.equal(rejections.length, bad.length)
  bad.forEach(([record, reason, detail], i) => {
    assert.equal(rejections[i].reason, reason)
    assert.match(rejections[i].detail, detail)
    assert.equal(rejections[i].place, `row ${i + 1}`)
    assert.equal(rejections[i].source, 'payments')
    assert.equal(rejections[i].raw, JSON.stringify(record))
  })
  assert.deepEqual(counts.rejected, { schema: 8, key: 2, time: 3 })
})

test('a rejected row leaves nothing in the next row', () => {
  const { column, block } = buildHistory(payments, [
    { card: 'a', amount: null, at: 'no time' },
    { card: 'a', amount: 3, at: 5 },
  ])
  assert.deepEqual(column('amount'), [300])
  assert.equal(block.columns['amount'].nulls?.[0] ?? 0, 0)
})

test('within maxClockSkew a time ahead of its arrival becomes the arrival; beyond it is rejected', () => {
  const { block, column, reasons, rejections, counts } = buildHistory(withArrival, [
    { card: 'a', at: 61_000, arrived: 1000 },
    { card: 'a', at: 61_001, arrived: 1000 },
    { card: 'a', at: 2_780_459_013, arrived: 1000 },
  ])
  assert.deepEqual([...block.time], [1000])
  assert.deepEqual(column('at'), [61_000], 'the claimed time is kept')
  assert.deepEqual(reasons, ['future', 'future'])
  assert.deepEqual(
    rejections.map(({ detail }) => detail),
    ["'at' is 60,001 ms ahead of the arrival; maxClockSkew allows 1m", "'at' is 32.2 days ahead of the arrival; maxClockSkew allows 1m"],
  )
  assert.equal(counts.ahead, 1)
})

test('a missing recorded arrival is rejected, and not taken from the previous row', () => {
  const { reasons, block } = buildHistory(withArrival, [
    { card: 'a', at: 1, arrived: 5 },
    { card: 'a', at: 1 },
  ])
  assert.deepEqual(reasons, ['schema'])
  assert.deepEqual([...block.arrival], [5])
})

test('late events are accepted and counted', () => {
  const { counts } = buildHistory(withArrival, [
    { card: 'a', at: 0, arrived: 86_400_000 },
    { card: 'a', at: 0, arrived: 86_400_001 },
  ])
  assert.equal(counts.accepted, 2)
  assert.equal(counts.late, 1)
})

test('a map returns no row, one row or several; its errors and invalid rows are rejected', () => {
  const map = (raw: { n: number }) => {
    if (raw.n < 0) throw new Error('negative')
    if (raw.n === 99) return 'text'
    if (raw.n === 2000) return Array.from({ length: 2000 }, () => ({}))
    return Array.from({ length: raw.n }, (_, i) => ({ card: 'a', at: i, ...(raw.n === 3 && i === 1 ? { amount: 'x' } : {}) }))
  }
  const { counts, reasons, rejections } = buildHistory(payments, [{ n: 2 }, { n: 0 }, { n: -1 }, { n: 99 }, { n: 2000 }, { n: 3 }], { map })
  assert.deepEqual(reasons, ['map', 'schema', 'schema', 'schema'])
  assert.match(rejections[0].detail, /map threw: negative/)
  assert.match(rejections[2].detail, /more than 1000 \(MAP_ROWS_MAX\)/)
  assert.deepEqual([counts.records, counts.skipped, counts.accepted], [6, 1, 4])
})

test('rejects a mapped row that throws when read, and a promise', () => {
  const throwingRow = Object.defineProperty({ card: 'a' }, 'at', { get: () => assert.fail('no such field'), enumerable: true })
  assert.deepEqual(buildHistory(payments, [{}], { map: () => throwingRow }).reasons, ['map'])
  assert.match(buildHistory(payments, [{}], { map: async () => ({ card: 'a', at: 1 }) }).rejections[0].detail, /promise/)
})

test('the place of a conflict is right at offsets beyond 2^32', () => {
  const rejections: Rejection[] = []
  const intake = new HistoryBuilder(withId, { strings: new Strings(), onRejected: rejection => rejections.push(rejection) })
  const payment = { id: 'a', card: 'c', at: 1000, arrived: 1000 }
  const batch = recordBatchOf([payment, { ...payment, amount: 1 }])
  intake.validate({ ...batch, numberOf: index => 2 ** 32 + index })
  intake.finish()
  assert.deepEqual(
    rejections.map(({ place }) => place),
    [`row ${2 ** 32 + 1}`],
  )
})

test('equal content under one id within dedupe is a duplicate; different content is a conflict', () => {
  const first = { id: 'p1', card: 'a', amount: 1, at: 0 }
  const { counts, reasons, block, rejections } = buildHistory(withId, [
    { ...first, arrived: 1000 },
    { ...first, arrived: 2000 },
    { ...first, arrived: 3000, amount: 2 },
    { ...first, arrived: 3000, card: 'b' },
    { ...first, arrived: 1000 + 3_600_000 },
    { ...first, arrived: 1001 + 3_600_000, amount: 2 },
  ])
  assert.equal(counts.duplicates, 2)
  assert.deepEqual(reasons, ['conflict'])
  assert.equal(rejections[0].place, 'row 3')
  assert.deepEqual(JSON.parse(rejections[0].raw as string), { id: 'p1', card: 'a', amount: '2.00', at: 0, arrived: 3000 })
  assert.deepEqual([...block.sourcePosition], [0, 1, 2])
})

test('the first to arrive is accepted, whatever its position in the file', () => {
  const { column, reasons } = buildHistory(withId, [
    { id: 'p1', card: 'a', amount: 2, at: 0, arrived: 2000 },
    { id: 'p1', card: 'a', amount: 1, at: 0, arrived: 1000 },
  ])
  assert.deepEqual(reasons, ['conflict'])
  assert.deepEqual(column('amount'), [100])
})

test('an arrival column that is also the event time is content', () => {
  const source: SourceIR = { ...payments, id: 'id', arrives: { kind: 'column', column: 'at' } }
  const { reasons, counts } = buildHistory(
    source,
    [0, 0, 1].map(at => ({ id: 'p1', card: 'a', at })),
  )
  assert.deepEqual([reasons, counts.duplicates], [['conflict'], 1])
})

test('a mapped row may not have unknown fields, whatever the file has', () => {
  const origin = { ...recordBatchOf([]).origin, tabular: true }
  const rowsOf = (source: SourceIR, map?: RowMap) => {
    const rejected: Rejection[] = []
    const intake = new HistoryBuilder(source, { strings: new Strings(), onRejected: rejection => rejected.push(rejection), map })
    intake.validate({ ...recordBatchOf([{ card: 'a', at: 1, other: 1 }]), origin })
    return rejected.map(({ detail }) => detail)
  }
  assert.deepEqual(rowsOf(payments), [])
  assert.match(rowsOf({ ...payments, mapVersion: '1' }, raw => raw)[0], /^field 'other' is no column \(columns: /)
})

test('events without an id are never duplicates', () => {
  const record = { card: 'a', amount: 1, at: 0, arrived: 0 }
  assert.equal(buildHistory(withId, [record, record, { ...record, id: null }]).counts.accepted, 3)
})

test('with identity a changed event is a revision, until `revisable` has passed since the original', () => {
  const source: SourceIR = { ...withId, identity: ['id'], revisable: 10_000 }
  const first = { id: 'p1', card: 'a', at: 0 }
  const { reasons, counts, column } = buildHistory(source, [
    { ...first, amount: 1, arrived: 0 },
    { ...first, amount: 2, arrived: 1 },
    { ...first, amount: 2, arrived: 2 },
    { ...first, amount: 1, arrived: 3 },
    { ...first, amount: 4, arrived: 10_000 },
    { ...first, amount: 5, arrived: 10_001 },
  ])
  assert.deepEqual(column('amount'), [100, 200, 100, 400])
  assert.equal(counts.duplicates, 1, 'only of the latest')
  assert.deepEqual(reasons, ['stale-revision'])
})

test('only the requested columns are kept; the others are still validated', () => {
  const { block, strings, reasons } = buildHistory(
    withId,
    [
      { id: 'p1', card: 'a', amount: 1, at: 0, arrived: 0 },
      { id: 'p2', card: 'a', amount: 1e9, at: 0, arrived: 0 },
    ],
    {
      keep: new Set(['card']),
    },
  )
  assert.deepEqual(Object.keys(block.columns), ['card'])
  assert.equal(strings.size, 1)
  assert.deepEqual(reasons, ['schema'])
})

test('exceeded limits are errors with the limit’s name', () => {
  const rows = [1, 2, 3].map(n => ({ id: `p${n}`, card: 'a', at: 0, arrived: 0 }))
  assert.throws(
    () => buildHistory(withId, rows, { eventsMax: 2 }),
    (error: SpillwayError) => error.code === 'SPILL_LIMIT' && /REPLAY_EVENTS_MAX/.test(error.message),
  )
  assert.throws(
    () => buildHistory(withId, rows, { idsMax: 2 }),
    (error: SpillwayError) => error.code === 'SPILL_LIMIT' && /DEDUPE_IDS_MAX/.test(error.message),
  )
  const spreadRows = rows.map((row, i) => ({ ...row, arrived: i * 3_600_001 }))
  assert.equal(buildHistory(withId, spreadRows, { idsMax: 1 }).counts.accepted, 3)
})

test('inherited fields are not fields of a record', () => {
  const source: SourceIR = { ...payments, columns: [...payments.columns, { name: 'constructor', type: 'string', nullable: true }] }
  const { reasons, block } = buildHistory(source, [
    JSON.parse('{"card":"a","at":1}'),
    JSON.parse('{"card":"a","at":1,"__proto__":{"amount":5}}'),
  ])
  assert.deepEqual(reasons, ['schema'])
  assert.equal(block.columns['constructor'].nulls![0], 1)
})
