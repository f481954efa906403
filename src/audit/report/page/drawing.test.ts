import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { axisOf } from './drawing.ts'

test('ticks are round, and include zero', () => {
  assert.deepEqual(axisOf([-197, 12], 100, 0).ticks, [-200, -100, 0, 100])
  assert.deepEqual(axisOf([0.31, 0.02], 100, 0).ticks, [0, 0.1, 0.2, 0.3, 0.4])
  assert.equal(axisOf([0.9], 100, 0).decimals, 2)
  assert.deepEqual(axisOf([0, 0], 100, 0).ticks, [-1, -0.5, 0, 0.5, 1])
})

test('every value lies between the ends, zero on a tick', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1 }), values => {
      const { coordinate: of, ticks } = axisOf(values, 300, 0)
      for (const value of values) assert.ok(of(value) >= -1e-6 && of(value) <= 300 + 1e-6, `${value} at ${of(value)}`)
      assert.ok(ticks.includes(0) && ticks.length <= 8, ticks.join(' '))
      assert.ok(Math.abs(of(ticks[0]) - 300) < 1e-6 && Math.abs(of(ticks.at(-1)!)) < 1e-6)
    }),
  )
})
