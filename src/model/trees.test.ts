/** Tests that trees over columns equal the oracle's row-by-row scores, to the bit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { treesScore } from '../../test/oracle/trees.ts'
import { Strings } from '../columns/strings.ts'
import { findTreesFault, TREES_FORMAT, TREES_VERSION } from '../define/model/trees.ts'
import type { ColumnType, InputIR, ModelIR, ScoreIR, TreeIR } from '../define/ir/ir.ts'
import { compileModel } from './index.ts'

const INPUTS = 3
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })).map(value => value + 0)

const leaf = number.map((value): TreeIR => ({ input: [-1], value: [value], right: [0], nullsLeft: [0] }))
const tree = fc.letrec<{ tree: TreeIR }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.tuple(fc.nat(INPUTS - 1), number, fc.nat(1), tie('tree'), tie('tree')).map(([input, value, nullsLeft, left, right]): TreeIR => {
      const middle = 1 + left.input.length
      const moved = (nodes: readonly number[], by: number) => nodes.map(node => (node === 0 ? 0 : node + by))
      return {
        input: [input, ...left.input, ...right.input],
        value: [value, ...left.value, ...right.value],
        right: [middle, ...moved(left.right, 1), ...moved(right.right, middle)],
        nullsLeft: [nullsLeft, ...left.nullsLeft, ...right.nullsLeft],
      }
    }),
  ),
})).tree

const trees = fc.record({
  kind: fc.constant('trees' as const),
  link: fc.constantFrom('logistic' as const, 'identity' as const),
  base: number,
  inputs: fc.shuffledSubarray(['x0', 'x1', 'x2'], { minLength: INPUTS }),
  trees: fc.array(tree, { maxLength: 6 }),
})
const row = fc.tuple(fc.option(number, { freq: 3 }), fc.option(number, { freq: 8 }), fc.option(fc.boolean(), { freq: 3 }))

const types: readonly ColumnType[] = ['double', 'double', 'bool']
const modelOf = (score: ScoreIR, of: readonly ColumnType[] = types): ModelIR => {
  const inputs = of.map((type, i): InputIR => ({ name: `x${i}`, expr: { op: 'trigger', name: `x${i}`, type } }))
  return { name: 'm', decide: { kind: 'on', source: 's' }, inputs, score }
}

test('a score of trees over columns is that of each row, to the bit', () => {
  fc.assert(
    fc.property(trees, fc.array(row, { maxLength: 8 }), (score, rows) => {
      const model = compileModel(modelOf(score), { strings: new Strings() })
      const { values, nulls } = model.score(({ name }) => {
        const cells = rows.map(one => one[Number(name.slice(1))])
        const values = Float64Array.from(cells, cell => Number(cell))
        return cells.includes(null) ? { values, nulls: Uint8Array.from(cells, cell => Number(cell === null)) } : { values }
      }, rows.length).score
      const actual = rows.map((_, i) => (nulls?.[i] ? null : values[i]))
      assert.deepStrictEqual(
        actual,
        rows.map(([x0, x1, x2]) => treesScore(score, { x0, x1, x2 })),
      )
      if (!actual.includes(null)) assert.equal(nulls, undefined)
    }),
    { numRuns: 1000 },
  )
})

test('random trees are valid', () => {
  fc.assert(
    fc.property(trees, ({ kind: _kind, inputs, ...score }) => {
      const file = {
        format: TREES_FORMAT,
        version: TREES_VERSION,
        ...score,
        inputs: Object.fromEntries(inputs.map((name, i) => [name, i])),
      }
      assert.equal(findTreesFault(file), undefined)
    }),
  )
})

test('invalid definitions are rejected', () => {
  const score: ScoreIR = { kind: 'trees', link: 'identity', base: 0, inputs: ['x0'], trees: [] }
  const compiled = (...of: ColumnType[]) => compileModel(modelOf(score, of), { strings: new Strings() })
  assert.throws(() => compiled(), { code: 'SPILL_ASSERT' })
  assert.throws(() => compiled('string'), { code: 'SPILL_ASSERT' })
  const list = { values: Float64Array.of(1, 2), width: 2, counts: Uint16Array.of(2) }
  assert.throws(() => compiled('double').score(() => list, 1), { code: 'SPILL_ASSERT' })
})
