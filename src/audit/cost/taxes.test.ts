import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costCase, groupOf, HOUR, nightlyJob, stream, streaming } from '../../../test/audit/cost-case.ts'
import { caseStudy, changeOf, machineCost } from './case-study.ts'
import { CostModel } from './cost-model.ts'
import { buildCostPart } from './cost-part.ts'
import { rangeDifference, exactRange } from './range.ts'
import { nightlyPlan, stalenessTax, streamingTax } from './taxes.ts'

const given = costCase({ groups: { fast: groupOf(), slow: groupOf({ reach: 30 * 24 * HOUR }) } })
const now = streaming(given)

test('the streaming tax is the saving of nightly runs', () => {
  const model = new CostModel(given, now)
  const plan = nightlyPlan(now)
  assert.deepEqual([...plan.keys()], ['ingestion', 'group/fast', 'group/slow'])
  assert.deepEqual(plan.get('group/slow'), nightlyJob)
  const tax = streamingTax(model, now)
  assert.deepEqual(tax, rangeDifference(model.costOf(new Map()).steadyYear, model.costOf(plan).steadyYear))
  assert.ok(tax.low > 0 && tax.low < tax.base && tax.base < tax.high)
  const batch = new Map([...now, ...plan])
  assert.deepEqual(streamingTax(new CostModel(given, batch), batch), exactRange(0))
})

test('the staleness tax is the monthly loss times its price, or a reason', () => {
  const lost = { value: 7, low: -7, high: 21 }
  const tax = stalenessTax(lost, 2) as { low: number; base: number; high: number }
  for (const [actual, expected] of [
    [tax.low, -60.8333],
    [tax.base, 60.8333],
    [tax.high, 182.5],
  ])
    assert.ok(Math.abs(actual - expected) < 1e-3)
  assert.match((stalenessTax(lost, undefined) as { why: string }).why, /no price of a unit/)
  assert.match((stalenessTax(lost, -1) as { why: string }).why, /worth -1 dollars/)
  assert.match((stalenessTax({ ...lost, high: NaN }, 1) as { why: string }).why, /could not be estimated/)
  assert.deepEqual(stalenessTax({ why: 'nine patients' }, 1), { why: 'nine patients' })
})

test('the cost part has both plans, both taxes, and the description of its prices', () => {
  const proposed = new Map([['group/slow', nightlyJob]])
  const part = buildCostPart({ inputs: given, now, proposed, lost: { why: 'no labels' } })
  const model = new CostModel(given, now)
  assert.deepEqual(part.now, model.costOf(new Map()))
  assert.deepEqual(part.proposed, model.costOf(proposed))
  assert.deepEqual(part.taxes, { staleness: { why: 'no labels' }, streaming: streamingTax(model, now) })
  assert.match(part.prices, /^prices\.json \(example\): An example and no offer.*2025.* People: presets\.$/)
  assert.deepEqual(JSON.parse(JSON.stringify(part)), part)
})

test('a change is relative to the cost before, and ordered', () => {
  const change = changeOf({ low: 10, base: 20, high: 40 }, { low: 15, base: 25, high: 41 })
  for (const [actual, expected] of [
    [change.low, 0.025],
    [change.base, 0.25],
    [change.high, 0.5],
  ])
    assert.ok(Math.abs(actual - expected) < 1e-12)
  assert.throws(() => changeOf(exactRange(0), exactRange(1)), {
    code: 'SPILL_INPUT',
    message: /the cost before is 0, so a relative change/,
  })
})

test('the case study compares nightly, selective and everything', () => {
  // All work belongs to the nightly run; streamed work has left it.
  const model = new CostModel(given, new Map([...now, ['ingestion', nightlyJob], ['group/fast', nightlyJob], ['group/slow', nightlyJob]]))
  const plans = { nightly: new Map(), selective: new Map([['group/fast', stream]]), everything: nothingBatch() }
  const study = caseStudy(model, plans)
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
  const model = new CostModel(given, new Map([...now, ['ingestion', nightlyJob], ['group/fast', nightlyJob], ['group/slow', nightlyJob]]))
  const often = new Map([['group/fast', { kind: 'every', every: 300_000 } as const]])
  assert.ok(model.batchHours(often).base > model.batchHours(new Map()).base)
  const streamed = new Map([['group/fast', stream]])
  assert.deepEqual(model.batchHours(often, 12 * HOUR), model.batchHours(streamed, 12 * HOUR))
  assert.deepEqual(
    caseStudy(model, { nightly: new Map(), selective: often, everything: nothingBatch() }).slimmer,
    caseStudy(model, { nightly: new Map(), selective: streamed, everything: nothingBatch() }).slimmer,
  )
})

const nothingBatch = () => new Map(['ingestion', 'group/fast', 'group/slow'].map(id => [id, stream] as const))
