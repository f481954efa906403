import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stageBuckets } from './stage-buckets.ts'

test('buckets ascend from a tenth of a millisecond to a minute, none more than six times as wide as the last', () => {
  assert.deepEqual([stageBuckets[0], stageBuckets.at(-1)], [0.0001, 60])
  stageBuckets.slice(1).forEach((bound, i) => assert.ok(bound > stageBuckets[i] && bound <= 6 * stageBuckets[i], String(bound)))
})
