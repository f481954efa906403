/** DuckDB keeps the contract of `SqlEngine` and `SqlDialect`, and each clause finds the implementations that break it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Value } from '../../define/ir/ir.ts'
import type { SqlDialect } from '../../sql/dialect.ts'
import { duckdb } from '../../sql/duckdb/dialect.ts'
import { DuckDbEngine } from '../../sql/duckdb/engine.ts'
import { allRows, type SqlEngine } from '../../sql/engine.ts'
import { sqlDialectClauses, testSqlDialect } from './sql-dialect.ts'
import type { OpenSqlEngine } from './sql-engine.ts'

testSqlDialect('duckdb', () => DuckDbEngine.open(), { cases: 40 })

test('duckdb: an aborted statement that has no rows yet rejects', async () => {
  const engine = await DuckDbEngine.open()
  const cancel = new AbortController()
  const long = allRows(engine, 'SELECT sum(a.i + b.i * c.i) FROM range(100000) a(i), range(100000) b(i), range(100000) c(i)', cancel.signal)
  setImmediate(() => cancel.abort())
  await assert.rejects(long)
  assert.deepEqual(await allRows(engine, 'SELECT 1'), [[1]])
  await engine.close()
})

/** An engine that behaves as DuckDB but for some of its methods. */
const broken =
  (change: (healthy: SqlEngine) => Partial<SqlEngine>): OpenSqlEngine =>
  async () => {
    const healthy = await DuckDbEngine.open()
    return {
      dialect: duckdb,
      createTable: (...args) => healthy.createTable(...args),
      append: (...args) => healthy.append(...args),
      execute: (...args) => healthy.execute(...args),
      close: () => healthy.close(),
      ...change(healthy),
    }
  }

/** The dialect of DuckDB but for some of its methods. */
const misspelt = (change: Partial<SqlDialect>): OpenSqlEngine => broken(() => ({ dialect: { ...duckdb, ...change } }))

const mapped =
  (change: (value: Value) => Value): OpenSqlEngine =>
  () =>
    broken(healthy => ({
      append: (table, rows) =>
        healthy.append(
          table,
          Array.from(rows, row => row.map(change)),
        ),
    }))()

let shared: SqlEngine | undefined

/** Each fault, and the clause that finds it. */
const faults: readonly (readonly [name: string, clause: RegExp, OpenSqlEngine])[] = [
  [
    'stores single floats',
    /^a table gives back/,
    mapped(value => (typeof value === 'number' && value % 1 !== 0 ? Math.fround(value) : value)),
  ],
  ['stores empty texts as NULL', /^a table gives back/, mapped(value => (value === '' ? null : value))],
  [
    'keeps the rows of an earlier table',
    /^creating a table again/,
    broken(healthy => ({ createTable: once((...args) => healthy.createTable(...args)) })),
  ],
  ['ignores rows that fail', /^rows that fail/, broken(healthy => ({ append: (...args) => healthy.append(...args).catch(() => {}) }))],
  [
    'gives the first rows of a result',
    /^a long result/,
    broken(healthy => ({
      async *execute(...args) {
        for await (const rows of healthy.execute(...args)) return yield rows
      },
    })),
  ],
  [
    'stays busy after a reader that stops',
    /^a reader that stops early/,
    broken(healthy => {
      let isBusy = false
      return {
        async *execute(...args) {
          if (isBusy) throw new Error('busy')
          isBusy = true
          yield* healthy.execute(...args)
          isBusy = false
        },
      }
    }),
  ],
  [
    'hides errors',
    /^an invalid statement/,
    broken(healthy => ({
      async *execute(...args) {
        yield await allRows(healthy, ...args).catch(() => [])
      },
    })),
  ],
  ['does not cancel', /^an aborted statement/, broken(healthy => ({ execute: sql => healthy.execute(sql) }))],
  ['shares tables', /^engines do not see/, async () => (shared ??= await broken(() => ({ close: async () => {} }))())],
  ['does not close', /^a closed engine/, broken(() => ({ close: async () => {} }))],
  ['closes once', /^a closed engine/, broken(healthy => ({ close: once(() => healthy.close(), new Error('closed already')) }))],

  ['does not escape quotes', /^a text, a name/, misspelt({ textLiteral: value => `'${value}'` })],
  ['does not quote names', /^a text, a name/, misspelt({ identifier: name => name })],
  ['shortens doubles', /^a text, a name/, misspelt({ doubleLiteral: value => `${value.toPrecision(9)}::DOUBLE` })],
  ['has no wide integers', /^exact values/, misspelt({ toExact: integer => `(${integer})::BIGINT` })],
  ['computes exact values in doubles', /^exact values/, misspelt({ toExact: integer => `(${integer})::DOUBLE` })],
  ['stores beyond 2^53', /^exact values/, misspelt({ toInteger: exact => `(${exact})::HUGEINT` })],
  ['has single floats', /^exact values/, misspelt({ toDouble: integer => `(${integer})::FLOAT` })],
  ['keeps −0', /^doubles are/, misspelt({ finiteOrNull: double => `CASE WHEN isfinite(${double}) THEN ${double} END` })],
  ['keeps infinities', /^doubles are/, misspelt({ finiteOrNull: double => `${double} + 0e0` })],
  ['divides integers', /^doubles are/, misspelt({ divide: (double, by) => `trunc(${double} / ${by})` })],
  ['rounds halves to even', /^doubles are/, misspelt({ round: double => `round_even(${double}, 0)` })],
  ['has operators without brackets', /^scalar results/, misspelt({ divide: (double, by) => `${double} / ${by}` })],
  ['truncates toward zero', /^a tile starts/, misspelt({ tileStart: (time, hop) => `((${time} // ${hop}) * ${hop})` })],
  ['supports nothing', /^counts, sums/, misspelt({ unsupported: () => 'not yet' })],
  ['orders records by their values', /^tiles of every/, misspelt({ record: values => duckdb.record(values.toReversed()) })],
  ['keeps one event', /^tiles of every/, misspelt({ arrayAggLargest: value => duckdb.arrayAggLargest(value, 1) })],
  ['has other powers', /^tiles of every/, misspelt({ powerOf2: double => `exp(${double})` })],
  ['has lists of distinct values', /^tiles of every/, misspelt({ arrayAgg: value => `list(DISTINCT ${value})` })],
  [
    'joins conditions by OR',
    /^tiles of random/,
    broken(healthy => ({ execute: (sql, signal) => healthy.execute(sql.replaceAll(' AND ', ' OR '), signal) })),
  ],
  ['leaves special characters out of names', /^tiles do not depend/, misspelt({ identifier: name => `"${name.replaceAll(/\W/g, '')}"` })],
  [
    'counts what is NULL',
    /^tiles of random/,
    broken(healthy => ({ execute: (sql, signal) => healthy.execute(sql.replaceAll('IS NULL', 'IS NOT NULL'), signal) })),
  ],
]

function once<Args extends unknown[]>(first: (...args: Args) => Promise<void>, later?: Error): (...args: Args) => Promise<void> {
  let isFirst = true
  return async (...args) => {
    if (!isFirst && later) throw later
    if (isFirst) await first(...args)
    isFirst = false
  }
}

for (const [name, clause, open] of faults)
  test(`an engine that ${name} breaks '${clause.source.slice(1)} …'`, async () => {
    const { check } = sqlDialectClauses({ cases: 12 }).find(candidate => clause.test(candidate.clause))!
    await assert.rejects(check(open))
  })

test('every clause has a fault that it finds', () => {
  for (const { clause } of sqlDialectClauses())
    assert.ok(
      faults.some(([, pattern]) => pattern.test(clause)),
      clause,
    )
})
