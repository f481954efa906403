import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import { backoffMs, parseRetryAfter } from './retry-delay.ts'

const middle = () => 0.5

test('a wait is twice the one before, up to a quarter of an hour', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(attempt => backoffMs(attempt, middle)),
    [1000, 2000, 4000, 8000, 16_000],
  )
  assert.equal(backoffMs(10, middle), 512_000)
  for (const attempt of [11, 15, 60, 2000]) assert.equal(backoffMs(attempt, middle), 900_000)
})

test('all tries of an effect take about 77 minutes', () => {
  let ms = 0
  for (let attempt = 1; attempt < limits.ACTION_ATTEMPTS; attempt++) ms += backoffMs(attempt, middle)
  assert.equal(ms / 60_000, 77.05)
})

test('chance moves a wait by a fifth at most, and a seed gives the same waits', () => {
  assert.equal(
    backoffMs(1, () => 0),
    800,
  )
  assert.equal(
    backoffMs(1, () => 1 - 2 ** -32),
    1200,
  )
  const waits = (seed: number) => {
    const chance = random(seed)
    return [1, 2, 3, 12].map(attempt => backoffMs(attempt, chance))
  }
  assert.deepEqual(waits(7), waits(7))
  assert.notDeepEqual(waits(7), waits(8))
  for (let seed = 0; seed < 200; seed++)
    waits(seed).forEach((ms, i) => {
      const grown = [1000, 2000, 4000, 900_000][i]
      assert.ok(ms >= grown * 0.8 && ms <= grown * 1.2, `${ms} of ${grown}`)
    })
})

test('Retry-After lengthens a wait and never shortens it, up to the limit', () => {
  assert.equal(
    backoffMs(1, () => 0, 30_000),
    30_000,
  )
  assert.equal(backoffMs(1, middle, 30_000), 33_000)
  assert.equal(backoffMs(6, middle, 1000), 32_000)
  assert.equal(
    backoffMs(1, () => 0, 1e12),
    limits.RETRY_AFTER_MS_MAX,
  )
})

const now = Date.parse('1994-11-06T08:49:07Z')

test('seconds, up to the limit', () => {
  assert.equal(parseRetryAfter('120', undefined, now), 120_000)
  assert.equal(parseRetryAfter(' 0 ', undefined, now), 0)
  assert.equal(parseRetryAfter('86400', undefined, now), 3_600_000)
  assert.equal(parseRetryAfter('9'.repeat(400), undefined, now), 3_600_000)
})

test('a date, in any of the forms that HTTP had', () => {
  for (const date of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
    assert.equal(parseRetryAfter(date, undefined, now), 30_000, date)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:07 GMT', undefined, now), 0)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:06 GMT', undefined, now), 0)
})

test('a date is measured from the answer’s own, whatever the clock here says', () => {
  const [answered, later] = ['Mon, 07 Nov 1994 08:00:00 GMT', 'Mon, 07 Nov 1994 08:01:00 GMT']
  assert.equal(parseRetryAfter(later, answered, now), 60_000)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', 'yesterday', now), 30_000)
})

test('anything else is as if it were not there', () => {
  for (const text of ['', 'soon', '-1', '1.5', '1e3', '1994-11-06', 'Sun, 06 Nov 1994 08:49:37 CET', 'Sun, 99 Foo 1994 08:49:37 GMT'])
    assert.equal(parseRetryAfter(text, undefined, now), undefined, text)
})
