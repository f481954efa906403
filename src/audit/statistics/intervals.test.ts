import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../../base/random.ts'
import type { ClusterColumn } from '../domain/cases.ts'
import {
  differenceIntervals,
  uncheckedIntervals,
  type LevelInterval,
  type DifferenceIntervals,
  skewnessAdjustedReach,
} from './intervals.ts'
import { studentQuantile } from './distributions.ts'
import { clusteredSample, type ClusteredSample } from './sample.ts'

const DAY = 86_400_000
const LENGTH = 6000

/** Sixty airports and sixty days; three levels. */
function history(): { sample: ClusteredSample; clusters: ClusterColumn[]; t: Float64Array; sweep: Float64Array[] } {
  const chance = random(5)
  const airport = Int32Array.from({ length: LENGTH }, () => Math.floor(chance() * 60))
  const day = Int32Array.from({ length: LENGTH }, (_, row) => Math.floor(row / 100))
  const t = Float64Array.from({ length: LENGTH }, (_, row) => (row * DAY) / 100)
  const u = Float64Array.from({ length: LENGTH }, () => chance())
  const sweep = [0.01, 0.02, 0.04].map(part => u.map(item => (item < part ? -1 : item > 1 - part / 4 ? 1 : 0)))
  const clusters = [
    { name: 'airport', of: airport, count: 60 },
    { name: 'day', of: day, count: 60 },
  ]
  return { sample: clusteredSample({ t, clusters }, { from: 0, to: LENGTH }), clusters, t, sweep }
}

const fixture = history()
const intervalOf = (intervals: DifferenceIntervals, i: number): LevelInterval => intervals.levels[i] as LevelInterval
const whyOf = (intervals: DifferenceIntervals, i = 0): string => (intervals.levels[i] as { why: string }).why

test('a weekly difference has a value, an error, and a simultaneous interval wider than the pointwise one', () => {
  const intervals = differenceIntervals(fixture.sample, fixture.sweep, { seed: 1, decisionsPerUnit: 700 })
  assert.deepEqual([intervals.noVerdict, intervals.caveats], [undefined, []])
  fixture.sweep.forEach((difference, i) => {
    const interval = intervalOf(intervals, i)
    const sum = difference.reduce((sum, d) => sum + d, 0)
    assert.ok(Math.abs(interval.value - (sum / LENGTH) * 700) < 1e-9)
    assert.ok(interval.low < interval.pointwise[0] && interval.pointwise[1] < interval.high)
    const [low, high] = interval.pointwise
    assert.ok(high - low > 3.92 * interval.error && high - low < 4.6 * interval.error)
    const [least, greatest] = interval.leaveOneOut
    assert.ok(least < interval.value && interval.value < greatest && interval.low < least && greatest < interval.high)
    assert.ok(interval.worstWeek! < interval.value)
    assert.deepEqual([interval.known, interval.differing], [LENGTH, difference.filter(d => d !== 0).length])
  })
  const [alone] = differenceIntervals(fixture.sample, fixture.sweep.slice(0, 1), { seed: 1 }).levels as LevelInterval[]
  assert.deepEqual([alone.low, alone.high], alone.pointwise)
})

test('figures are of eligible decisions: those of a week, or as many as a unit has', () => {
  const eligible = Uint8Array.from({ length: LENGTH }, (_, row) => row % 2)
  const sample = clusteredSample({ t: fixture.t, clusters: fixture.clusters, eligible }, { from: 0, to: LENGTH })
  const difference = fixture.sweep[2].map((d, row) => (row % 2 === 1 ? d : NaN))
  const mean = difference.reduce((sum, d) => (Number.isNaN(d) ? sum : sum + d), 0) / (LENGTH / 2)
  const isNear = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) < 1e-9, `${value}, not ${expected}`)
  isNear(intervalOf(differenceIntervals(sample, [difference], { seed: 1, decisionsPerUnit: 700 }), 0).value, mean * 700)
  const week = ((LENGTH / 2) * 7 * DAY) / (fixture.t.at(-1)! - fixture.t[0])
  isNear(intervalOf(differenceIntervals(sample, [difference], { seed: 1 }), 0).value, mean * week)
})

test('where three of sixty days have the losses, the interval extends further down', () => {
  const shocks = fixture.sweep[2].map((d, row) => (row % 2000 < 100 ? -Math.abs(d) * 5 : d < 0 ? 0 : d))
  const { value, low, high } = intervalOf(differenceIntervals(fixture.sample, [shocks], { seed: 1 }), 0)
  assert.ok(value - low > 1.3 * (high - value), `${low} ${value} ${high}`)
})

test('a seed determines the intervals, and the volume scales them', () => {
  const intervals = differenceIntervals(fixture.sample, fixture.sweep, { seed: 1, draws: 500, decisionsPerUnit: 700 })
  assert.deepEqual(differenceIntervals(history().sample, fixture.sweep, { seed: 1, draws: 500, decisionsPerUnit: 700 }), intervals)
  assert.notDeepEqual(differenceIntervals(fixture.sample, fixture.sweep, { seed: 2, draws: 500, decisionsPerUnit: 700 }), intervals)
  const twice = intervalOf(differenceIntervals(fixture.sample, fixture.sweep, { seed: 1, draws: 500, decisionsPerUnit: 1400 }), 2)
  const once = intervalOf(intervals, 2)
  for (const name of ['value', 'low', 'high', 'error'] as const) assert.ok(Math.abs(twice[name] - 2 * once[name]) < 1e-9)
})

test('the order of rows does not matter', () => {
  const chance = random(9)
  const order = Array.from({ length: LENGTH }, (_, row) => row).sort(() => chance() - 0.5)
  const clusters = fixture.clusters.map(column => ({ ...column, of: Int32Array.from(order, row => column.of[row]) }))
  const sweep = fixture.sweep.map(difference => Float64Array.from(order, row => difference[row]))
  const sample = clusteredSample({ t: fixture.t, clusters }, { from: 0, to: LENGTH })
  const [result, expected] = [
    differenceIntervals(sample, sweep, { seed: 1 }),
    differenceIntervals(fixture.sample, fixture.sweep, { seed: 1 }),
  ]
  assert.deepEqual(result.clusters, expected.clusters)
  for (const i of [0, 1, 2])
    for (const name of ['value', 'low', 'high', 'error', 'freedom'] as const)
      assert.ok(Math.abs(intervalOf(result, i)[name] - intervalOf(expected, i)[name]) < 1e-9 * Math.abs(intervalOf(expected, i)[name]))
})

test('a level without changes differs by exactly 0, and affects no other', () => {
  const intervals = differenceIntervals(fixture.sample, [new Float64Array(LENGTH), ...fixture.sweep], { seed: 1 })
  const nothing = intervalOf(intervals, 0)
  assert.deepEqual(
    { ...nothing },
    {
      value: 0,
      low: 0,
      high: 0,
      error: 0,
      pointwise: [0, 0],
      leaveOneOut: [0, 0],
      worstWeek: 0,
      freedom: Infinity,
      known: LENGTH,
      differing: 0,
    },
  )
  assert.deepEqual(intervals.levels.slice(1), differenceIntervals(fixture.sample, fixture.sweep, { seed: 1 }).levels)
})

test('decisions with an unknown difference are ignored', () => {
  const knownValues = Array.from({ length: LENGTH }, (_, row) => row).filter(row => row % 3 !== 0 || row === 0)
  const clusters = fixture.clusters.map(column => ({ ...column, of: Int32Array.from(knownValues, row => column.of[row]) }))
  const without = clusteredSample(
    { t: Float64Array.from(knownValues, row => fixture.t[row]), clusters },
    { from: 0, to: knownValues.length },
  )
  const holes = fixture.sweep.map(difference => difference.map((d, row) => (row % 3 !== 0 || row === 0 ? d : NaN)))
  // Between two differences without unknown rows: caches must not leak from one to the next.
  const sweep = [fixture.sweep[0], ...holes, fixture.sweep[0]]
  const result = uncheckedIntervals(fixture.sample, sweep, { seed: 1, decisionsPerUnit: 700 })
  fixture.sweep.forEach((difference, i) => {
    const [expected] = uncheckedIntervals(without, [Float64Array.from(knownValues, row => difference[row])], {
      seed: 1,
      decisionsPerUnit: 700,
    }).levels as LevelInterval[]
    const interval = intervalOf(result, i + 1)
    assert.ok(
      Math.abs(interval.error - expected.error) < 1e-12 * expected.error &&
        Math.abs(interval.value - expected.value) < 1e-9 &&
        interval.known === knownValues.length,
    )
  })
  assert.deepEqual(intervalOf(result, 0), intervalOf(result, 4))
})

test('with too few clusters there are point estimates and the reason for no interval', () => {
  const clusters = [{ name: 'patient', of: Int32Array.from({ length: LENGTH }, (_, row) => row % 9), count: 9 }, fixture.clusters[1]]
  const sample = clusteredSample({ t: fixture.t, clusters }, { from: 0, to: LENGTH })
  const intervals = differenceIntervals(sample, fixture.sweep, { seed: 1 })
  assert.deepEqual(
    intervals.levels,
    uncheckedIntervals(sample, fixture.sweep, { seed: 1 }).levels.map(interval => ({
      why: '9 patients: no verdict under 20',
      value: (interval as { readonly value: number }).value,
    })),
  )
  assert.ok(intervalOf(uncheckedIntervals(sample, fixture.sweep, { seed: 1 }), 0).error > 0)
})

test('degenerate samples give a reason and never NaN', () => {
  const patient = [{ name: 'patient', of: new Int32Array(LENGTH), count: 1 }]
  assert.equal(
    whyOf(differenceIntervals(clusteredSample({ t: fixture.t, clusters: patient }, { from: 0, to: LENGTH }), fixture.sweep, { seed: 1 })),
    '1 patient: no verdict under 20',
  )
  const single = clusteredSample(fixture, { from: 0, to: 1 })
  assert.match(whyOf(differenceIntervals(single, [Float64Array.of(1)], { seed: 1, decisionsPerUnit: 7 })), /for one decision alone$/)
  const none = clusteredSample(fixture, { from: 5, to: 5 })
  assert.match(whyOf(differenceIntervals(none, [new Float64Array(0)], { seed: 1 })), /for no decision$/)
  assert.match(whyOf(differenceIntervals(fixture.sample, [new Float64Array(LENGTH).fill(NaN)], { seed: 1 })), /for no decision$/)
  assert.deepEqual(differenceIntervals(fixture.sample, [], { seed: 1 }), { clusters: [], levels: [], caveats: [] })
  const instant = clusteredSample({ ...fixture, t: new Float64Array(LENGTH) }, { from: 0, to: LENGTH })
  assert.match(whyOf(differenceIntervals(instant, fixture.sweep, { seed: 1 })), /^all decisions are at one instant/)
  const endless = fixture.sweep[0].slice()
  endless[17] = Infinity
  const intervals = differenceIntervals(fixture.sample, [endless, fixture.sweep[1]], { seed: 1 })
  assert.equal(whyOf(intervals), 'a difference is not finite')
  assert.ok(Number.isFinite(intervalOf(intervals, 1).low))
})

test('a constant difference has an interval of width 0', () => {
  const interval = intervalOf(
    differenceIntervals(fixture.sample, [new Float64Array(LENGTH).fill(-0.5)], { seed: 1, decisionsPerUnit: 700 }),
    0,
  )
  assert.deepEqual([interval.value, interval.low, interval.high, interval.leaveOneOut], [-350, -350, -350, [-350, -350]])
})

test('finite differences give finite numbers, in order', () => {
  const size = fc.constantFrom(1e-150, 1e-30, 1, 1e30, 1e150)
  const row = fc.tuple(fc.constantFrom(0, 0, 0, 1, -1, 0.1, NaN), fc.nat(3), fc.nat(3))
  fc.assert(
    fc.property(size, fc.array(row, { minLength: 1, maxLength: 25 }), fc.nat(), (size, rows, seed) => {
      const clusters = [1, 2].map(i => ({ name: `c${i}`, of: Int32Array.from(rows, row => row[i]), count: 4 }))
      const sample = clusteredSample({ t: Float64Array.from(rows, (_, i) => i * DAY), clusters }, { from: 0, to: rows.length })
      const differences = [1, -2, 0].map(times => Float64Array.from(rows, ([d]) => d * times * size))
      const intervals = uncheckedIntervals(sample, differences, { seed, draws: 200 })
      assert.ok(intervals.clusters.every(({ effective, count }) => effective >= 0 && effective <= count + 1e-9))
      for (const level of intervals.levels) {
        if ('why' in level) continue
        const { low, value, high, error, pointwise, leaveOneOut, worstWeek } = level
        const inOrder = [low, pointwise[0], value, pointwise[1], high]
        assert.ok([...inOrder, error, ...leaveOneOut, worstWeek ?? 0].every(Number.isFinite), JSON.stringify(level))
        inOrder.slice(1).forEach((item, i) => assert.ok(inOrder[i] <= item, JSON.stringify(level)))
        assert.ok(leaveOneOut[0] <= value && value <= leaveOneOut[1] && level.freedom > 0)
      }
    }),
    // Less than one degree of freedom, skewed: the simultaneous interval was narrower at one end than the pointwise one.
    {
      examples: [
        [
          1e-150,
          [
            [0, 0, 1],
            [0.1, 0, 0],
            [1, 1, 1],
            [-1, 1, 0],
          ],
          0,
        ],
      ],
    },
  )
})

const near = (result: number, expected: number): void => assert.ok(Math.abs(result - expected) < 1e-9, `${result} for ${expected}`)

test('without skewness the interval is Student’s', () => {
  for (const freedom of [3, 17.5, Infinity]) {
    const { below, above } = skewnessAdjustedReach(0.05, freedom, 0)
    assert.deepEqual(
      [below, above].map(value => value.toFixed(9)),
      Array.from({ length: 2 }, () => studentQuantile(0.05, freedom).toFixed(9)),
    )
  }
})

test('with skewness the interval extends towards the large errors, up to a limit', () => {
  const [z, t] = [studentQuantile(0.05, Infinity), studentQuantile(0.05, 9)]
  const moved = (0.2 / 6) * (2 * z * z + 1)
  near(skewnessAdjustedReach(0.05, Infinity, 0.2).above, z + moved)
  near(skewnessAdjustedReach(0.05, Infinity, 0.2).below, z - 0.9 * moved)
  near(skewnessAdjustedReach(0.05, Infinity, -0.2).below, z + moved)
  near(skewnessAdjustedReach(0.05, Infinity, -0.2).above, z - 0.9 * moved)
  near(skewnessAdjustedReach(0.05, 9, 0.2).above, (t / z) * (z + moved))
  near(skewnessAdjustedReach(0.05, 9, 50).above, 1.3 * t)
  near(skewnessAdjustedReach(0.05, 9, -50).above, (1 - 0.9 * 0.3) * t)
})

test('intervals of means of 40 exponentials miss less often, and on both sides', () => {
  const chance = random(3)
  const missed = { low: 0, high: 0, symmetricLow: 0, symmetricHigh: 0 }
  for (let i = 0; i < 4000; i++) {
    const values = Array.from({ length: 40 }, () => -Math.log(1 - chance()))
    const mean = values.reduce((sum, x) => sum + x, 0) / 40
    const moment = (k: number): number => values.reduce((sum, x) => sum + (x - mean) ** k, 0)
    const error = Math.sqrt(moment(2)) / 40
    const { below, above } = skewnessAdjustedReach(0.05, Infinity, moment(3) / moment(2) ** 1.5)
    missed.low += Number(mean + above * error < 1)
    missed.high += Number(mean - below * error > 1)
    missed.symmetricLow += Number(mean + 1.96 * error < 1)
    missed.symmetricHigh += Number(mean - 1.96 * error > 1)
  }
  const { low, high, symmetricLow, symmetricHigh } = missed
  assert.ok(symmetricLow > 4 * symmetricHigh && low < 3 * high && low + high < symmetricLow + symmetricHigh, JSON.stringify(missed))
})
