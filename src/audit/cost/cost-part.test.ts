import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costCase, groupOf, HOUR, nightlyJob, streaming } from '../../../test/audit/cost-case.ts'
import { CostModel } from './cost-model.ts'
import { buildCostPart, nightlyPlan, stalenessTax, streamingTax } from './cost-part.ts'
import { rangeDifference, exactRange } from './range.ts'

const fastAndSlow = costCase({ groups: { fast: groupOf(), slow: groupOf({ reach: 30 * 24 * HOUR }) } })
const now = streaming(fastAndSlow)

test('the streaming tax is the saving of nightly runs', () => {
  const model = new CostModel(fastAndSlow, now)
  const plan = nightlyPlan(now)
  assert.deepEqual([...plan.keys()], ['ingestion', 'group/fast', 'group/slow'])
  assert.deepEqual(plan.get('group/slow'), nightlyJob)
  const tax = streamingTax(model, now)
  assert.deepEqual(tax, rangeDifference(model.costOf(new Map()).steadyYear, model.costOf(plan).steadyYear))
  assert.ok(tax.low > 0 && tax.low < tax.base && tax.base < tax.high)
  const batch = new Map([...now, ...plan])
  assert.deepEqual(streamingTax(new CostModel(fastAndSlow, batch), batch), exactRange(0))
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
  const model = new CostModel(fastAndSlow, now)
  const part = buildCostPart({ ...fastAndSlow, model, now, proposed, lost: { why: 'no labels' }, dollarsPerUnit: undefined })
  assert.deepEqual(part.now, model.costOf(new Map()))
  assert.deepEqual(part.proposed, model.costOf(proposed))
  assert.deepEqual(part.taxes, { staleness: { why: 'no labels' }, streaming: streamingTax(model, now) })
  assert.match(part.prices, /^prices\.json \(example\): An example and no offer.*2025.* People: presets\.$/)
  assert.deepEqual(JSON.parse(JSON.stringify(part)), part)
})
