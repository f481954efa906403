import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../../base/random.ts'
import type { ClusterColumn } from '../domain/cases.ts'
import { bandsOf, estimatedBands, type Band, type Bands } from './intervals.ts'
import { sampleOf, type Sample } from './sample.ts'

const DAY = 86_400_000
const LENGTH = 6000

/** Sixty airports and sixty days; three levels. */
function history(): { sample: Sample; clusters: ClusterColumn[]; t: Float64Array; ladder: Float64Array[] } {
  const chance = random(5)
  const airport = Int32Array.from({ length: LENGTH }, () => Math.floor(chance() * 60))
  const day = Int32Array.from({ length: LENGTH }, (_, row) => Math.floor(row / 100))
  const t = Float64Array.from({ length: LENGTH }, (_, row) => (row * DAY) / 100)
  const u = Float64Array.from({ length: LENGTH }, () => chance())
  const ladder = [0.01, 0.02, 0.04].map(part => u.map(item => (item < part ? -1 : item > 1 - part / 4 ? 1 : 0)))
  const clusters = [
    { name: 'airport', of: airport, count: 60 },
    { name: 'day', of: day, count: 60 },
  ]
  return { sample: sampleOf({ t, clusters }, { from: 0, to: LENGTH }), clusters, t, ladder }
}

const fixture = history()
const bandOf = (bands: Bands, i: number): Band => bands.rungs[i] as Band
const whyOf = (bands: Bands, i = 0): string => (bands.rungs[i] as { why: string }).why

test('a weekly difference has a value, an error, and a simultaneous interval wider than the pointwise one', () => {
  const bands = bandsOf(fixture.sample, fixture.ladder, { seed: 1, decisionsAWeek: 700 })
  assert.deepEqual([bands.noVerdict, bands.caveats], [undefined, []])
  fixture.ladder.forEach((difference, i) => {
    const band = bandOf(bands, i)
    const sum = difference.reduce((sum, d) => sum + d, 0)
    assert.ok(Math.abs(band.value - (sum / LENGTH) * 700) < 1e-9)
    assert.ok(band.low < band.pointwise[0] && band.pointwise[1] < band.high)
    const [low, high] = band.pointwise
    assert.ok(high - low > 3.92 * band.error && high - low < 4.6 * band.error)
    const [least, greatest] = band.leaveOneOut
    assert.ok(least < band.value && band.value < greatest && band.low < least && greatest < band.high)
    assert.ok(band.worstWeek! < band.value)
    assert.deepEqual([band.known, band.differing], [LENGTH, difference.filter(d => d !== 0).length])
  })
  const [alone] = bandsOf(fixture.sample, fixture.ladder.slice(0, 1), { seed: 1 }).rungs as Band[]
  assert.deepEqual([alone.low, alone.high], alone.pointwise)
})

test('where three of sixty days have the losses, the interval extends further down', () => {
  const shocks = fixture.ladder[2].map((d, row) => (row % 2000 < 100 ? -Math.abs(d) * 5 : d < 0 ? 0 : d))
  const { value, low, high } = bandOf(bandsOf(fixture.sample, [shocks], { seed: 1 }), 0)
  assert.ok(value - low > 1.3 * (high - value), `${low} ${value} ${high}`)
})

test('a seed determines the intervals, and the volume scales them', () => {
  const bands = bandsOf(fixture.sample, fixture.ladder, { seed: 1, draws: 500, decisionsAWeek: 700 })
  assert.deepEqual(bandsOf(history().sample, fixture.ladder, { seed: 1, draws: 500, decisionsAWeek: 700 }), bands)
  assert.notDeepEqual(bandsOf(fixture.sample, fixture.ladder, { seed: 2, draws: 500, decisionsAWeek: 700 }), bands)
  const twice = bandOf(bandsOf(fixture.sample, fixture.ladder, { seed: 1, draws: 500, decisionsAWeek: 1400 }), 2)
  const once = bandOf(bands, 2)
  for (const name of ['value', 'low', 'high', 'error'] as const) assert.ok(Math.abs(twice[name] - 2 * once[name]) < 1e-9)
})

test('the order of rows does not matter', () => {
  const chance = random(9)
  const order = Array.from({ length: LENGTH }, (_, row) => row).sort(() => chance() - 0.5)
  const clusters = fixture.clusters.map(column => ({ ...column, of: Int32Array.from(order, row => column.of[row]) }))
  const ladder = fixture.ladder.map(difference => Float64Array.from(order, row => difference[row]))
  const sample = sampleOf({ t: fixture.t, clusters }, { from: 0, to: LENGTH })
  const [result, expected] = [bandsOf(sample, ladder, { seed: 1 }), bandsOf(fixture.sample, fixture.ladder, { seed: 1 })]
  assert.deepEqual(result.clusters, expected.clusters)
  for (const i of [0, 1, 2])
    for (const name of ['value', 'low', 'high', 'error', 'freedom'] as const)
      assert.ok(Math.abs(bandOf(result, i)[name] - bandOf(expected, i)[name]) < 1e-9 * Math.abs(bandOf(expected, i)[name]))
})

test('an alternative without changes differs by exactly 0, and affects no other', () => {
  const bands = bandsOf(fixture.sample, [new Float64Array(LENGTH), ...fixture.ladder], { seed: 1 })
  const nothing = bandOf(bands, 0)
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
  assert.deepEqual(bands.rungs.slice(1), bandsOf(fixture.sample, fixture.ladder, { seed: 1 }).rungs)
})

test('decisions with an unknown difference are ignored', () => {
  const knownValues = Array.from({ length: LENGTH }, (_, row) => row).filter(row => row % 3 !== 0 || row === 0)
  const clusters = fixture.clusters.map(column => ({ ...column, of: Int32Array.from(knownValues, row => column.of[row]) }))
  const without = sampleOf({ t: Float64Array.from(knownValues, row => fixture.t[row]), clusters }, { from: 0, to: knownValues.length })
  const holes = fixture.ladder.map(difference => difference.map((d, row) => (row % 3 !== 0 || row === 0 ? d : NaN)))
  // Between two differences without unknown rows: caches must not leak from one to the next.
  const ladder = [fixture.ladder[0], ...holes, fixture.ladder[0]]
  const result = estimatedBands(fixture.sample, ladder, { seed: 1, decisionsAWeek: 700 })
  fixture.ladder.forEach((difference, i) => {
    const [expected] = estimatedBands(without, [Float64Array.from(knownValues, row => difference[row])], { seed: 1, decisionsAWeek: 700 })
      .rungs as Band[]
    const band = bandOf(result, i + 1)
    assert.ok(
      Math.abs(band.error - expected.error) < 1e-12 * expected.error &&
        Math.abs(band.value - expected.value) < 1e-9 &&
        band.known === knownValues.length,
    )
  })
  assert.deepEqual(bandOf(result, 0), bandOf(result, 4))
})

test('with too few clusters there are point estimates and the reason for no interval', () => {
  const clusters = [{ name: 'patient', of: Int32Array.from({ length: LENGTH }, (_, row) => row % 9), count: 9 }, fixture.clusters[1]]
  const sample = sampleOf({ t: fixture.t, clusters }, { from: 0, to: LENGTH })
  const bands = bandsOf(sample, fixture.ladder, { seed: 1 })
  assert.deepEqual(
    bands.rungs,
    estimatedBands(sample, fixture.ladder, { seed: 1 }).rungs.map(band => ({
      why: '9 patients: no verdict under 20',
      value: (band as { readonly value: number }).value,
    })),
  )
  assert.ok(bandOf(estimatedBands(sample, fixture.ladder, { seed: 1 }), 0).error > 0)
})

test('degenerate samples give a reason and never NaN', () => {
  const patient = [{ name: 'patient', of: new Int32Array(LENGTH), count: 1 }]
  assert.equal(
    whyOf(bandsOf(sampleOf({ t: fixture.t, clusters: patient }, { from: 0, to: LENGTH }), fixture.ladder, { seed: 1 })),
    '1 patient: no verdict under 20',
  )
  const single = sampleOf(fixture, { from: 0, to: 1 })
  assert.match(whyOf(bandsOf(single, [Float64Array.of(1)], { seed: 1, decisionsAWeek: 7 })), /for one decision alone$/)
  const none = sampleOf(fixture, { from: 5, to: 5 })
  assert.match(whyOf(bandsOf(none, [new Float64Array(0)], { seed: 1 })), /for no decision$/)
  assert.match(whyOf(bandsOf(fixture.sample, [new Float64Array(LENGTH).fill(NaN)], { seed: 1 })), /for no decision$/)
  assert.deepEqual(bandsOf(fixture.sample, [], { seed: 1 }), { clusters: [], rungs: [], caveats: [] })
  const instant = sampleOf({ ...fixture, t: new Float64Array(LENGTH) }, { from: 0, to: LENGTH })
  assert.match(whyOf(bandsOf(instant, fixture.ladder, { seed: 1 })), /^all decisions are at one instant/)
  const endless = fixture.ladder[0].slice()
  endless[17] = Infinity
  const bands = bandsOf(fixture.sample, [endless, fixture.ladder[1]], { seed: 1 })
  assert.equal(whyOf(bands), 'a difference is not finite')
  assert.ok(Number.isFinite(bandOf(bands, 1).low))
})

test('a constant difference has an interval of width 0', () => {
  const band = bandOf(bandsOf(fixture.sample, [new Float64Array(LENGTH).fill(-0.5)], { seed: 1, decisionsAWeek: 700 }), 0)
  assert.deepEqual([band.value, band.low, band.high, band.leaveOneOut], [-350, -350, -350, [-350, -350]])
})

test('finite differences give finite numbers, in order', () => {
  const size = fc.constantFrom(1e-150, 1e-30, 1, 1e30, 1e150)
  const row = fc.tuple(fc.constantFrom(0, 0, 0, 1, -1, 0.1, NaN), fc.nat(3), fc.nat(3))
  fc.assert(
    fc.property(size, fc.array(row, { minLength: 1, maxLength: 25 }), fc.nat(), (size, rows, seed) => {
      const clusters = [1, 2].map(i => ({ name: `c${i}`, of: Int32Array.from(rows, row => row[i]), count: 4 }))
      const sample = sampleOf({ t: Float64Array.from(rows, (_, i) => i * DAY), clusters }, { from: 0, to: rows.length })
      const differences = [1, -2, 0].map(times => Float64Array.from(rows, ([d]) => d * times * size))
      const bands = estimatedBands(sample, differences, { seed, draws: 200 })
      assert.ok(bands.clusters.every(({ effective, count }) => effective >= 0 && effective <= count + 1e-9))
      for (const rung of bands.rungs) {
        if ('why' in rung) continue
        const { low, value, high, error, pointwise, leaveOneOut, worstWeek } = rung
        const inOrder = [low, pointwise[0], value, pointwise[1], high]
        assert.ok([...inOrder, error, ...leaveOneOut, worstWeek ?? 0].every(Number.isFinite), JSON.stringify(rung))
        inOrder.slice(1).forEach((item, i) => assert.ok(inOrder[i] <= item, JSON.stringify(rung)))
        assert.ok(leaveOneOut[0] <= value && value <= leaveOneOut[1] && rung.freedom > 0)
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
