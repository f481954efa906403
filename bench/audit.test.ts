import assert from 'node:assert/strict'
import test from 'node:test'
import { bench, differing } from './audit.ts'
import type { Point } from './live/audit-sweeps.ts'
import { apart } from './live/numpy-sweeps.ts'

test('the bench works at a small size: every level of four elements has a figure, and where numpy was brought it is the same', async () => {
  const { figure, failures } = await bench.run({ small: true, progress: () => {} })
  assert.deepEqual(failures, [])
  assert.equal(figure.settings['flights'], 10_000)
  if (figure.peer) assert.equal((figure['differsAtMost'] as { compared: number }).compared, 3 * (figure.settings['levels'] as number))
})

const point = (perWeek: number | null, auc: number | null = 0.6): Point => ({ perWeek, low: perWeek, high: perWeek, auc })
const level = (withoutRetraining: Point, withRetraining = withoutRetraining) => ({
  withoutRetraining,
  withoutRetrainingAtVolume: withoutRetraining,
  withRetraining,
})

test('finds a level whose utility or AUC differs, or that one side lacks or leaves undecided', () => {
  const ours = [level(point(-3)), level(point(-5), point(-4))]
  assert.deepEqual(apart(ours, ours), { perWeek: 0, auc: 0, compared: 6, missing: 0 })
  const differences = (...theirs: (typeof ours)[number][]) => differing(apart(ours, theirs), ours.length)
  assert.deepEqual(differences(...ours), [])
  assert.deepEqual(differences(ours[0], level(point(-5), point(-4.4))), [], 'within the bound')
  assert.match(differences(ours[0], level(point(-5), point(-2)))[0], /differs by 2.00 late arrivals a week/)
  assert.match(differences(ours[0], level(point(-5, 0.601), point(-4)))[0], /an AUC differs by 1.0e-3/)
  assert.match(differences(ours[0])[0], /3 of 6 points/)
  assert.match(differences(ours[0], level(point(-5), point(null)))[0], /5 of 6 points/)
  assert.match(differences(ours[0], level(point(NaN), point(-4)))[0], /differs by NaN/)
})
