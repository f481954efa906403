import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { InputIR, ScoreIR, TreeIR } from '../define/ir/ir.ts'
import { duckdb } from './duckdb/dialect.ts'
import { DuckDbEngine } from './duckdb/engine.ts'
import { scoreSql } from './score.ts'

// The values of scores are tested in test/oracle/cases; this file tests their size limits.

let db: DuckDbEngine
before(async () => {
  db = await DuckDbEngine.open()
})
after(() => db.close())

const inputs: readonly InputIR[] = [{ name: 'x', expr: { op: 'column', name: 'x', type: 'double' } }]

async function scores(score: ScoreIR, xs: readonly (number | null)[]): Promise<unknown[]> {
  const sql = scoreSql(score, inputs, { input: name => name, expression: () => assert.fail('no rules') }, duckdb)
  const rows = xs.map((x, i) => `(${i}, ${x === null ? 'NULL' : duckdb.doubleLiteral(x)})`).join(', ')
  const actual = await db.connection.runAndReadAll(`SELECT ${sql} FROM (VALUES ${rows}) t(i, x) ORDER BY i`)
  return actual.getRows().map(([value]) => value)
}

test('as many trees as a score may have are added in their order, to the bit', async () => {
  const leaves = Array.from({ length: limits.TREES_MAX }, (_, i) => [0.1 * i, -1 / (1 + i)] as const)
  const trees = leaves.map(([below, above], i): TreeIR => ({
    input: [0, -1, -1],
    value: [i, below, above],
    right: [2, 0, 0],
    nullsLeft: [i % 2, 0, 0],
  }))
  const xs = [null, -1, 1000.5, 1e9]
  const expected = xs.map(x => leaves.reduce((sum, [below, above], i) => sum + ((x === null ? i % 2 === 1 : x <= i) ? below : above), 0.7))
  assert.deepEqual(await scores({ kind: 'trees', link: 'identity', base: 0.7, inputs: ['x'], trees }, xs), expected)
  const backwards = leaves.toReversed().reduce((sum, [, above]) => sum + above, 0.7)
  assert.notEqual(expected[3], backwards, 'their order is seen')
})

test('a tree may be as deep as it has leaves', async () => {
  const deep = limits.TREE_LEAVES_MAX - 1
  const splits = Array.from({ length: deep }, (_, i) => i)
  const tree: TreeIR = {
    input: [...splits.flatMap(() => [0, -1]), -1],
    value: [...splits.flatMap(i => [i, i]), -7],
    right: [...splits.flatMap(i => [2 * i + 2, 0]), 0],
    nullsLeft: [...splits.flatMap(() => [0, 0]), 0],
  }
  const actual = await scores({ kind: 'trees', link: 'identity', base: 0, inputs: ['x'], trees: [tree] }, [-3, 0.5, deep - 1, deep, null])
  assert.deepEqual(actual, [0, 1, deep - 1, -7, -7])
})

test('a sum of many terms is NULL where one is', async () => {
  const terms = Array.from({ length: 1500 }, (_, i) => ({ input: 'x', weight: 1 / (i + 1), ...(i !== 700 && { ifNull: i }) }))
  const expected = terms.reduce((sum, { weight }) => sum + weight * 3, 0.25)
  assert.deepEqual(await scores({ kind: 'linear', intercept: 0.25, terms }, [3, null]), [expected, null])
})
