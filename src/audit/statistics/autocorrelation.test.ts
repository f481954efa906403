import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { significantAutocorrelation } from './autocorrelation.ts'
import { clusteredSample, type ClusteredSample } from './sample.ts'
import type { SparseValues } from '../value/sparse.ts'
import { sparseDifferences } from './cell-sums.ts'
import { clusterInfluence } from './variance.ts'

const [DAYS, A_DAY, DAY] = [80, 50, 86_400_000]

interface Made {
  readonly sample: ClusteredSample
  readonly found: readonly SparseValues[]
}

/** Days lose much or little, in runs of `stretch` days; `calm` further levels differ by chance alone. */
function withShocks(runDays: number, seed: number, { isTime = true, calm = 0, days = DAYS } = {}): Made {
  const chance = random(seed)
  const of = Int32Array.from({ length: days * A_DAY }, (_, row) => Math.floor(row / A_DAY))
  const rates = Array.from({ length: days }, () => (chance() < 0.3 ? 0.3 : 0.02))
  const shocked = Float64Array.from(of, day => (chance() < rates[Math.floor(day / runDays)] ? -1 : 0))
  const others = Array.from({ length: calm }, () => Float64Array.from(of, () => (chance() < 0.05 ? -1 : 0)))
  const sample = clusteredSample(
    { t: Float64Array.from(of, day => day * DAY), clusters: [{ name: 'day', of, count: days, ...(isTime && { span: DAY }) }] },
    { from: 0, to: of.length },
  )
  return { sample, found: sparseDifferences(sample, [shocked, ...others]) }
}

const shockOf = ({ sample, found }: Made): ReturnType<typeof significantAutocorrelation> =>
  significantAutocorrelation(sample, found.length, set => found.map(difference => clusterInfluence(set, difference)))

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
  assert.equal(shockOf({ ...withShocks(5, 1), found: [] }), undefined)
})
