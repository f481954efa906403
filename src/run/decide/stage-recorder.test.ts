import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { decodeStageTimes, StageRecorder, encodeStageTimes } from './stage-recorder.ts'
import { stageMomentsOf, stageSampleOf, type CommittedBatch, type StageSample } from './stage-times.ts'

const committed = (first: number, more: Partial<CommittedBatch['times']> = {}): CommittedBatch => ({
  model: 'm',
  first,
  last: first + 1,
  count: 2,
  sum: first,
  times: {
    turn: { receivedAt: 100, startedAt: 101, appendedAt: 103, startedAtUtc: 1_000_001 },
    begun: 106,
    features: 110,
    scored: 115,
    ...more,
  },
})

test('stages follow one another from the first received record to the durable decisions', () => {
  const sample = stageSampleOf(committed(4), 121, 5)
  assert.deepEqual(sample.stages, { waited: 1, intake: 2, queued: 3, features: 4, inference: 5, durable: 6 })
  const moments = { came: 1_000_000, turn: 1_000_001, appended: 1_000_003, begun: 1_000_006, features: 1_000_010 }
  assert.deepEqual(stageMomentsOf(sample), { ...moments, scored: 1_000_015, durable: 1_000_021 })
  assert.deepEqual([sample.first, sample.last, sample.count, sample.sum, sample.at], [4, 5, 2, 4, 1_000_006])
})

test('entries found undecided in the log have no time of receipt', () => {
  const sample = stageSampleOf(committed(4, { turn: undefined }), 121, 1_000_021)
  assert.deepEqual(sample.stages, { features: 4, inference: 5, durable: 6 })
  assert.deepEqual(stageMomentsOf(sample), { begun: 1_000_006, features: 1_000_010, scored: 1_000_015, durable: 1_000_021 })
})

test('a block is stored again as it grows until it is full; then another begins', () => {
  const stages = new StageRecorder(() => 5000, 7)
  const now = stopwatch()
  const at = { begun: now, features: now, scored: now }
  assert.equal(stages.flush(), undefined)
  stages.record([committed(10, at), committed(30, at)])
  const { bytes, ...block } = stages.flush()!
  assert.deepEqual([block, decodeStageTimes(bytes).map(({ first }) => first)], [{ number: 8, first: 10, last: 31 }, [10, 30]])
  assert.equal(stages.flush(), undefined, 'nothing is new')
  stages.record([committed(40, at)])
  const again = stages.flush()!
  assert.deepEqual([again.number, decodeStageTimes(again.bytes).length, stages.isFull], [8, 3, false])
  stages.record(Array.from({ length: limits.STAGE_BLOCK_BATCHES - 3 }, (_, i) => committed(50 + 2 * i, at)))
  assert.equal(stages.isFull, true)
  assert.equal(decodeStageTimes(stages.flush()!.bytes).length, limits.STAGE_BLOCK_BATCHES)
  stages.record([committed(5000, at)])
  const next = stages.flush()!
  assert.deepEqual([next.number, next.first, decodeStageTimes(next.bytes).length], [9, 5000, 1])
})

const sample = (more: Partial<StageSample> = {}): StageSample => ({
  model: 'risk',
  first: 7,
  last: 9,
  count: 3,
  sum: 0xfedcba98,
  at: 1_767_225_600_123.456,
  stages: { waited: 0.25, intake: 1, queued: 0, features: 12_345.678, inference: 0.001, durable: 5 },
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
      stages: { waited: i % 7, intake: 0.1 + (i % 3), queued: 0, features: 0.2, inference: 0.05 + (i % 5), durable: 2 + (i % 11) },
    }),
  )
  assert.ok(encodeStageTimes(busy).length < 25 * 1024, String(encodeStageTimes(busy).length))
})

test('trace contexts that were sampled are stored, at most so many; a block without them is of the first version', () => {
  const sampleOf = (first: number, flags?: string): StageSample => {
    const context = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`, tracestate: 'v=1' }
    const traces = flags === undefined ? {} : { traces: [{ context, first, last: first + 1, count: 2 }] }
    return stageSampleOf(committed(first, traces), 121, 5)
  }
  const [plain, sampled, unsampled] = [sampleOf(1), sampleOf(3, '01'), sampleOf(5, '00')]
  const decoded = decodeStageTimes(encodeStageTimes([plain, sampled, unsampled]))
  const { traces: _traces, ...untraced } = unsampled
  assert.deepEqual(decoded, [plain, sampled, untraced])
  assert.deepEqual([encodeStageTimes([plain])[0], encodeStageTimes([unsampled])[0], encodeStageTimes([sampled])[0]], [1, 1, 2])
  const many = Array.from({ length: limits.STAGE_CONTEXTS_MAX + 1 }, (_, i) => sampleOf(i, '01'))
  assert.equal(decodeStageTimes(encodeStageTimes(many)).filter(({ traces }) => traces).length, limits.STAGE_CONTEXTS_MAX)
})
