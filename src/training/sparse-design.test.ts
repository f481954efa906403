import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../base/random.ts'
import { designOf, matrixOf } from './design-matrix.ts'
import { fitLogistic } from './logistic.ts'
import { SparseDesign } from './sparse-design.ts'
import { trainingTable } from './input/training-table.ts'

/** Numbers, levels of which each row has one, and a column of few values that is 0 now and then. */
const tables = fc.integer({ min: 4, max: 40 }).chain(length =>
  fc.record({
    length: fc.constant(length),
    numbers: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: length, maxLength: length }),
    level: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: length, maxLength: length }),
    few: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -3, NaN), { minLength: length, maxLength: length }),
    factors: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: length, maxLength: length }),
    beta: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 }),
  }),
)

function columnsOf(numbers: readonly number[], level: readonly number[], few: readonly number[]): Record<string, Float64Array> {
  const levels = Array.from({ length: 8 }, (_, at) => [`level ${at}`, Float64Array.from(level, one => Number(one === at))] as const)
  return { ...Object.fromEntries(levels), x: Float64Array.from(numbers), few: Float64Array.from(few) }
}

test('sums, gradients and triangles are those of the dense matrix, row by row', () => {
  fc.assert(
    fc.property(tables, ({ length, numbers, level, few, factors, beta }) => {
      const design = designOf(trainingTable({ columns: columnsOf(numbers, level, few), labels: new Uint8Array(length) }), undefined)
      const { width } = design
      const matrix = matrixOf(design, length)
      const size = width + 1
      const rows = new SparseDesign(design, length)
      const row = (r: number) => [1, ...matrix.subarray(r * width, (r + 1) * width)]
      const near = (value: number, expected: number) =>
        assert.ok(Math.abs(value - expected) < 1e-9 * (1 + length * length), `${value}, ${expected}`)
      const weights = Float64Array.from(beta.slice(0, size))
      const products = new Float64Array(length)
      rows.products(weights, products)
      for (let r = 0; r < length; r++)
        near(
          products[r],
          row(r).reduce((z, x, i) => z + x * weights[i], 0),
        )
      const all = (of: (x: readonly number[]) => number, by = factors) => by.reduce((total, factor, r) => total + factor * of(row(r)), 0)
      const squares = factors.toReversed()
      const { vector, triangle } = rows.sums(Float64Array.from(factors), Float64Array.from(squares))
      for (let i = 0; i < size; i++) {
        near(
          vector[i],
          all(x => x[i]),
        )
        for (let j = 0; j <= i; j++)
          near(
            triangle[i * size + j],
            all(x => x[i] * x[j], squares),
          )
      }
    }),
  )
})

test('levels are fitted as their base rates, however rare one is', () => {
  const level = Array.from({ length: 20_000 }, (_, i) => (i % 100 === 0 ? 3 : i % 3))
  const next = random(5)
  const labels = Uint8Array.from(level, one => Number(next() < (one + 1) * 0.2))
  const columns = Object.fromEntries([1, 2, 3].map(at => [`level ${at}`, Float64Array.from(level, one => Number(one === at))]))
  const { coefficients, converged } = fitLogistic({ columns, labels }, { ridge: 1e-9 })
  assert.ok(converged)
  for (const at of [0, 1, 2, 3]) {
    const own = labels.filter((_, i) => level[i] === at)
    const rate = own.reduce((sum, label) => sum + label, 0) / own.length
    const z = coefficients.intercept + (at === 0 ? 0 : coefficients.weights[`level ${at}`].weight)
    assert.ok(rate > 0 && rate < 1 && Math.abs(1 / (1 + Math.exp(-z)) - rate) < 1e-6, `level ${at}: ${z}, ${rate}`)
  }
})
