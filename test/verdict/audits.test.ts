/** A few cases of `prove verdict` for audits, and a check of the generator's planted values. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntervalEstimate } from '../../src/audit/domain/plan-types.ts'
import { auditsHold, proveAudits, type AuditsResult } from './audits.ts'
import { DECISIONS_PER_MONTH, generatedWorld } from './generated.ts'
import { plainIntervals, studentTwoSided } from './plain-intervals.ts'

test('worthless groups are no streams, one that is worth five times its cost is, and plans are found whole', async () => {
  const result = await proveAudits({ cases: 3, seed: 7 })
  assert.equal(result.reports, 15)
  assert.deepEqual(result.failures, [])
  assert.deepEqual(
    result.worth.map(({ right, wrong, undecided }) => right + wrong + undecided),
    [3, 3, 3, 3],
  )
  assert.ok(auditsHold(result))
})

test('the proof does not hold if more than one report in twenty has a false stream, or less than nine in ten are decided', () => {
  const result: AuditsResult = {
    cases: 1000,
    reports: 5000,
    falseStreams: 250,
    falseShare: 0.05,
    falseOfLuck: 50,
    luckShare: 0.05,
    falseChanges: 0,
    worth: [{ times: 5, right: 900, wrong: 0, undecided: 100 }],
    decidedRight: 0.9,
    redundant: 900,
    complementary: 900,
    seed: 1,
    failures: [],
  }
  assert.ok(auditsHold(result))
  for (const worse of [
    { falseStreams: 251 },
    { falseOfLuck: 51 },
    { redundant: 899 },
    { complementary: 899 },
    { worth: [{ times: 5, right: 899, wrong: 0, undecided: 101 }] },
  ])
    assert.ok(!auditsHold({ ...result, ...worse }), JSON.stringify(worse))
})

test('planted effects are found: a worthless group comes to nothing, a real one to its worth', () => {
  const streams = { name: 'a', streams: true, cost: 1 }
  const plain = { kind: 'batch', schedule: { kind: 'interval', every: 1, phase: 0 }, lasts: 0 } as const
  const lossOf = (utility: number): number => {
    let sum = 0
    for (let seed = 1; seed <= 200; seed++) {
      const { valueOf, report } = generatedWorld(seed, { groups: [streams], values: [{ utility, when: isFresh => isFresh('a') }] })
      const column = valueOf(new Map([['group/a', plain]]), report)
      sum += (column.reduce((total, value) => total + value, 0) / column.length) * DECISIONS_PER_MONTH
    }
    return -sum / 200
  }
  // The standard error over 200 worlds is about 3.
  const [worthless, real] = [lossOf(0), lossOf(250)]
  assert.ok(Math.abs(worthless) < 10, String(worthless))
  assert.ok(Math.abs(real - 250) < 10, String(real))
})

test('intervals of the textbook: by hand for three clusters, t as tables have it', () => {
  // Sums of the deviations from 2 by cluster: −2, 0, 2; error √(3/2 · 8) / 6; t with two degrees of freedom 4.303.
  const clusters = [{ name: 'c', of: Int32Array.of(0, 0, 1, 1, 2, 2), count: 3 }]
  const [interval] = plainIntervals(clusters)([Float64Array.of(1, 1, 2, 2, 3, 3)], { from: 0, to: 6 }) as readonly IntervalEstimate[]
  assert.equal(interval.value, 2)
  assert.ok(Math.abs(interval.error - Math.sqrt(12) / 6) < 1e-12)
  assert.ok(Math.abs((interval.value - interval.low) / interval.error - 4.303) < 0.01)
  for (const [tail, freedom, t] of [
    [0.05, 10, 2.228],
    [0.05, 79, 1.99],
    [0.005, 59, 2.916],
    [0.01, 3, 5.841],
  ])
    assert.ok(Math.abs(studentTwoSided(tail, freedom) - t) < 0.005, `${tail} ${freedom}`)
})
