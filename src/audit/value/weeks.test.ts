import { WEEK_MS } from '../../base/index.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { weeklyValue, decisionsPerWeek, sliceValues, sumOfKnown } from './index.ts'
import { rowsInPeriod, worstWeek, type TotalsByRows } from './weeks.ts'

const DAY = 86_400_000
/** A decision an hour for 30 days; every fifth value is unknown. */
const t = Float64Array.from({ length: 30 * 24 + 1 }, (_, i) => i * 3_600_000)
const of = random(2)
const values = t.map((_, i) => (i % 5 === 0 ? NaN : Math.floor(of() * 10) - 5))
const rows = { from: 0, to: t.length }
const totalsOf =
  (values: Float64Array): TotalsByRows =>
  ({ from, to }) =>
    sumOfKnown(values.subarray(from, to))

test('a weekly value is the mean of the known values times the decisions of a week', () => {
  assert.equal(decisionsPerWeek({ t }, rows), (t.length / (30 * DAY)) * WEEK_MS)
  assert.equal(decisionsPerWeek({ t }, rows, 5), 5)
  const knownValues = [...values].filter(value => !Number.isNaN(value))
  const total = sumOfKnown(values)
  assert.deepEqual(total, { sum: knownValues.reduce((a, b) => a + b, 0), n: knownValues.length })
  assert.equal(weeklyValue(total, 168), (total.sum / total.n) * 168)
  assert.ok(Number.isNaN(weeklyValue(sumOfKnown(Float64Array.of(NaN)), 168)))
})

test('decisions at one time cover no week', () => {
  assert.equal(decisionsPerWeek({ t: Float64Array.of(5, 5, 5) }, { from: 0, to: 3 }), undefined)
  assert.equal(decisionsPerWeek({ t }, { from: 3, to: 3 }), undefined)
  assert.equal(worstWeek({ t: Float64Array.of(5, 5) }, { from: 0, to: 2 }, totalsOf(Float64Array.of(1, 2))), undefined)
  assert.equal(worstWeek({ t }, { from: 3, to: 3 }, totalsOf(new Float64Array(0))), undefined)
})

test('the worst week is the whole week with the least sum', () => {
  const part = { from: 10, to: t.length }
  const weeks = [0, 1, 2, 3].map(week => {
    const from = t[10] + week * WEEK_MS
    const inside = [...values.keys()].filter(i => t[i] >= from && t[i] < from + WEEK_MS)
    const knownValues = inside.filter(i => !Number.isNaN(values[i]))
    return { from, value: (knownValues.reduce((sum, i) => sum + values[i], 0) / knownValues.length) * inside.length }
  })
  assert.deepEqual(worstWeek({ t }, part, totalsOf(values.subarray(10))), weeks.toSorted((a, b) => a.value - b.value)[0])
  assert.equal(worstWeek({ t }, rows, totalsOf(new Float64Array(t.length).fill(NaN))), undefined)
})

test('a slice is scaled to a week, as far as the rows cover it', () => {
  const slices = [
    { name: 'two days', from: 4 * DAY, until: 6 * DAY },
    { name: 'half outside', from: -5 * DAY, until: DAY },
    { name: 'outside', from: 50 * DAY, until: 60 * DAY },
  ]
  const ones = t.map(() => 1)
  assert.deepEqual(sliceValues({ t }, rows, totalsOf(ones), { slices }), [
    { name: 'two days', perWeek: 168 },
    { name: 'half outside', perWeek: 168 },
  ])
  assert.deepEqual(sliceValues({ t }, rows, totalsOf(ones), {}), [])
  assert.deepEqual(rowsInPeriod(t, { from: 5, to: 20 }, -1, 10 * 3_600_000), { from: 5, to: 10 })
})
