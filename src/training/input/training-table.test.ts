/** Rows that every trainer rejects. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { fitLinear } from '../linear.ts'
import { fitLogistic } from '../logistic.ts'
import type { TrainingRows } from './training-table.ts'

const x = Float64Array.of(1, 2)

function rejected(message: RegExp, rows: TrainingRows, options = {}): void {
  assert.throws(() => fitLogistic(rows, options), { code: 'SPILL_TRAINING', message })
}

test('rows that nothing can be fitted on', () => {
  rejected(/^there are no rows/, { columns: { x: new Float64Array(0) }, labels: [] })
  rejected(/^none of 2 rows has the label 1/, { columns: { x }, labels: [0, 0] })
  rejected(/^all of 2 rows have the label 1/, { columns: { x }, labels: [1, 1] })
  rejected(/^all of 1 rows with a weight above 0 have the label 1/, { columns: { x }, labels: [0, 1], weights: [0, 1] })
  rejected(/^the label of row 1 is 0.5; a probability/, { columns: { x }, labels: [0, 0.5] })
})

test('values that are not numbers', () => {
  rejected(/^the label of row 1 is no number; leave rows out/, { columns: { x }, labels: [0, NaN] })
  rejected(/^the label of row 0 is Infinity, beyond/, { columns: { x }, labels: [Infinity, 0] })
  rejected(/^column 'x' is -Infinity in row 1, beyond ±1e\+100 \(TRAINING_MAGNITUDE_MAX\)/, {
    columns: { x: Float64Array.of(0, -Infinity) },
    labels: [0, 1],
  })
  for (const weight of [NaN, Infinity, -1])
    rejected(/^the weight of row 1 is (NaN|Infinity|-1); it is/, { columns: { x }, labels: [0, 1], weights: [1, weight] })
  rejected(/^all weights are 0/, { columns: { x }, labels: [0, 1], weights: [0, 0] })
})

test('lengths and types that do not fit', () => {
  rejected(/^column 'x' has 2 values for 3 labels/, { columns: { x }, labels: [0, 1, 1] })
  rejected(/^there are 1 weights for 2 labels/, { columns: { x }, labels: [0, 1], weights: [1] })
  rejected(/^column 'x' is a Float64Array with NaN for NULL, got \[1,2\]/, { columns: { x: [1, 2] as never }, labels: [0, 1] })
})

test('options out of their bounds', () => {
  const rows = { columns: { x }, labels: [0, 1] }
  rejected(/^fitLogistic: ridge is a number from 0 up to 1e\+100, got -1/, rows, { ridge: -1 })
  rejected(/^fitLogistic: ridge is .*, got NaN/, rows, { ridge: NaN })
  rejected(/^fitLogistic: ifNull is a finite number, got Infinity/, rows, { ifNull: Infinity })
  rejected(/^fitLogistic has no option 'rigde'; did you mean 'ridge'\?/, rows, { rigde: 1 })
})

test('more than the limits', () => {
  const limit = (rows: TrainingRows, message: RegExp) => assert.throws(() => fitLinear(rows), { code: 'SPILL_LIMIT', message })
  const columns = Object.fromEntries(Array.from({ length: limits.TRAINING_COLUMNS_MAX + 1 }, (_, i) => [`x${i}`, x]))
  limit({ columns, labels: [0, 1] }, /^1025 columns .* 1024 \(TRAINING_COLUMNS_MAX\)/)
  limit({ columns: {}, labels: { length: limits.TRAINING_ROWS_MAX + 1 } }, /TRAINING_ROWS_MAX/)
  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, x]))
  limit({ columns: wide, labels: { length: limits.TRAINING_ROWS_MAX } }, /TRAINING_VALUES_MAX/)
})
