import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import { backoffMs, DEFAULT_ATTEMPTS } from './backoff.ts'

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
  for (let attempt = 1; attempt < DEFAULT_ATTEMPTS; attempt++) ms += backoffMs(attempt, middle)
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
