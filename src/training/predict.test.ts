import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitLinear } from './linear.ts'
import { fitLogistic } from './logistic.ts'
import { predict } from './predict.ts'

test('predicts by the coefficients, with what stands for NULL', () => {
  const columns = { x: Float64Array.of(0, 1, 2, NaN), y: Float64Array.of(1, 0, 1, 1) }
  const line = fitLinear({ columns, labels: [1, 3, 5, 3] }, { ridge: 0 })
  for (const [i, score] of predict(line, columns).entries()) assert.ok(Math.abs(score - [1, 3, 5, 3][i]) < 1e-9, `${score}`)
  const curve = fitLogistic({ columns, labels: [0, 1, 1, 0] })
  const { intercept, weights } = curve.coefficients
  const z = [0, 1, 2, weights.x.ifNull].map((x, i) => intercept + weights.x.weight * x + weights.y.weight * columns.y[i])
  assert.deepEqual(
    [...predict(curve, columns)],
    z.map(logit => 1 / (1 + Math.exp(-logit))),
  )
})
