/** Count bounds: computed by hand, and their coverage over histories with known truth. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, type Random } from '../../base/random.ts'
import type { ClusterColumn } from '../domain/cases.ts'
import { uncheckedIntervals, type LevelInterval } from './intervals.ts'
import { countBound, largestPossibleDifference, type CountBound, type DifferenceCounts } from './small-counts.ts'
import { poissonUpper } from './distributions.ts'
import { clusteredSample, type ClusteredSample } from './sample.ts'
import { sparseDifferences } from './cell-sums.ts'
import { estimateVariance } from './variance.ts'

const LENGTH = 6000
/** Rows of a drawn history. */
const DRAWN = 1500
const DAY = 86_400_000

function sampleBy(columns: readonly Int32Array[]): ClusteredSample {
  const length = columns[0].length
  const clusters = columns.map((of, i): ClusterColumn => ({ name: `c${i}`, of, count: 60 }))
  return clusteredSample({ t: Float64Array.from({ length }, (_, row) => (row * DAY) / 100), clusters }, { from: 0, to: length })
}

/** Sixty airports in turn, sixty days in sequence. */
const sample = sampleBy([
  Int32Array.from({ length: LENGTH }, (_, row) => row % 60),
  Int32Array.from({ length: LENGTH }, (_, row) => Math.floor(row / 100)),
])

const counted = (difference: Float64Array, by = sample): DifferenceCounts =>
  estimateVariance(by.cells, sparseDifferences(by, [difference])[0]).counts
const boundOf = (difference: Float64Array, maximum: number, by = sample): CountBound | undefined => {
  const { few } = counted(difference, by)
  return few && countBound(few, maximum)
}
const differing = (of: Readonly<Record<number, number>>): Float64Array => {
  const difference = new Float64Array(LENGTH)
  for (const [row, d] of Object.entries(of)) difference[Number(row)] = d
  return difference
}
const near = (result: readonly number[], expected: readonly number[]): void =>
  result.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) < 1e-9 * Math.abs(expected[i]), `${result.join()} for ${expected.join()}`),
  )

test('one differing decision: its amount times the count bound, and on the other side times the bound of none', () => {
  near(boundOf(differing({ 7: -3 }), 3)!(0.05), [-3 * poissonUpper(1, 0.025), 3 * poissonUpper(0, 0.025)])
  near(boundOf(differing({ 7: 3, 1000: 3, 2015: 3 }), 3)!(0.01), [-3 * poissonUpper(0, 0.005), 3 * poissonUpper(3, 0.005)])
})

test('unequal amounts have a count bound per level, so one large amount does not set the bound for all', () => {
  // Levels: 0 exceed 100, 1 exceeds 10, 3 exceed 0.
  const [, high] = boundOf(differing({ 7: 100, 1000: 10, 2015: 10 }), 100)!(0.05)
  near([high], [90 * poissonUpper(1, 0.0125) + 10 * poissonUpper(3, 0.0125)])
  assert.ok(high < 100 * poissonUpper(3, 0.025))
})

test('decisions of one airport or day count once, by their sum', () => {
  // Three decisions of airport 7: one cluster that lost 6, or three decisions and three days that lost 2 each.
  const [low] = boundOf(differing({ 7: -2, 1027: -2, 2047: -2 }), 2)!(0.05)
  near([low], [-6 * poissonUpper(1, 0.025)])
  assert.ok(-low > 2 * poissonUpper(3, 0.025))
})

test('there is a bound where few clusters of some column differ', () => {
  const spread = differing(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i * 101, 1])))
  assert.equal(boundOf(spread, 1), undefined)
  const oneDay = differing(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, 1])))
  near(boundOf(oneDay, 1)!(0.05), [-20 * poissonUpper(0, 0.025), 20 * poissonUpper(1, 0.025)])
})

const intervalFor = (by: ClusteredSample, difference: Float64Array): LevelInterval =>
  uncheckedIntervals(by, [difference], { seed: 1, decisionsPerUnit: by.length }).levels[0] as LevelInterval

test('the largest possible difference is the largest of any level, and more where all have few', () => {
  const [single, pair] = [counted(differing({ 7: -3 })), counted(differing({ 7: 1, 8: 5 }))]
  assert.deepEqual([largestPossibleDifference([single]), largestPossibleDifference([single, pair])], [6, 7.5])
  const many = counted(Float64Array.from({ length: LENGTH }, (_, row) => (row % 37 === 0 ? -4 : 0)))
  assert.equal(largestPossibleDifference([single, many]), 4)
  // One level, from 4 to 0, that one decision exceeds.
  near(boundOf(differing({ 7: -3 }), 4)!(0.05), [-4 * poissonUpper(1, 0.025), 4 * poissonUpper(0, 0.025)])
})

test('the bound replaces an interval that one of ten decisions inflates', () => {
  const amounts = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i * 101, i === 0 ? -5000 : i % 2 === 0 ? 40 : -60]))
  const interval = intervalFor(sample, differing(amounts))
  assert.equal(interval.isCounted, true)
  assert.ok(interval.freedom < 1.1 && interval.low > -40_000 && interval.high < 40_000, `${interval.low} to ${interval.high}`)
  assert.deepEqual([interval.low, interval.high], interval.pointwise)
})

test('the bound replaces an interval that one of sixty decisions inflates', () => {
  const amounts = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i * 99, i === 0 ? -5000 : i % 2 === 0 ? 40 : -60]))
  const interval = intervalFor(sample, differing(amounts))
  assert.equal(interval.isCounted, true)
  assert.ok(interval.freedom < 1.1 && interval.low > -40_000 && interval.high < 40_000, `${interval.low} to ${interval.high}`)
  const evenAmounts = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i * 99, i % 2 === 0 ? 40 : -60]))
  assert.equal(intervalFor(sample, differing(evenAmounts)).isCounted, undefined)
})

test('one differing decision uses the count bound, many use the standard error', () => {
  const single = intervalFor(sample, differing({ 7: -1 }))
  assert.equal(single.isCounted, true)
  near([single.low, single.high], [-2 * poissonUpper(1, 0.025), 2 * poissonUpper(0, 0.025)])
  assert.equal(
    intervalFor(
      sample,
      Float64Array.from({ length: LENGTH }, (_, row) => (row % 37 === 0 ? -1 : 0)),
    ).isCounted,
    undefined,
  )
})

test('with too few clusters for a verdict the count bound is not used', () => {
  const few = sampleBy([
    Int32Array.from({ length: LENGTH }, (_, row) => row % 12),
    Int32Array.from({ length: LENGTH }, (_, row) => Math.floor(row / 100)),
  ])
  const interval = intervalFor(few, differing({ 7: -1 }))
  assert.equal(interval.isCounted, undefined)
  assert.ok(interval.low < -2 * poissonUpper(1, 0.025))
})

interface Sparse {
  readonly expected: number
  /** The amount of each differing decision, with mean `mean`. */
  readonly amount: (chance: Random) => number
  readonly mean: number
  /** One day in ten has all differing decisions. */
  readonly shocks?: boolean
  /** One airport in six has all differing decisions. */
  readonly unequal?: boolean
}

/** Amounts with mean 1. */
const lognormal = (chance: Random, sigma = 0.8): number =>
  Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance()) - sigma ** 2 / 2)

const sparse: Readonly<Record<string, Omit<Sparse, 'expected'>>> = {
  'losses of one': { amount: () => -1, mean: -1 },
  'as many gains as losses': { amount: chance => (chance() < 0.5 ? 1 : -1), mean: 0 },
  'dollars lost': { amount: chance => -lognormal(chance), mean: -1 },
  'dollars lost and some won': { amount: chance => (chance() < 0.8 ? -1 : 1) * lognormal(chance), mean: -0.6 },
  'on few days': { amount: () => -1, mean: -1, shocks: true },
  'of few airports': { amount: () => -1, mean: -1, unequal: true },
}

/** The coverage of the common mean over drawn histories with at least one difference. */
function coverageOf({ expected, amount, mean, shocks = false, unequal = false }: Sparse, cases: number, seed: number) {
  const chance = random(seed)
  let [bounded, intervals, chosen, seen, drawn] = [0, 0, 0, 0, 0]
  while (drawn < cases) {
    const airport = Int32Array.from({ length: DRAWN }, () => Math.floor(chance() * 60))
    const day = Int32Array.from({ length: DRAWN }, (_, row) => Math.floor(row / 25))
    const rateOf = (count: number, isLeft: boolean, of: number): Float64Array =>
      Float64Array.from({ length: count }, () => (isLeft ? (chance() < 1 / of ? of : 0) : 1))
    const [byAirport, byDay] = [rateOf(60, unequal, 6), rateOf(60, shocks, 10)]
    const difference = Float64Array.from(airport, (airport, row) =>
      chance() < (expected / DRAWN) * byAirport[airport] * byDay[day[row]] ? amount(chance) : 0,
    )
    if (difference.every(d => d === 0)) continue
    drawn++
    const by = sampleBy([airport, day])
    const truth = expected * mean
    const { few, ...rest } = counted(difference, by)
    const bound = few && countBound(few, largestPossibleDifference([rest]))(0.05)
    if (bound) {
      seen++
      bounded += Number(bound[0] <= truth && truth <= bound[1])
    }
    const { low, high, isCounted } = intervalFor(by, difference)
    intervals += Number(low <= truth && truth <= high)
    chosen += Number(isCounted ?? false)
  }
  return { bounded: bounded / seen, intervals: intervals / drawn, chosen, seen }
}

test('of many amounts that differ by orders of magnitude the chosen intervals have their nominal coverage', () => {
  const cases = 100
  const amount = (chance: Random): number => (chance() < 0.6 ? -1 : 1) * lognormal(chance, 2)
  for (const expected of [30, 100]) {
    const result = coverageOf({ expected, amount, mean: -0.2 }, cases, 5)
    assert.ok(result.intervals >= 0.95 - 3 * Math.sqrt((0.05 * 0.95) / cases), `${expected}: ${JSON.stringify(result)}`)
    assert.ok(result.chosen > 10, JSON.stringify(result))
  }
})

test('the bounds and the chosen intervals have their nominal coverage', () => {
  const cases = 100
  const chance = 3 * Math.sqrt((0.05 * 0.95) / cases)
  let chosen = 0
  for (const [name, world] of Object.entries(sparse))
    for (const expected of [0.3, 2, 8]) {
      const result = coverageOf({ ...world, expected }, cases, 1)
      assert.ok(result.bounded >= 0.95 - chance, `${name}, ${expected}: ${JSON.stringify(result)}`)
      assert.ok(result.intervals >= 0.95 - chance, `${name}, ${expected}: ${JSON.stringify(result)}`)
      chosen += result.chosen
    }
  assert.ok(chosen > 200, String(chosen))
})
