import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { skewnessAdjustedReach } from './skewness.ts'
import { studentQuantile } from './student.ts'

const near = (result: number, expected: number): void => assert.ok(Math.abs(result - expected) < 1e-9, `${result} for ${expected}`)

test('without skewness the interval is Student’s', () => {
  for (const freedom of [3, 17.5, Infinity]) {
    const { below, above } = skewnessAdjustedReach(0.05, freedom, 0)
    assert.deepEqual(
      [below, above].map(value => value.toFixed(9)),
      Array.from({ length: 2 }, () => studentQuantile(0.05, freedom).toFixed(9)),
    )
  }
})

test('with skewness the interval extends towards the large errors, up to a limit', () => {
  const [z, t] = [studentQuantile(0.05, Infinity), studentQuantile(0.05, 9)]
  const moved = (0.2 / 6) * (2 * z * z + 1)
  near(skewnessAdjustedReach(0.05, Infinity, 0.2).above, z + moved)
  near(skewnessAdjustedReach(0.05, Infinity, 0.2).below, z - 0.9 * moved)
  near(skewnessAdjustedReach(0.05, Infinity, -0.2).below, z + moved)
  near(skewnessAdjustedReach(0.05, Infinity, -0.2).above, z - 0.9 * moved)
  near(skewnessAdjustedReach(0.05, 9, 0.2).above, (t / z) * (z + moved))
  near(skewnessAdjustedReach(0.05, 9, 50).above, 1.3 * t)
  near(skewnessAdjustedReach(0.05, 9, -50).above, (1 - 0.9 * 0.3) * t)
})

test('intervals of means of 40 exponentials miss less often, and on both sides', () => {
  const chance = random(3)
  const missed = { low: 0, high: 0, symmetricLow: 0, symmetricHigh: 0 }
  for (let i = 0; i < 4000; i++) {
    const values = Array.from({ length: 40 }, () => -Math.log(1 - chance()))
    const mean = values.reduce((sum, x) => sum + x, 0) / 40
    const moment = (k: number): number => values.reduce((sum, x) => sum + (x - mean) ** k, 0)
    const error = Math.sqrt(moment(2)) / 40
    const { below, above } = skewnessAdjustedReach(0.05, Infinity, moment(3) / moment(2) ** 1.5)
    missed.low += Number(mean + above * error < 1)
    missed.high += Number(mean - below * error > 1)
    missed.symmetricLow += Number(mean + 1.96 * error < 1)
    missed.symmetricHigh += Number(mean - 1.96 * error > 1)
  }
  const { low, high, symmetricLow, symmetricHigh } = missed
  assert.ok(symmetricLow > 4 * symmetricHigh && low < 3 * high && low + high < symmetricLow + symmetricHigh, JSON.stringify(missed))
})
