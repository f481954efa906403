import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { readStages } from './stage-codec.ts'
import { momentsOf, sampleOf, type GivenStretch } from './stage-times.ts'
import { Stages } from './stage-recorder.ts'

const stretch = (first: number, more: Partial<GivenStretch['times']> = {}): GivenStretch => ({
  model: 'm',
  first,
  last: first + 1,
  count: 2,
  sum: first,
  times: { taken: { came: 100, turn: 101, appended: 103, wall: 1_000_001 }, begun: 106, features: 110, scored: 115, ...more },
})

test('stages follow one another from the first received record to the durable decisions', () => {
  const sample = sampleOf(stretch(4), 121, 5)
  assert.deepEqual(sample.stages, { waited: 1, taken: 2, queued: 3, features: 4, inference: 5, durable: 6 })
  const moments = { came: 1_000_000, turn: 1_000_001, appended: 1_000_003, begun: 1_000_006, features: 1_000_010 }
  assert.deepEqual(momentsOf(sample), { ...moments, scored: 1_000_015, durable: 1_000_021 })
  assert.deepEqual([sample.first, sample.last, sample.count, sample.sum, sample.at], [4, 5, 2, 4, 1_000_006])
})

test('entries found undecided in the log have no time of receipt', () => {
  const sample = sampleOf(stretch(4, { taken: undefined }), 121, 1_000_021)
  assert.deepEqual(sample.stages, { features: 4, inference: 5, durable: 6 })
  assert.deepEqual(momentsOf(sample), { begun: 1_000_006, features: 1_000_010, scored: 1_000_015, durable: 1_000_021 })
})

test('a block is stored again as it grows until it is full; then another begins', () => {
  const stages = new Stages(() => 5000, 7)
  const now = stopwatch()
  const at = { begun: now, features: now, scored: now }
  assert.equal(stages.take(), undefined)
  stages.durable([stretch(10, at), stretch(30, at)])
  const { bytes, ...block } = stages.take()!
  assert.deepEqual([block, readStages(bytes).map(({ first }) => first)], [{ number: 8, first: 10, last: 31 }, [10, 30]])
  assert.equal(stages.take(), undefined, 'nothing is new')
  stages.durable([stretch(40, at)])
  const again = stages.take()!
  assert.deepEqual([again.number, readStages(again.bytes).length, stages.isFull], [8, 3, false])
  stages.durable(Array.from({ length: limits.STAGE_STRETCHES - 3 }, (_, i) => stretch(50 + 2 * i, at)))
  assert.equal(stages.isFull, true)
  assert.equal(readStages(stages.take()!.bytes).length, limits.STAGE_STRETCHES)
  stages.durable([stretch(5000, at)])
  const next = stages.take()!
  assert.deepEqual([next.number, next.first, readStages(next.bytes).length], [9, 5000, 1])
})
