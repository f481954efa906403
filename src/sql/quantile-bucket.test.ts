import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { quantileBucket } from '../aggregate/quantile.ts'
import { duckdb } from './duckdb/dialect.ts'
import { DuckDbEngine } from './duckdb/engine.ts'
import { quantileBucketSql } from './aggregate-calls.ts'

/** Doubles of any size, and doubles on a power of two, halfway between two steps, or next to either. */
const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .record({
      power: fc.integer({ min: -1074, max: 1023 }),
      digits: fc.constantFrom(1, 257 / 256, 511 / 512, 1023 / 1024),
      beside: fc.constantFrom(0, -(2 ** -52), 2 ** -52),
      sign: fc.constantFrom(1, -1),
    })
    .map(({ power, digits, beside, sign }) => sign * 2 ** power * (digits + beside)),
)

test('in SQL a double has the same 8 digits, also where a logarithm is next to a whole number', async () => {
  const db = await DuckDbEngine.open()
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(doubles, { minLength: 50, maxLength: 300 }), async drawn => {
        const values = drawn.filter(Number.isFinite).map(value => value + 0)
        const rows = values.map((value, i) => `(${i}, ${duckdb.doubleLiteral(value)})`).join(', ')
        const actual = await columnOf(db, `SELECT ${quantileBucketSql('v', duckdb)} FROM (VALUES (-1, 0e0), ${rows}) t(i, v) ORDER BY i`)
        assert.deepEqual(
          actual.slice(1).map(value => value + 0),
          values.map(quantileBucket),
        )
      }),
      { numRuns: 60 },
    )
    assert.deepEqual(await columnOf(db, `SELECT ${quantileBucketSql('v', duckdb)} FROM (VALUES (NULL::DOUBLE)) t(v)`), [null])
  } finally {
    await db.close()
  }
})

/** The one column of a query. */
async function columnOf(db: DuckDbEngine, sql: string): Promise<number[]> {
  return (await db.connection.runAndReadAll(sql)).getRows().map(([value]) => value as number)
}
