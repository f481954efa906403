import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { caveatText } from '../domain/caveat.ts'
import type { SparseValues } from '../value/sparse.ts'
import { significantAutocorrelation } from './block-length.ts'
import { sparseDifferences } from './cell-sums.ts'
import { differenceIntervals, uncheckedIntervals, type LevelInterval } from './intervals.ts'
import { clusteredSample, type ClusteredSample } from './sample.ts'
import { clusterInfluence } from './variance.ts'

const [ROWS_PER_DAY, DAY] = [60, 86_400_000]

/** One of sixty entities and a day for each row; in runs of `stretch` days the losses are high or low. */
function history(days: number, runDays: number, seed: number, isTime = true): { sample: ClusteredSample; difference: Float64Array } {
  const chance = random(seed)
  const day = Int32Array.from({ length: days * ROWS_PER_DAY }, (_, row) => Math.floor(row / ROWS_PER_DAY))
  const entity = Int32Array.from(day, () => Math.floor(chance() * 60))
  const rates = Array.from({ length: days }, () => (chance() < 0.2 ? 0.4 : 0.04))
  const clusters = [
    { name: 'airport', of: entity, count: 60 },
    { name: 'day', of: day, count: days, ...(isTime && { span: DAY }) },
  ]
  const sample = clusteredSample({ t: Float64Array.from(day, (day, row) => day * DAY + row), clusters }, { from: 0, to: day.length })
  return { sample, difference: Float64Array.from(day, day => (chance() < rates[Math.floor(day / runDays)] ? -1 : 0)) }
}

const intervalOf = ({ sample, difference }: ReturnType<typeof history>): LevelInterval =>
  uncheckedIntervals(sample, [difference], { seed: 1, decisionsPerUnit: 1 }).levels[0] as LevelInterval

test('three-day shocks lengthen the blocks, widen the intervals and give a caveat', () => {
  const sampled = history(240, 3, 1)
  const intervals = differenceIntervals(sampled.sample, [sampled.difference], { seed: 1 })
  const [airport, blocks] = intervals.clusters
  assert.deepEqual([airport.name, airport.count], ['airport', 60])
  assert.ok(['2-day block', '4-day block', '7-day block'].includes(blocks.name), blocks.name)
  assert.match(
    intervals.caveats.map(caveatText).join('\n'),
    /differences of neighbouring days are autocorrelated \(0\.[5-9]\d\): intervals use \d-day blocks$/,
  )
  const [own, short] = [intervalOf(sampled), intervalOf(history(240, 3, 1, false))]
  // Three days count as one: by days the error would be √3 times too small.
  assert.ok(own.error > 1.4 * short.error && own.error < 2.3 * short.error, `${own.error} for ${short.error}`)
  assert.equal(own.value, short.value)
  assert.ok(own.freedom < short.freedom)
})

test('with too few blocks left the caveat stays, and there is no verdict', () => {
  const sampled = history(36, 6, 4)
  const intervals = differenceIntervals(sampled.sample, [sampled.difference], { seed: 1 })
  assert.equal(intervals.noVerdict, '18 2-day blocks, because differences of neighbouring days are autocorrelated: no verdict under 20')
  assert.deepEqual(
    intervals.levels.map(level => 'why' in level && level.why),
    [intervals.noVerdict],
  )
  assert.match(intervals.caveats.map(caveatText).join('\n'), /differences of neighbouring days are autocorrelated .*: shocks last longer/)
})

test('one-day shocks leave the blocks unchanged, to the bit', () => {
  const [timed, plain] = [true, false].map(isTime => intervalOf(history(100, 1, 2, isTime)))
  assert.deepEqual(timed, plain)
})

test('sweeps of one sample use the same longer blocks', () => {
  const sampled = history(240, 3, 1)
  const first = differenceIntervals(sampled.sample, [sampled.difference], { seed: 1 })
  assert.deepEqual(differenceIntervals(sampled.sample, [sampled.difference], { seed: 1 }), first)
  assert.equal(sampled.sample.columns[1].name, 'day', 'the sample itself stays as it is')
})

interface Shocked {
  readonly sample: ClusteredSample
  readonly differences: readonly SparseValues[]
}

/** Days lose much or little, in runs of `stretch` days; `calm` further levels differ by chance alone. */
function withShocks(runDays: number, seed: number, { isTime = true, calm = 0, days = 80 } = {}): Shocked {
  const chance = random(seed)
  const of = Int32Array.from({ length: days * 50 }, (_, row) => Math.floor(row / 50))
  const rates = Array.from({ length: days }, () => (chance() < 0.3 ? 0.3 : 0.02))
  const shocked = Float64Array.from(of, day => (chance() < rates[Math.floor(day / runDays)] ? -1 : 0))
  const others = Array.from({ length: calm }, () => Float64Array.from(of, () => (chance() < 0.05 ? -1 : 0)))
  const sample = clusteredSample(
    { t: Float64Array.from(of, day => day * DAY), clusters: [{ name: 'day', of, count: days, ...(isTime && { span: DAY }) }] },
    { from: 0, to: of.length },
  )
  return { sample, differences: sparseDifferences(sample, [shocked, ...others]) }
}

const shockOf = ({ sample, differences }: Shocked): ReturnType<typeof significantAutocorrelation> =>
  significantAutocorrelation(sample, differences.length, set => differences.map(difference => clusterInfluence(set, difference)))

test('shocks longer than a block are detected, even if most levels have none', () => {
  for (const calm of [0, 7]) {
    const { column, correlation } = shockOf(withShocks(5, 1, { calm }))!
    assert.equal(column, 0)
    // With shocks of five days four fifths of neighbouring blocks share one.
    assert.ok(correlation > 0.5 && correlation < 0.95, String(correlation))
  }
})

test('shocks of one block are not significant, for any number of levels', () => {
  const alarms = (calm: number): number => Array.from({ length: 60 }, (_, seed) => withShocks(1, seed, { calm })).filter(shockOf).length
  assert.ok(alarms(0) <= 3)
  assert.ok(alarms(7) <= 3)
})

test('entity columns, too few blocks and no levels give no autocorrelation', () => {
  const [entity, few] = [withShocks(5, 1, { isTime: false }), withShocks(5, 1, { days: 19 })]
  assert.equal(shockOf(entity), undefined)
  assert.equal(shockOf(few), undefined)
  assert.equal(shockOf({ ...withShocks(5, 1), differences: [] }), undefined)
})
