/** Laws of the cost of any plan over any trace. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { batchEach, costCase, DAY, from, groupOf, HOUR, nightlyJob, stream, streaming } from '../../../test/audit/cost-case.ts'
import type { ElementSetting } from '../domain/element.ts'
import { CostModel } from './cost-model.ts'
import type { CostInputs } from './cost-inputs.ts'
import { examplePrices } from './prices.ts'
import { priceScenarios } from './range.ts'
import { coresHeld } from './stream-work.ts'

const CASES = 25
const hourly: ElementSetting = { kind: 'every', every: HOUR }
const hybrid: ElementSetting = { kind: 'hybrid', schedule: { kind: 'interval', every: DAY, phase: 0 } }

const ofGroup = fc.constantFrom<ElementSetting>(stream, hybrid, nightlyJob, hourly, batchEach(6 * HOUR, HOUR))
const plans = fc.record({
  ingestion: fc.constantFrom<ElementSetting>(stream, nightlyJob, hourly),
  'group/one': ofGroup,
  'group/two': ofGroup,
  inference: fc.constantFrom<ElementSetting>(stream, hourly, nightlyJob),
  action: fc.constantFrom<ElementSetting>({ kind: 'inline' }, { kind: 'async' }, { kind: 'digest', every: DAY }),
})

/** Two days in bursts. */
const inputs: fc.Arbitrary<CostInputs> = fc
  .record({
    bursts: fc.array(fc.record({ at: fc.nat(2 * DAY), count: fc.integer({ min: 1, max: 200 }), gap: fc.nat(20_000) }), { maxLength: 6 }),
    one: fc.constantFrom(1e-6, 1e-3, 0.3, 30),
    two: fc.constantFrom(0, 1e-4, 1),
    reach: fc.constantFrom(HOUR, 3 * DAY, Infinity),
    volume: fc.constantFrom(0.5, 1, 1000),
    workers: fc.constantFrom('static' as const, 'autoscaled' as const),
  })
  .map(({ bursts, one, two, reach, volume, workers }) => {
    const arrival = bursts.flatMap(({ at, count, gap }) =>
      Array.from({ length: count }, (_, i) => Math.min(from + 2 * DAY, from + at + i * gap)),
    )
    const groups = { one: groupOf({ cpuSecondsPerEvent: one, reach }), two: groupOf({ cpuSecondsPerEvent: two }) }
    return { ...costCase({ arrival: arrival.sort((a, b) => a - b), days: 2, groups, volume }), prices: { ...examplePrices, workers } }
  })

test('costs are finite, ordered and the sum of their lines; cached settings change none', () => {
  fc.assert(
    fc.property(inputs, fc.array(plans, { minLength: 1, maxLength: 4 }), (caseInputs, drawn) => {
      const now = streaming(caseInputs)
      const model = new CostModel(caseInputs, now)
      for (const settings of drawn) {
        const plan = new Map(Object.entries(settings))
        const cost = model.costOf(plan)
        for (const { title, range } of cost.lines) {
          assert.ok(range.low >= 0 && range.high < Infinity, `${title}: ${JSON.stringify(range)}`)
          assert.ok(range.low <= range.base && range.base <= range.high, `${title}: ${JSON.stringify(range)}`)
        }
        for (const scenario of priceScenarios) assert.ok(cost.firstYear[scenario] >= cost.steadyYear[scenario])
        assert.deepEqual(new CostModel(caseInputs, now).costOf(plan), cost)
      }
    }),
    { numRuns: CASES },
  )
})

test('one more streaming element never holds fewer cores', () => {
  fc.assert(
    fc.property(inputs, caseInputs => {
      const workers = (ids: readonly string[]) => {
        const now = new Map(ids.map(id => [id, stream]))
        return new CostModel(caseInputs, now).costOf(new Map()).lines.find(({ title }) => title.startsWith('workers'))?.range.base ?? 0
      }
      const [one, two, both] = [workers(['group/one']), workers(['group/two']), workers(['group/one', 'group/two'])]
      assert.ok(both >= Math.max(one, two) - 1e-9, `${one}, ${two}, ${both}`)
      assert.ok(both <= one + two + 1e-9, `${one}, ${two}, ${both}`)
    }),
    { numRuns: CASES },
  )
})

test('a constant demand holds exactly its cores', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 5000 }), (cores, cells) => {
      const every = new Float64Array(cells).fill(cores)
      const held = coresHeld([{ words: '', cores: { low: every, base: every, high: every } }], costCase({ arrival: [from], days: 2 }))
      assert.ok(Math.abs(held.base - cores) <= 2 * Number.EPSILON * cores, `${held.base} of ${cores}`)
    }),
  )
})
