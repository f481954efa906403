/** The arithmetic of the case study, on a pipeline of one source with known costs. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CostModel } from 'spillway/audit'
import { costCase, groupOf, HOUR, nightlyJob, stream, streaming } from '../../test/audit/cost-case.ts'
import { changeOf, machineCost, studyCosts } from './audit-study-costs.ts'

const inputs = costCase({ groups: { fast: groupOf(), slow: groupOf({ reach: 30 * 24 * HOUR }) } })
const now = streaming(inputs)

test('a change is relative to the cost before, and ordered', () => {
  const change = changeOf({ low: 10, base: 20, high: 40 }, { low: 15, base: 25, high: 41 })
  for (const [actual, expected] of [
    [change.low, 0.025],
    [change.base, 0.25],
    [change.high, 0.5],
  ])
    assert.ok(Math.abs(actual - expected) < 1e-12)
  const zero = { low: 0, base: 0, high: 0 }
  assert.throws(() => changeOf(zero, change), /^RangeError: the cost before is 0, so a relative change/)
})

test('the case study compares nightly, selective and everything', () => {
  // All work belongs to the nightly run; streamed work has left it.
  const model = new CostModel(inputs, new Map([...now, ['ingestion', nightlyJob], ['group/fast', nightlyJob], ['group/slow', nightlyJob]]))
  const plans = { nightly: new Map(), selective: new Map([['group/fast', stream]]), everything: nothingBatch() }
  const study = studyCosts(model, plans)
  const costs = [plans.nightly, plans.selective, plans.everything].map(plan => model.costOf(plan))
  assert.deepEqual(Object.values(study.machines), costs.map(machineCost))
  assert.ok(Math.abs(study.added.base - (machineCost(costs[1]).base / machineCost(costs[0]).base - 1)) < 1e-12)
  const [before, after] = [model.batchHours(plans.nightly).base, model.batchHours(plans.selective).base]
  assert.ok(Math.abs(study.slimmer.base - (after / before - 1)) < 1e-12)
  assert.ok(study.slimmer.base < 0)
  assert.equal(study.cheaperThanEverything, true)
  assert.match(study.words[0], /^selective streaming: machines \$.* \/ \$.* a month = \+[\d,.]+ % \[/)
  assert.match(study.words[1], /^nightly run without what streams: .* = -[\d.]+ % \[-/)
})

test('runs every few minutes do not belong to the nightly run', () => {
  const model = new CostModel(inputs, new Map([...now, ['ingestion', nightlyJob], ['group/fast', nightlyJob], ['group/slow', nightlyJob]]))
  const often = new Map([['group/fast', { kind: 'every', every: 300_000 } as const]])
  assert.ok(model.batchHours(often).base > model.batchHours(new Map()).base)
  const streamed = new Map([['group/fast', stream]])
  assert.deepEqual(model.batchHours(often, 12 * HOUR), model.batchHours(streamed, 12 * HOUR))
  assert.deepEqual(
    studyCosts(model, { nightly: new Map(), selective: often, everything: nothingBatch() }).slimmer,
    studyCosts(model, { nightly: new Map(), selective: streamed, everything: nothingBatch() }).slimmer,
  )
})

const nothingBatch = () => new Map(['ingestion', 'group/fast', 'group/slow'].map(id => [id, stream] as const))
