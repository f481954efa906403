import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LoggedEvent } from '../define/source/source.ts'
import type { ColumnIR, ExprIR, FeatureIR, GroupIR, TypeIR, Value } from '../define/ir/ir.ts'
import { sourceIR } from '../../test/source-ir.ts'
import type { SqlRequest } from '../../test/parity/placement.ts'
import { duckdb } from './duckdb/dialect.ts'
import { DuckDbEngine } from './duckdb/engine.ts'
import { valuesQuery } from './values.ts'
import { SqlValues } from '../../test/parity/sql-values.ts'

// Tests beyond the hand-computed cases (test/oracle): rejections by row, extremes, names.

let db: SqlValues
before(async () => {
  db = new SqlValues(await DuckDbEngine.open())
})
after(() => db.close())

const column = (name: string, type: TypeIR): ColumnIR => ({ name, ...type, nullable: name !== 'k' })
const source = (...columns: ColumnIR[]) => sourceIR([column('k', { type: 'string' }), column('at', { type: 'timestamp' }), ...columns])
const group = (features: readonly FeatureIR[], key: readonly string[] = ['k']): GroupIR => ({
  name: 'g',
  source: 's',
  entity: key,
  key,
  place: { kind: 'stream' },
  features,
})
const log = (rows: readonly Record<string, Value>[]): LoggedEvent[] =>
  rows.map((row, i) => ({ source: 's', partition: 0, offset: i, arrival: i, time: i, row: { k: 'a', at: i, ...row } }))
const of = (name: string, type: TypeIR): ExprIR => ({ op: 'column', name, ...type })
const feature = (name: string, agg: FeatureIR['agg'], input: ExprIR, type: TypeIR, more: Partial<FeatureIR> = {}): FeatureIR => ({
  name,
  agg,
  window: 'lifetime',
  hop: 1,
  input,
  ...type,
  ...more,
})
const requestAt = (prefix: number): SqlRequest => ({ key: ['a'], prefix, t: prefix - 1 })

const INT: TypeIR = { type: 'int' }
const DOUBLE: TypeIR = { type: 'double' }
const n = of('n', INT)
const x = of('x', DOUBLE)
const numbers = source(column('n', INT), column('x', DOUBLE))

test('more distinct values than the limit of topK reject only that request', async () => {
  await db.load(numbers, log([{ n: 1 }, { n: 2 }, { n: 1 }, { n: 3 }]))
  const rows = await db.values(group([feature('d', 'topK', n, INT, { k: 1, limit: 2 })]), numbers, [requestAt(3), requestAt(4)])
  assert.deepEqual(rows, [[{ value: [1] }], [{ value: null, rejected: 'SPILL_LIMIT' }]])
})

test('moments of values beyond ±2^40 are rejected; sums of them are exact', async () => {
  const most = Number.MAX_SAFE_INTEGER
  await db.load(numbers, log([{ n: 2 ** 40 }, { n: -(2 ** 40) }, { n: most }, { n: most }, { n: most }]))
  const features = [
    feature('v', 'variance', n, DOUBLE),
    feature('s', 'slope', n, DOUBLE, { per: 86_400_000 }),
    feature('sum', 'sum', n, INT),
  ]
  const rows = await db.values(group(features), numbers, [requestAt(2), requestAt(5)])
  assert.deepEqual(rows[0], [{ value: 2 ** 81 }, { value: -(2 ** 41) * 86_400_000 }, { value: 0, exact: 0n }])
  const exact = 3n * BigInt(most)
  assert.deepEqual(rows[1], [
    { value: null, rejected: 'SPILL_RANGE' },
    { value: null, rejected: 'SPILL_RANGE' },
    { value: Number(exact), exact },
  ])
})

test('a slope wider than 128 bits is an error, never a value', async () => {
  const far = 2 ** 43
  const ends = log(Array.from({ length: 1024 }, (_, i) => ({ n: i % 2 === 0 ? -(2 ** 40) : 2 ** 40 })))
  await db.load(
    numbers,
    ends.map(event => ({ ...event, time: event.offset % 2 === 0 ? -far : far, arrival: far })),
  )
  const slope = (per: number) =>
    db.values(group([feature('s', 'slope', n, DOUBLE, { per })]), numbers, [{ key: ['a'], prefix: 1024, t: far }])
  assert.deepEqual(await slope(86_400_000), [[{ value: 86_400_000 / 8 }]])
  await assert.rejects(slope(86_400_001), { code: 'SPILL_RANGE' })
})

test('the change of extremes is beyond a safe integer, and exact', async () => {
  const most = Number.MAX_SAFE_INTEGER
  await db.load(numbers, log([{ n: -most }, { n: most - 1 }]))
  const exact = 2n * BigInt(most) - 1n
  assert.deepEqual(await db.values(group([feature('c', 'change', n, INT)]), numbers, [requestAt(2)]), [[{ value: Number(exact), exact }]])
})

test('a sum of doubles that is not finite is rejected', async () => {
  await db.load(numbers, log([{ x: 1.5e308 }, { x: 1.5e308 }]))
  const features = (['sum', 'mean', 'variance', 'max'] as const).map(agg => feature(agg, agg, x, DOUBLE))
  const rejected = { value: null, rejected: 'SPILL_RANGE' }
  assert.deepEqual(await db.values(group(features), numbers, [requestAt(2)]), [[rejected, rejected, rejected, { value: 1.5e308 }]])
})

test('columns whose names an engine would fold or reserve stay distinct', async () => {
  const odd = source(column('N', INT), column('n', INT), column('_time', INT), column('quo"te', INT))
  await db.load(odd, log([{ N: 1, n: 2, _time: 4, 'quo"te': 8 }]))
  const features = odd.columns.slice(2).map(({ name }) => feature(name, 'sum', of(name, INT), INT))
  const rows = await db.values(group(features, ['k', 'n']), odd, [{ key: ['a', 2], prefix: 1, t: 0 }])
  assert.deepEqual(
    rows[0].map(({ value }) => value),
    [1, 2, 4, 8],
  )
})

test('the query in the documentation of valuesQuery is the one that it writes', () => {
  const cards = sourceIR([column('card', { type: 'string' }), column('at', { type: 'timestamp' })], { key: 'card' })
  const n10m: FeatureIR = { name: 'n10m', agg: 'count', window: 600_000, hop: 10_000, type: 'int' }
  const { sql } = valuesQuery(group([n10m], ['card']), cards, { events: 'events', requests: 'requests' }, duckdb)
  const [, documented] = /```sql\n(.*?) \* ```/s.exec(readFileSync(join(import.meta.dirname, 'values.ts'), 'utf8'))!
  assert.equal(documented.replaceAll(/^ \* /gm, ''), `${sql}\n`)
})
