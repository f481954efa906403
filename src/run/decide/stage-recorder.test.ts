import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { decodeStageTimes } from './stage-codec.ts'
import { stageMomentsOf, stageSampleOf, type CommittedBatch } from './stage-times.ts'
import { StageRecorder } from './stage-recorder.ts'

const stretch = (first: number, more: Partial<CommittedBatch['times']> = {}): CommittedBatch => ({
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
  const sample = stageSampleOf(stretch(4), 121, 5)
  assert.deepEqual(sample.stages, { waited: 1, taken: 2, queued: 3, features: 4, inference: 5, durable: 6 })
  const moments = { came: 1_000_000, turn: 1_000_001, appended: 1_000_003, begun: 1_000_006, features: 1_000_010 }
  assert.deepEqual(stageMomentsOf(sample), { ...moments, scored: 1_000_015, durable: 1_000_021 })
  assert.deepEqual([sample.first, sample.last, sample.count, sample.sum, sample.at], [4, 5, 2, 4, 1_000_006])
})

test('entries found undecided in the log have no time of receipt', () => {
  const sample = stageSampleOf(stretch(4, { turn: undefined }), 121, 1_000_021)
  assert.deepEqual(sample.stages, { features: 4, inference: 5, durable: 6 })
  assert.deepEqual(stageMomentsOf(sample), { begun: 1_000_006, features: 1_000_010, scored: 1_000_015, durable: 1_000_021 })
})

test('a block is stored again as it grows until it is full; then another begins', () => {
  const stages = new StageRecorder(() => 5000, 7)
  const now = stopwatch()
  const at = { begun: now, features: now, scored: now }
  assert.equal(stages.flush(), undefined)
  stages.record([stretch(10, at), stretch(30, at)])
  const { bytes, ...block } = stages.flush()!
  assert.deepEqual([block, decodeStageTimes(bytes).map(({ first }) => first)], [{ number: 8, first: 10, last: 31 }, [10, 30]])
  assert.equal(stages.flush(), undefined, 'nothing is new')
  stages.record([stretch(40, at)])
  const again = stages.flush()!
  assert.deepEqual([again.number, decodeStageTimes(again.bytes).length, stages.isFull], [8, 3, false])
  stages.record(Array.from({ length: limits.STAGE_BLOCK_BATCHES - 3 }, (_, i) => stretch(50 + 2 * i, at)))
  assert.equal(stages.isFull, true)
  assert.equal(decodeStageTimes(stages.flush()!.bytes).length, limits.STAGE_BLOCK_BATCHES)
  stages.record([stretch(5000, at)])
  const next = stages.flush()!
  assert.deepEqual([next.number, next.first, decodeStageTimes(next.bytes).length], [9, 5000, 1])
})
