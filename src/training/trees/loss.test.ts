import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainingTable } from '../input/training-table.ts'
import { lossOf, type LossName } from './loss.ts'

const tableWith = (labels: readonly number[], weights: readonly number[]): TrainingTable => ({
  length: labels.length,
  names: [],
  columns: [],
  labels: Float64Array.from(labels),
  weights: Float64Array.from(weights),
})
const tables: Readonly<Record<LossName, TrainingTable>> = {
  logistic: tableWith([0, 1, 1, 0], [1, 2, 0.5, 3]),
  squared: tableWith([-3, 10, 0.5, 7], [1, 2, 0.5, 3]),
}

for (const name of ['logistic', 'squared'] as const) {
  const loss = lossOf(name)
  const table = tables[name]
  const total = 6.5

  test(`${name}: the derivatives are those of the loss`, () => {
    const z = Float64Array.of(0.3, -1.2, 2, -4)
    const gradient = new Float64Array(4)
    const hessian = new Float64Array(4)
    loss.derive(table, z, gradient, hessian)
    for (let row = 0; row < 4; row++) {
      const at = (by: number) =>
        loss.mean(
          table,
          z.map((value, i) => (i === row ? value + by : value)),
        ) * total
      const [above, here, below] = [at(1e-4), at(0), at(-1e-4)]
      assert.ok(Math.abs(gradient[row] - (above - below) / 2e-4) < 1e-6, `gradient ${row}`)
      assert.ok(Math.abs(hessian[row] - (above - 2 * here + below) / 1e-8) < 1e-4, `hessian ${row}`)
    }
  })

  test(`${name}: no z is better for all rows than the base`, () => {
    const mean = (z: number) => loss.mean(table, new Float64Array(4).fill(z))
    const base = loss.base(table)
    assert.ok(mean(base) < mean(base + 0.01) && mean(base) < mean(base - 0.01))
  })
}

test('the logistic loss is finite where its probability is 0 or 1', () => {
  const z = Float64Array.of(-1000, 1000, 1000, -1000)
  assert.equal(lossOf('logistic').mean(tables.logistic, z), 0)
  assert.equal(
    lossOf('logistic').mean(
      tables.logistic,
      z.map(value => -value),
    ),
    1000,
  )
})
