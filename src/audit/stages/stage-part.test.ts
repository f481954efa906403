import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { percentiles, stagesPart, type SampledDecision } from './stage-part.ts'

const acted = (ms: Partial<SampledDecision>, effect: Partial<NonNullable<SampledDecision['effect']>> = {}): SampledDecision => ({
  at: 0,
  count: 1,
  ingestion: 1,
  features: 0.2,
  inference: 0.1,
  durable: 0.7,
  ...ms,
  effect: { queue: 0, delivery: 0, acknowledgement: 2, ...effect },
})

test('weighted percentiles equal those of repeated values', () => {
  const chance = random(7)
  for (let round = 0; round < 50; round++) {
    const values = Float64Array.from({ length: 1 + Math.floor(chance() * 30) }, () => Math.floor(chance() * 10))
    const weights = values.map(() => 1 + Math.floor(chance() * 5))
    const all = [...values].flatMap((value, i) => Array.from({ length: weights[i] }, () => value)).sort((a, b) => a - b)
    const naive = (part: number) => all[Math.ceil(part * all.length) - 1]
    assert.deepEqual(percentiles(values, weights), { p50: naive(0.5), p95: naive(0.95), p99: naive(0.99) })
  }
})

test('a planted queue of 30 s makes the action queue the critical stage', () => {
  const part = stagesPart(
    Array.from({ length: 100 }, () => acted({}, { queue: 30_000, met: false })),
    1000,
  )
  assert.ok(!('why' in part))
  const queue = part.stages.find(({ stage }) => stage === 'action queue')!
  assert.equal(queue.critical, 1)
  assert.equal(queue.p99, 30_000.7)
  assert.equal(part.whole.p99, 30_004)
  assert.ok(Math.abs(queue.p99IfTenth - (30_004 - 0.9 * 30_000.7)) < 1e-9)
  assert.deepEqual(part.deadline, { ms: 1000, met: 0 })
  assert.deepEqual(
    part.stages.map(({ critical }) => critical),
    [0, 0, 0, 1, 0, 0],
  )
})

test('the end-to-end time sums each decision: slow stages of different decisions do not add', () => {
  const part = stagesPart(Array.from({ length: 40 }, (_, i) => (i % 2 ? acted({ ingestion: 100 }) : acted({}, { acknowledgement: 101 }))))
  assert.ok(!('why' in part))
  assert.equal(part.whole.p99, 103)
  assert.equal(part.stages[0].p99 + part.stages[5].p99, 201)
})

test('too few acted decisions: all decisions count, until they were durable', () => {
  const { effect: _, ...silent } = acted({ count: 50 })
  const part = stagesPart([silent, acted({}, { queue: 9000 })])
  assert.ok(!('why' in part))
  assert.equal(part.decisions, 51)
  assert.deepEqual(
    part.stages.map(({ stage }) => stage),
    ['ingestion', 'features', 'inference', 'action queue'],
  )
  assert.equal(part.whole.p50, 2)
})

test('a selection of the run’s decisions names its kind and the total', () => {
  const { effect: _, ...silent } = acted({ count: 50 })
  const amongOf = (samples: readonly SampledDecision[], ran: number) => {
    const part = stagesPart(samples, undefined, ran)
    assert.ok(!('why' in part))
    return part.among
  }
  const some = Array.from({ length: 30 }, () => acted({}))
  assert.deepEqual(amongOf([...some, silent], 2000), { decisions: 2000, by: 'effect' })
  assert.deepEqual(amongOf([silent], 51), { decisions: 51, by: 'newest' })
  assert.equal(amongOf([silent], 50), undefined)
})

test('no samples give no numbers', () => {
  assert.deepEqual(Object.keys(stagesPart([])), ['why'])
})
