/** Estimates from a history with exploration, compared with the truth. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exploringHistory, THRESHOLD, type Explored, type ExploringWorld } from '../../../test/audit/exploring-world.ts'
import type { Cases, PlanDecisions } from '../domain/cases.ts'
import { alertsAt, valueBounds, sumOfKnown, utilityOf } from '../value/index.ts'
import { differenceIntervals, tooFewExplored } from './intervals.ts'
import { sparseOf } from '../value/sparse.ts'

const HOUR = 3_600_000
const SEEDS = 120
const world: ExploringWorld = { days: 60, perDay: 80, cards: 80, explore: 0.25 }
const { values } = utilityOf({ utility: { kind: 'money', saves: 'amount', wrong: 10 } }, { name: 'fraud' })

const givenOf = (cases: Cases, decided: PlanDecisions) => {
  const alert = alertsAt(cases, decided.score, { threshold: THRESHOLD })
  return { cases, decided, alert, rows: cases.blocks.test }
}
const meanOf = (all: Float64Array): number => {
  const { sum, n } = sumOfKnown(all)
  return sum / n
}
const lossOf = (cases: Cases, { now, older }: Explored): Float64Array => {
  const less = values(givenOf(cases, now))
  return values(givenOf(cases, older)).map((explored, row) => explored - less[row])
}

const worlds = Array.from({ length: SEEDS }, (_, seed) => exploringHistory(seed + 1, world))

test('with propensity weights the current value and the loss of older data are unbiased; without them they are not', () => {
  const means = (of: (explored: Explored) => number): { mean: number; error: number } => {
    const all = worlds.map(of)
    const mean = all.reduce((sum, explored) => sum + explored, 0) / all.length
    return { mean, error: Math.sqrt(all.reduce((sum, explored) => sum + (explored - mean) ** 2, 0) / all.length ** 2) }
  }
  for (const of of [
    (cases: Cases, explored: Explored) => meanOf(values(givenOf(cases, explored.now))),
    (cases: Cases, explored: Explored) => meanOf(lossOf(cases, explored)),
  ]) {
    const truth = means(explored => of(explored.truth, explored)).mean
    const off = means(explored => of(explored.seen, explored) - of(explored.truth, explored))
    assert.ok(Math.abs(off.mean) < 4 * off.error && off.error < 0.05 * Math.abs(truth), `${off.mean} ± ${off.error} beside ${truth}`)
    const alone = means(explored => of({ ...explored.seen, propensityWeights: undefined! }, explored)).mean
    assert.ok(Math.abs(alone - truth) > 0.3 * Math.abs(truth), `${alone} by what was let through, and ${truth}`)
  }
})

test('intervals of the loss of older data have their nominal coverage', () => {
  const truth = worlds.reduce((sum, explored) => sum + meanOf(lossOf(explored.truth, explored)), 0) / SEEDS
  let [covered, width, wholeWidth] = [0, 0, 0]
  for (const explored of worlds) {
    const [interval] = differenceIntervals(explored.sampleOf(explored.seen), [lossOf(explored.seen, explored)], {
      seed: 1,
      draws: 500,
      decisionsPerUnit: 1,
    }).levels
    const [whole] = differenceIntervals(explored.sampleOf(explored.truth), [lossOf(explored.truth, explored)], {
      seed: 1,
      draws: 500,
      decisionsPerUnit: 1,
    }).levels
    assert.ok(!('why' in interval) && !('why' in whole))
    if (interval.low <= truth && truth <= interval.high) covered++
    width += interval.high - interval.low
    wholeWidth += whole.high - whole.low
  }
  // With every label 93 % are covered in this world, 112 of 120; 3 standard deviations below are 103.6.
  assert.ok(covered >= 104, `${covered} of ${SEEDS} cover ${truth}`)
  assert.ok(width > 1.2 * wholeWidth, 'drawing a quarter costs something')
})

test('without exploration there are bounds, and the truth lies between them', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const explored = exploringHistory(seed, { ...world, explore: 0 })
    assert.deepEqual([explored.seen.undone, explored.seen.propensityWeights], [undefined, undefined])
    const evaluation = givenOf(explored.seen, explored.now)
    const { ifTrue, ifFalse } = valueBounds(values, evaluation, HOUR)
    const truth = meanOf(values(givenOf(explored.truth, explored.now)))
    assert.ok(meanOf(ifFalse) < truth && truth < meanOf(ifTrue))
    assert.ok(values(evaluation).some(Number.isNaN))
  }
})

test('with too few explored decisions among the changed ones there is no interval', () => {
  const [explored] = worlds
  const sample = explored.sampleOf(explored.seen)
  const { weight } = sample
  const stood = [...weight!.keys()].filter(row => weight![row] === 0)
  const undone = [...weight!.keys()].filter(row => weight![row] > 1)
  const differing = (hidden: number, left: number): Float64Array => {
    const column = new Float64Array(sample.length)
    for (const row of [...stood.slice(0, hidden), ...undone.slice(0, left)]) column[row] = 1
    return column
  }
  const whyOf = (hidden: number, left: number) => tooFewExplored(sample, sparseOf(differing(hidden, left)))?.why
  assert.equal(whyOf(40, 14), 'it changes 40 decisions whose outcome an action hid, and 14 explored ones: under 15 there is no interval')
  assert.equal(whyOf(40, 15), undefined)
  assert.equal(whyOf(0, 0), undefined)
  assert.equal(tooFewExplored({}, sparseOf(differing(40, 0))), undefined)
  const [interval] = differenceIntervals(sample, [differing(40, 14)], { seed: 1 }).levels
  assert.ok('why' in interval && interval.why.startsWith('it changes 40'))
})
