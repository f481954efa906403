/** Costs of every element in every setting, and rejected settings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchEach, costCase, DAY, from, groupOf, HOUR, nightlyJob, stream, streaming } from '../../../test/audit/cost-case.ts'
import type { ElementSetting } from '../domain/element.ts'
import { CostModel } from './cost-model.ts'
import type { CostInputs } from './cost-inputs.ts'
import { examplePrices } from './prices.ts'

const titles = (inputs: CostInputs, id: string, setting: ElementSetting): string[] =>
  new CostModel(inputs, streaming(inputs)).costOf(new Map([[id, setting]])).lines.map(({ title }) => title)
const base = (inputs: CostInputs, id: string, setting: ElementSetting): number =>
  new CostModel(inputs, new Map([[id, setting]])).costOf(new Map()).steadyYear.base

test('ingestion, groups, decisions and actions have their own lines in each setting, training has none', () => {
  const inputs = { ...costCase(), measured: { ...costCase().measured, decidedBy: 'request' as const } }
  assert.deepEqual(titles(inputs, 'ingestion', { kind: 'every', every: HOUR }).slice(2, 4), ['readings taken in every hour', 'the log'])
  assert.ok(
    titles(inputs, 'group/fast', { kind: 'hybrid', schedule: { kind: 'interval', every: DAY, phase: 0 } }).includes('fast every day'),
  )
  assert.ok(titles(inputs, 'group/fast', { kind: 'hybrid', schedule: { kind: 'interval', every: DAY, phase: 0 } }).includes('fast: state'))
  assert.ok(titles(inputs, 'group/fast', { kind: 'every', every: HOUR }).includes('fast: state between runs'))
  assert.ok(titles(inputs, 'inference', stream).includes('decisions asked for'))
  assert.ok(titles(inputs, 'inference', nightlyJob).includes('decisions at 0 2 * * *'))
  assert.ok(titles(inputs, 'action', { kind: 'digest', every: HOUR }).includes('actions gathered every hour'))
  assert.ok(!titles(inputs, 'action', { kind: 'inline' }).some(title => title.startsWith('actions')))
  const now = new Map([...streaming(inputs), ['training', { kind: 'every', every: 7 * DAY } as const]])
  assert.deepEqual(new CostModel(inputs, now).costOf(new Map()), new CostModel(inputs, streaming(inputs)).costOf(new Map()))
})

test('half as many ticks make half as many decisions', () => {
  const inputs = costCase()
  const tick = (every: number): ElementSetting => ({ kind: 'every', every })
  const model = new CostModel({ ...inputs, volume: 1e7 }, new Map([['inference', tick(HOUR)]]))
  const hours = (setting: ElementSetting) => {
    const { low } = model.batchHours(new Map([['inference', setting]]))
    return low
  }
  // Work is proportional, without the starts. Half of the ticks need less than half of the core hours only by their starts.
  const [all, half] = [hours(tick(HOUR)), hours(tick(2 * HOUR))]
  assert.ok(half < 0.6 * all && half > 0.2 * all, `${half} of ${all}`)
})

test('more volume never costs less', () => {
  for (const setting of [stream, nightlyJob, batchEach(HOUR, HOUR / 2), { kind: 'every', every: HOUR } as const]) {
    const inputs = costCase({ groups: { fast: groupOf({ cpuSecondsPerEvent: 1e-3 }) } })
    const costs = [1, 10, 1e3, 1e5].map(volume => base({ ...inputs, volume }, 'group/fast', setting))
    for (let i = 1; i < costs.length; i++) assert.ok(costs[i] >= costs[i - 1], `${setting.kind}: ${costs.join(', ')}`)
  }
})

test('at another volume the arithmetic has the scaled state, and no lateness', () => {
  for (const workers of ['static', 'autoscaled'] as const)
    for (const volume of [0.5, 3]) {
      const prices = { ...examplePrices, workers }
      const inputs = costCase({ groups: { fast: groupOf({ cpuSecondsPerEvent: 100 }) }, prices, volume })
      const [work, state] = new CostModel(inputs, new Map([['group/fast', stream]]))
        .costOf(new Map())
        .lines.filter(({ of }) => of !== 'broker')
      assert.match(work.arithmetic, new RegExp(`, an arrival stands for ${volume}, so how late each is cannot be said`))
      assert.doesNotMatch(work.arithmetic, / lag /)
      assert.match(state.arithmetic, new RegExp(`^${(2 * 50 * volume) / 1000} GB, 2 × ${50 * volume} MB,`))
    }
})

test('static workers are sized for nearly all minutes, with lags for one queue and for partitions', () => {
  const inputs = costCase({
    groups: { fast: groupOf({ cpuSecondsPerEvent: 100 }) },
    prices: { ...examplePrices, workers: 'static' },
  })
  const [workers] = new CostModel(inputs, new Map([['group/fast', stream]])).costOf(new Map()).lines
  // Each minute has one or two of the events that come every 43 s: 2 / 60 s × 100 core s at 40 %.
  assert.ok(Math.abs(workers.range.base - ((2 / 60) * 100 * 730 * 0.0425) / 0.4) < 1e-6, workers.arithmetic)
  assert.match(workers.arithmetic, /^8\.33 cores × 730 h × \$0\.0425; fast: 60,000 arrivals of 100 s, lag .* in 9 partitions lag/)
})

test('rejects ages, unknown elements, and settings that an element cannot have', () => {
  const inputs = costCase()
  const model = new CostModel(inputs, streaming(inputs))
  const rejects = (plan: [string, ElementSetting], message: RegExp, code = 'SPILL_INPUT') =>
    assert.throws(() => model.costOf(new Map([plan])), { code, message })
  rejects(['group/fast', { kind: 'older', by: HOUR }], /group 'fast' is 'older', which is an age and not a way to run it/)
  rejects(['ingestion', { kind: 'faster', part: 0.1 }], /ingestion is 'faster'/)
  rejects(['action', stream], /the action cannot be run as 'stream'/)
  rejects(['group/none', stream], /group 'none' was not measured; the measured groups are fast/, 'SPILL_NOT_FOUND')
  rejects(
    ['training', { kind: 'now' }],
    /the current setting of 'training' is unknown; the known elements are ingestion, group\/fast/,
    'SPILL_NOT_FOUND',
  )
  rejects(
    ['group/fast', { kind: 'batch', schedule: { kind: 'cron', cron: '0 0 30 2 *', zone: 'UTC' }, lasts: HOUR }],
    /due less than twice a year/,
  )
  assert.throws(() => new CostModel(inputs, new Map([['ingestion', { kind: 'now' }]])), {
    code: 'SPILL_INPUT',
    message: /'now' does not state/,
  })
  assert.throws(() => new CostModel(inputs, new Map([['group/other', stream]])).costOf(new Map()), {
    message: /group 'other' was not measured; the measured groups are fast/,
  })
  assert.throws(() => new CostModel(inputs, new Map([['groups', stream]])).costOf(new Map()), { message: /'groups' is not an element/ })
  assert.throws(() => new CostModel({ ...inputs, volume: NaN }, new Map()), { message: /volume is NaN/ })
  assert.deepEqual(model.costOf(new Map([['group/fast', { kind: 'now' }]])), model.costOf(new Map()))
})

test('rejects a history that is empty, at one instant, or unsorted', () => {
  const inputs = costCase()
  const { measured, trace } = inputs
  const rejects = (changed: Partial<CostInputs>, message: RegExp) =>
    assert.throws(() => new CostModel({ ...inputs, ...changed }, streaming(inputs)), { code: 'SPILL_INPUT', message })
  const none = { at: new Float64Array(0) }
  rejects({ trace: { ...trace, sources: new Map([['readings', none]]), decisions: none } }, /the arrival trace is empty/)
  rejects({ trace: { ...trace, from, until: from } }, /everything arrives at one instant/)
  rejects({ trace: { ...trace, until: Infinity } }, /no beginning or no end/)
  rejects(
    { trace: { ...trace, sources: new Map([['readings', { at: Float64Array.of(from + 2, from + 1) }]]) } },
    /source 'readings': arrival 1 is/,
  )
  rejects({ trace: { ...trace, sources: new Map([['readings', { at: Float64Array.of(from + NaN) }]]) } }, /arrival 0 is NaN/)
  rejects({ trace: { ...trace, decisions: { at: Float64Array.of(from), key: new Uint32Array(2) } } }, /decisions: 1 arrivals but 2 keys/)
  rejects({ measured: { ...measured, span: 0 } }, /span is 0; .* at one instant/)
  rejects(
    { measured: { ...measured, cpuSecondsPerDecision: -1 } },
    /measured: cpuSecondsPerDecision is -1; a measurement is a number, 0 or more/,
  )
  rejects(
    { measured: { ...measured, groups: new Map([['fast', groupOf({ cpuSecondsPerEvent: NaN })]]) } },
    /group 'fast': cpuSecondsPerEvent is NaN/,
  )
  rejects(
    { measured: { ...measured, groups: new Map([['fast', groupOf({ source: 'other' })]]) } },
    /group 'fast': source is 'other'; the sources are readings/,
  )
  rejects({ measured: { ...measured, groups: new Map([['fast', groupOf({ reach: -1 })]]) } }, /reach is -1/)
})

test('a source without events costs no workers', () => {
  const inputs = costCase({ arrival: [] })
  const cost = new CostModel(inputs, streaming(inputs)).costOf(new Map())
  assert.ok(Number.isFinite(cost.steadyYear.high))
  assert.match(cost.lines[0].title, /^workers for inference$/)
})

test('a history shorter than a period is assumed to continue unchanged', () => {
  const day = costCase({ arrival: Array.from({ length: 2000 }, (_, i) => from + i * 43_200), days: 1 })
  const month = costCase()
  const weekly = batchEach(7 * DAY, HOUR)
  const heavy = { fast: groupOf({ cpuSecondsPerEvent: 1, reach: 7 * DAY }) }
  const hours = (inputs: CostInputs) =>
    new CostModel(
      { ...inputs, measured: { ...inputs.measured, groups: new Map(Object.entries(heavy)) } },
      new Map([['group/fast', weekly]]),
    ).batchHours(new Map()).base
  assert.ok(Math.abs(hours(day) / hours(month) - 1) < 0.02, `${hours(day)} and ${hours(month)}`)
})
