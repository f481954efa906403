/** Costs of plans: sums, fixed and marginal costs, and whether stream or batch is cheaper. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchEach, costCase, DAY, even, from, groupOf, HOUR, nightlyJob, stream, streaming } from '../../../test/audit/cost-case.ts'
import type { Plan, ElementSetting } from '../domain/element.ts'
import type { CostOfPlan, Range } from '../domain/audit-report.ts'
import { CostModel } from './cost-model.ts'
import type { CostInputs } from './cost-inputs.ts'
import { rangeDifference, priceScenarios, sumOfRanges } from './range.ts'

const close = (value: number, expected: number, quantity: string) =>
  assert.ok(Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${quantity}: ${value}, by hand ${expected}`)
const of = (cost: CostOfPlan, kind: string) => sumOfRanges(cost.lines.filter(line => line.of === kind).map(({ range }) => range))
const line = (cost: CostOfPlan, title: string) => cost.lines.find(line => line.title === title)!

test('a plan is the sum of its lines, and each line has its arithmetic', () => {
  const inputs = costCase()
  const now = streaming(inputs)
  for (const plan of [new Map(), new Map([['group/fast', nightlyJob]])]) {
    const cost = new CostModel(inputs, now).costOf(plan)
    for (const scenario of priceScenarios) {
      close(
        cost.steadyYear[scenario],
        cost.lines.reduce((sum, { range }) => sum + range[scenario], 0),
        'steady year',
      )
      close(
        cost.firstYear[scenario],
        cost.lines.reduce((sum, { range, firstYear }) => sum + (firstYear ?? range)[scenario], 0),
        'first year',
      )
    }
    for (const { title, range, arithmetic } of cost.lines) {
      assert.ok(range.low <= range.base && range.base <= range.high, title)
      assert.match(arithmetic, /×/)
    }
  }
})

test('quantities equal a calculation by hand', () => {
  const inputs = costCase()
  const cost = new CostModel(inputs, streaming(inputs)).costOf(new Map())
  // 60,000 events in 30 days are 60,833 in 730 hours.
  close(of(cost, 'broker').base, 730 * 0.63, 'broker')
  close(line(cost, 'events in').range.base, ((60_000 * 730) / 720 / 10 / 1e6) * 1, 'requests')
  close(line(cost, 'the log').range.base, (((60_000 * 100) / 30) * 90 * 0.023) / 1e9, 'log')
  close(line(cost, 'fast: state').range.base, ((2 * 50e6) / 1e9) * 12, 'state')
  close(line(cost, 'actions').range.base, ((100 * 730) / 720 / 1e6) * 1, 'actions')
  assert.equal(line(cost, 'actions').basis, 'measured')
  // 0.02 % of a core is busy, so the smallest machine does all the work.
  close(of(cost, 'slots').low, 0.25 * 730 * 0.034, 'workers, low')
  close(of(cost, 'slots').base, 0.5 * 730 * 0.0425, 'workers')
})

test('a nightly group starts, works, and leaves nothing running', () => {
  const inputs = costCase()
  const cost = new CostModel(inputs, streaming(inputs)).costOf(new Map([['group/fast', batchEach(DAY, 2 * HOUR)]]))
  // Each run reads three hours of 2,000 events a day.
  const work = 250 * 20e-6
  const hours = ((730 / 24) * (0.5 * 60 + work) * 1.05) / 3600
  close(line(cost, 'fast every day').range.base, hours * 0.015, 'nightly')
  assert.match(
    line(cost, 'fast every day').arithmetic,
    /^30\.4 runs a month × \(0\.5 cores × 1 min to start \+ 5 ms of work\) × 1\.05 = 0\.266 core h × \$0\.015 \(spot\)/,
  )
  assert.ok(
    line(cost, 'fast: values').range.base < line(new CostModel(inputs, streaming(inputs)).costOf(new Map()), 'fast: state').range.base,
  )
})

test('the first streaming element pays for broker and rota, the second almost nothing', () => {
  const inputs = costCase({ groups: { fast: groupOf(), slow: groupOf() } })
  const now: Plan = new Map<string, ElementSetting>([
    ['ingestion', nightlyJob],
    ['group/fast', nightlyJob],
    ['group/slow', nightlyJob],
  ])
  const model = new CostModel(inputs, now)
  const [none, one, two] = [[], ['group/fast'], ['group/fast', 'group/slow']].map(ids => model.costOf(new Map(ids.map(id => [id, stream]))))
  assert.equal(of(none, 'broker').base, 0)
  assert.ok(one.steadyYear.base - none.steadyYear.base > 2000)
  assert.ok(two.steadyYear.base - one.steadyYear.base < 30)
  assert.ok(one.firstYear.base > one.steadyYear.base)
  assert.deepEqual(none.firstYear, none.steadyYear)
})

test('batch is cheaper for a small steady load, mostly by people', () => {
  const inputs = costCase()
  const model = new CostModel(inputs, streaming(inputs))
  const nightly = new Map<string, ElementSetting>([
    ['ingestion', nightlyJob],
    ['group/fast', nightlyJob],
  ])
  const [batchCost, streamCost] = [model.costOf(nightly), model.costOf(new Map())]
  const saved = rangeDifference(batchCost.steadyYear, streamCost.steadyYear)
  assert.ok(saved.high < 0)
  const kinds = [...new Set(streamCost.lines.map(({ of: kind }) => kind))]
  const saving = (kind: string): number => of(streamCost, kind).base - of(batchCost, kind).base
  assert.equal(kinds.toSorted((a, b) => saving(b) - saving(a))[0], 'people')
  assert.match(line(streamCost, 'on call for what streams').arithmetic, /^6,680 h a year × 33 % of \$90 × 10 % of the rota \/ 12$/)
})

/** Much work and little state. */
const heavy = { cpuSecondsPerEvent: 0.5, stateBytes: 1e5, valueBytes: 1e5 }

/** Stream against batch for the whole plan; only the group differs. */
function against(inputs: CostInputs, batch: ElementSetting): { readonly saved: Range; readonly batchCost: CostOfPlan } {
  const model = new CostModel(inputs, streaming(inputs))
  const inBatch = new Map<string, ElementSetting>([
    ['ingestion', nightlyJob],
    ['group/fast', batch],
  ])
  const batchCost = model.costOf(inBatch)
  return { saved: rangeDifference(model.costOf(new Map()).steadyYear, batchCost.steadyYear), batchCost }
}

test('streaming is cheaper than reading a long window again each night, in total', () => {
  // 6 million events a day of half a second keep 35 cores busy; read thirty times, a thousand.
  const inputs = costCase({ groups: { fast: groupOf({ ...heavy, reach: 30 * DAY }) }, volume: 3000 })
  const { saved, batchCost } = against(inputs, nightlyJob)
  assert.ok(saved.base < 0)
  assert.match(line(batchCost, 'fast at 0 2 * * *').arithmetic, /; each run reads 30 days of events, so an event is read 30 times$/)
  // Pieces that continue from their state are cheaper than both.
  assert.ok(against(inputs, { kind: 'every', every: DAY }).saved.base > 0)
})

test('streaming is cheaper for a peak for which all batch runs would have to be sized', () => {
  // A tenth of an hour's load all month, and on one day six hours at a hundred times as much.
  const peak = from + 10 * DAY
  const arrival = [...even(10_000, from, peak), ...even(40_000, peak, peak + 6 * HOUR), ...even(10_000, peak + 6 * HOUR, from + 30 * DAY)]
  const inputs = costCase({ arrival, groups: { fast: groupOf({ ...heavy, reach: HOUR / 4 }) }, volume: 10_000 })
  const quarterly = batchEach(HOUR / 4, HOUR / 12)
  const spiky = against(inputs, quarterly)
  assert.ok(spiky.saved.base < 0)
  assert.match(line(spiky.batchCost, 'fast every 15 min').arithmetic, /^2,920 runs a month × \([\d,]+ cores × 1 min to start/)
  // The same events spread over the month: runs are small, and their start dominates.
  assert.ok(
    against({ ...inputs, ...costCase({ groups: Object.fromEntries(inputs.measured.groups), volume: 10_000 }) }, quarterly).saved.base > 0,
  )
})

test('workers stay if starting them for each run costs more', () => {
  const inputs = costCase()
  const cost = new CostModel(inputs, streaming(inputs)).costOf(new Map([['group/fast', { kind: 'every', every: 60_000 }]]))
  assert.match(line(cost, 'fast every minute').arithmetic, /^0\.5 cores × 730 h × \$0\.0425: workers stay/)
})

test('all plans of six groups are sums of their groups’ costs', () => {
  const names = Array.from({ length: 6 }, (_, i) => `g${i}`)
  const inputs = costCase({ groups: Object.fromEntries(names.map((name, i) => [name, groupOf({ cpuSecondsPerEvent: (i + 1) * 1e-5 })])) })
  const model = new CostModel(inputs, streaming(inputs))
  const costs = Array.from({ length: 64 }, (_, set) =>
    model.costOf(new Map(names.flatMap((name, i) => ((set >> i) & 1 ? [[`group/${name}`, nightlyJob] as const] : [])))),
  )
  // Of two plans the one that streams more state costs more.
  const state = (set: number) => of(costs[set], 'state').base
  assert.ok(state(0) > state(1) && state(1) > state(3) && state(3) > state(63))
  assert.equal(new Set(costs.map(({ steadyYear }) => Number.isFinite(steadyYear.high))).size, 1)
  const alone = new CostModel(inputs, streaming(inputs))
  assert.deepEqual(
    costs[5],
    alone.costOf(
      new Map([
        ['group/g0', nightlyJob],
        ['group/g2', nightlyJob],
      ]),
    ),
  )
})
