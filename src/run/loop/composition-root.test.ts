import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { arrivalClock } from './composition-root.ts'

const YEAR_MS = 365 * 86_400_000

function clocks() {
  let [wall, elapsed] = [Date.parse('2026-01-01T00:00Z'), 0]
  const clock = arrivalClock(
    () => wall,
    () => elapsed,
  )
  return {
    clock,
    pass(ms: number, jump = 0) {
      wall += ms + jump
      elapsed += ms
    },
  }
}

test('the clock follows the wall clock, back too', () => {
  const time = clocks()
  const start = time.clock()
  time.pass(5000)
  assert.equal(time.clock(), start + 5000)
  time.pass(1000, -3_600_000)
  assert.equal(time.clock(), start + 6000 - 3_600_000)
  time.pass(YEAR_MS)
  assert.equal(time.clock(), start + 6000 - 3_600_000 + YEAR_MS, 'a process that slept for a year')
})

test('a jump ahead by a year is an error and not a stamp, until the clock is set right', () => {
  const time = clocks()
  const start = time.clock()
  time.pass(10, YEAR_MS)
  for (let i = 0; i < 2; i++)
    assert.throws(time.clock, { code: 'SPILL_CLOCK', message: /jumped ahead by 365d; correct the clock and start again/ })
  time.pass(10, -YEAR_MS)
  assert.equal(time.clock(), start + 20)
})

test('a jump within the limit is accepted', () => {
  const time = clocks()
  const start = time.clock()
  time.pass(10, limits.CLOCK_JUMP_MS_MAX)
  assert.equal(time.clock(), start + 10 + limits.CLOCK_JUMP_MS_MAX)
  time.pass(10, limits.CLOCK_JUMP_MS_MAX + 1)
  assert.throws(time.clock, { code: 'SPILL_CLOCK' })
})
