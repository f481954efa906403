import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskUndecided, ScoreCache } from './scorer.ts'

test('scores are computed once, four ids are cached, and a failure is retried', async () => {
  const cache = new ScoreCache()
  const computed: string[] = []
  const of = (id: string) => cache.getOrCompute(id, async () => Float64Array.of(computed.push(id)))
  for (const id of ['a', 'b', 'c', 'a', 'd', 'a', 'e', 'a', 'b']) await of(id)
  assert.deepEqual(computed, ['a', 'b', 'c', 'd', 'e', 'b'])
  const failing = () => cache.getOrCompute('f', () => Promise.reject(new RangeError('no')))
  await assert.rejects(failing(), RangeError)
  assert.deepEqual([...(await of('f'))], [7])
})

test('precomputed scores stay until their first use, and are then one of four', async () => {
  const cache = new ScoreCache()
  const never = () => Promise.reject(new RangeError('it was made'))
  for (let i = 0; i < 6; i++) cache.addPrecomputed(`ahead ${i}`, Float64Array.of(i))
  for (let i = 0; i < 6; i++) assert.deepEqual([...(await cache.getOrCompute(`ahead ${i}`, never))], [i])
  assert.deepEqual([...(await cache.getOrCompute('ahead 5', never))], [5])
  await assert.rejects(cache.getOrCompute('ahead 0', never), RangeError)
})

test('omitted decisions have no score', () => {
  const score = Float64Array.of(1, 2, 3)
  const rows = { from: 0, to: 3 }
  assert.equal(maskUndecided(score, Float64Array.of(0, 0, 0), rows), score)
  assert.deepEqual(maskUndecided(score, Float64Array.of(0, NaN, 0), rows), Float64Array.of(1, NaN, 3))
  assert.deepEqual(score, Float64Array.of(1, 2, 3))
})
