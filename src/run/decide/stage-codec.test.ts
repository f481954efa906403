import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeStageTimes, encodeStageTimes } from './stage-codec.ts'
import type { StageSample } from './stage-times.ts'

const sample = (more: Partial<StageSample> = {}): StageSample => ({
  model: 'risk',
  first: 7,
  last: 9,
  count: 3,
  sum: 0xfedcba98,
  at: 1_767_225_600_123.456,
  stages: { waited: 0.25, taken: 1, queued: 0, features: 12_345.678, inference: 0.001, durable: 5 },
  ...more,
})

test('stage times round-trip to the microsecond', () => {
  const later = sample({
    model: 'seen',
    first: 10,
    last: 10,
    count: 1,
    at: 1_767_229_200_000,
    stages: { features: 1, inference: 2, durable: 3 },
  })
  assert.deepEqual(decodeStageTimes(encodeStageTimes([sample(), later])), [sample(), later])
  assert.deepEqual(decodeStageTimes(encodeStageTimes([])), [])
})

test('times below a microsecond are rounded, and none is negative', () => {
  const { stages } = decodeStageTimes(encodeStageTimes([sample({ stages: { features: 0.0006, inference: -0.0004, durable: -1 } })]))[0]
  assert.deepEqual(stages, { features: 0.001, inference: 0, durable: 0 })
})

test('damaged bytes are detected, whichever bit is flipped', () => {
  const bytes = encodeStageTimes([sample()])
  for (const at of [0, 12, bytes.length - 1])
    assert.throws(() => decodeStageTimes(bytes.with(at, bytes[at] ^ 1)), {
      code: 'SPILL_DATA',
      message: /^a block of stage times is damaged/,
    })
  assert.throws(() => decodeStageTimes(bytes.subarray(0, 3)), { code: 'SPILL_DATA' })
})

test('a thousand batches of a busy second take about 25 bytes each', () => {
  const busy = Array.from({ length: 1024 }, (_, i) =>
    sample({
      first: 3 * i,
      last: 3 * i + 2,
      sum: (i * 2_654_435_761) >>> 0,
      at: 1_767_225_600_000 + i,
      stages: { waited: i % 7, taken: 0.1 + (i % 3), queued: 0, features: 0.2, inference: 0.05 + (i % 5), durable: 2 + (i % 11) },
    }),
  )
  assert.ok(encodeStageTimes(busy).length < 25 * 1024, String(encodeStageTimes(busy).length))
})
