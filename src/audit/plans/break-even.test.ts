import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakEvenOf } from './break-even.ts'

const gain = (value: number, low: number, high: number) => ({ value, low, high, error: 1 })
const cost = (low: number, base: number, high: number) => ({ low, base, high })

test('the break-even value divides cost by gain, with opposite bounds', () => {
  assert.deepEqual(breakEvenOf(gain(40, 20, 50), cost(100, 200, 300)), { value: 5, low: 2, high: 15 })
  assert.deepEqual(breakEvenOf(gain(40, 20, 50), cost(-100, 200, 300)), { value: 5, low: 0, high: 15 })
})

test('gives the reason if there is no such value', () => {
  const why = (...args: Parameters<typeof breakEvenOf>) => (breakEvenOf(...args) as { why: string }).why
  assert.equal(why(gain(40, 20, 50), cost(-3, -2, -1)), 'the fresher costs no more: it pays at any price')
  assert.equal(why(gain(-4, -5, 0), cost(1, 2, 3)), 'the fresher gains nothing: it pays at no price')
  assert.equal(
    why(gain(4, -5, 13), cost(26, 30, 50)),
    'not shown, since there may be no gain; $7.50 a unit if the gain is what it seems, and $2 if it is the most that its interval has, at the lowest prices',
  )
  assert.equal(why({ why: 'no labels' }, cost(1, 2, 3)), 'no labels')
  assert.equal(why(gain(4, 3, 5), { why: 'no prices' }), 'no prices')
})
