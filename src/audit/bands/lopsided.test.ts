import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { lopsided } from './lopsided.ts'

test('an interval is taken back through the transformation', () => {
  for (const [q, a] of [
    [1.96, 0.3],
    [2.5, -0.8],
    [3, 1.5],
    [1, 0.01],
  ]) {
    const through = (t: number): number => t + (a * t * t) / 3 + (a * a * t ** 3) / 27 + a / 6
    const { below, above } = lopsided(q, a)
    assert.ok(Math.abs(through(below) - q) < 1e-12 && Math.abs(through(-above) + q) < 1e-12, `${below} ${above}`)
    assert.ok(below > 0 && above > 0 && (a > 0 ? above > below : below > above))
  }
})

test('without skewness it is symmetric, and nearly so with hardly any', () => {
  assert.deepEqual(lopsided(2, 0), { below: 2, above: 2 })
  for (const a of [1e-7, 2e-6, -2e-6]) {
    const { below, above } = lopsided(2, a)
    assert.ok(Math.abs(below - 2) < 1e-5 && Math.abs(above - 2) < 1e-5)
  }
})

test('means of forty exponentials are missed as often on either side, and not by symmetric intervals', () => {
  const chance = random(3)
  const missed = { low: 0, high: 0, symmetricLow: 0, symmetricHigh: 0 }
  for (let i = 0; i < 20_000; i++) {
    const values = Array.from({ length: 40 }, () => -Math.log(1 - chance()))
    const mean = values.reduce((sum, x) => sum + x, 0) / 40
    const moment = (k: number): number => values.reduce((sum, x) => sum + (x - mean) ** k, 0)
    const se = Math.sqrt(moment(2)) / 40
    const { below, above } = lopsided(1.96, moment(3) / moment(2) ** 1.5)
    missed.low += Number(mean + above * se < 1)
    missed.high += Number(mean - below * se > 1)
    missed.symmetricLow += Number(mean + 1.96 * se < 1)
    missed.symmetricHigh += Number(mean - 1.96 * se > 1)
  }
  const { low, high, symmetricLow, symmetricHigh } = missed
  assert.ok(
    symmetricLow > 5 * symmetricHigh && low < 2 * high && high < 2 * low && low + high < symmetricLow + symmetricHigh,
    JSON.stringify(missed),
  )
})
