import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import * as fc from 'fast-check'
import { duckdb } from './dialect.ts'

let connection: DuckDBConnection
before(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
})
after(() => connection.closeSync())

/** One expression over a column `v` that holds the values. */
async function each(values: readonly bigint[], type: string, sql: string): Promise<DuckDBValue[]> {
  const rows = values.map(value => `(${value}::${type})`).join(', ')
  return (await connection.runAndReadAll(`SELECT ${sql} FROM (VALUES ${rows}) t(v)`)).getRows().map(row => row[0]!)
}

/** Integers of up to 127 bits, many of them half way between two doubles or a unit beside. */
const wide = fc.oneof(
  fc.bigInt({ min: -(2n ** 127n) + 1n, max: 2n ** 127n - 1n }),
  fc
    .tuple(fc.integer({ min: 0, max: 126 }), fc.bigInt({ min: 0n, max: 2n ** 126n }))
    .map(([bits, value]) => value % 2n ** BigInt(bits + 1)),
  fc
    .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.bigInt({ min: 0n, max: 72n }), fc.constantFrom(-1n, 0n, 1n), fc.boolean())
    .map(([mantissa, shift, beside, negative]) => ((((mantissa << 1n) + 1n) << shift) + beside) * (negative ? -1n : 1n)),
)

test('an exact value is rounded to the nearest double, ties to even', () =>
  fc.assert(
    fc.asyncProperty(fc.array(wide, { minLength: 50, maxLength: 200 }), async values => {
      assert.deepEqual(await each(values, 'HUGEINT', duckdb.roundToDouble('v')), values.map(Number))
    }),
    { numRuns: 100 },
  ))

test('the engine’s own cast of HUGEINT is not to nearest, or rounding could be a cast', async () => {
  const value = 191_541_532_736_424_155_580_934_771_219_396_890n
  assert.notDeepEqual(await each([value], 'HUGEINT', 'v::DOUBLE'), [Number(value)])
})

test('a stored integer is the double equal to it', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.maxSafeInteger().map(BigInt), { minLength: 50, maxLength: 200 }), async values => {
      assert.deepEqual(await each(values, 'BIGINT', duckdb.toDouble('v')), values.map(Number))
    }),
    { numRuns: 20 },
  ))

test('a tile starts at or before its time, also before the epoch', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: -(2n ** 43n), max: 2n ** 43n }), { minLength: 1, maxLength: 50 }),
      fc.constantFrom(1, 7, 1000, 86_400_000),
      async (times, hop) => {
        const starts = (await each(times, 'BIGINT', duckdb.tileStart('v', hop))) as bigint[]
        starts.forEach((start, i) => {
          assert.equal(start % BigInt(hop), 0n)
          assert.ok(start <= times[i] && times[i] < start + BigInt(hop))
        })
      },
    ),
    { numRuns: 50 },
  ))

test('doubles are read as they were written', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }), async values => {
      const row = (await connection.runAndReadAll(`SELECT ${values.map(value => duckdb.doubleLiteral(value)).join(', ')}`)).getRows()[0]
      assert.deepEqual(
        row,
        values.map(value => value + 0),
      )
    }),
    { numRuns: 50 },
  ))

test('a double is stored without −0, and not at all unless finite', async () => {
  const stored = await connection.runAndReadAll(
    `SELECT ${['-0e0', '1e0/0e0', '0e0/0e0', '-1e-300 * 1e-300'].map(double => duckdb.finiteOrNull(double)).join(', ')}`,
  )
  assert.deepEqual(stored.getRows()[0], [0, null, null, 0])
})
