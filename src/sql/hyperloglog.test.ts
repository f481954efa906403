import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { codeOfNumber, codeOfText, estimateDistinct, Registers } from '../aggregate/hyperloglog.ts'
import type { ColumnType } from '../define/ir/ir.ts'
import { duckdb } from './duckdb/dialect.ts'
import { DuckDbEngine } from './duckdb/engine.ts'
import { estimatedSql } from './hyperloglog.ts'

let db: DuckDbEngine
before(async () => {
  db = await DuckDbEngine.open()
})
after(() => db.close())

/** The SQL estimate for each list of values, as literals of a type. */
async function estimatesOf(lists: readonly (readonly string[])[], type: ColumnType): Promise<unknown[]> {
  const rows = lists.map((values, i) => `(${i}, [${values.join(', ')}]::${duckdb.types[type]}[])`).join(', ')
  const sql = `SELECT greatest(2e0, floor(${estimatedSql('l', type, duckdb)} + 0.5e0)) FROM (VALUES ${rows}) t(i, l) ORDER BY i`
  return (await db.connection.runAndReadAll(sql)).getRows().map(([actual]) => actual)
}

function ours(codes: readonly number[]): number {
  const registers = new Registers()
  for (const code of codes) registers.add(code)
  return estimateDistinct(registers.rankSum, registers.empty, 1)
}

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0)
const listsOf = <T>(one: fc.Arbitrary<T>) => fc.array(fc.array(one, { minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 8 })

test('in SQL numbers fall into the same registers, whatever their size, and estimates are the same', async () => {
  await fc.assert(
    fc.asyncProperty(listsOf(doubles), async lists => {
      const literals = lists.map(values => values.map(value => duckdb.doubleLiteral(value)))
      assert.deepEqual(
        await estimatesOf(literals, 'double'),
        lists.map(values => ours(values.map(codeOfNumber))),
      )
    }),
    { numRuns: 12 },
  )
  await fc.assert(
    fc.asyncProperty(listsOf(fc.maxSafeInteger()), async lists => {
      const literals = lists.map(values => values.map(String))
      assert.deepEqual(
        await estimatesOf(literals, 'int'),
        lists.map(values => ours(values.map(value => codeOfNumber(value + 0)))),
      )
    }),
    { numRuns: 12 },
  )
  assert.deepEqual(await estimatesOf([['TRUE', 'FALSE', 'TRUE']], 'bool'), [ours([1, 0].map(codeOfNumber))])
})

test('in SQL texts do, by their UTF-8', async () => {
  const texts = fc.string({ unit: 'binary', maxLength: 90 })
  await fc.assert(
    fc.asyncProperty(listsOf(texts), async lists => {
      const literals = lists.map(values => values.map(value => duckdb.textLiteral(value)))
      assert.deepEqual(
        await estimatesOf(literals, 'string'),
        lists.map(values => ours(values.map(value => codeOfText(Buffer.from(value))))),
      )
    }),
    { numRuns: 12 },
  )
})

test('in SQL many values are estimated as here, to the bit of what is rounded', async () => {
  for (const n of [4097, 30_000, 250_000]) {
    const actual = await db.connection.runAndReadAll(
      `SELECT floor(${estimatedSql('l', 'int', duckdb)} + 0.5e0) FROM (SELECT list(i * 37 - 1000) AS l FROM range(${n}) r(i))`,
    )
    assert.equal(actual.getRows()[0][0], ours(Array.from({ length: n }, (_, i) => codeOfNumber(i * 37 - 1000))))
  }
})
