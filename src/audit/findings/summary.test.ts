import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flightsReport } from '../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import type { HistoryPart, PlanPart, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, ElementVerdict, SweepEffect, SweepLevel } from '../domain/element-report.ts'
import { isAvailable } from '../domain/figures.ts'
import { buildSummary } from './summary.ts'
import type { SummaryParts } from './summary-parts.ts'

const performance = { perWeek: 600, actionsPerWeek: 900, precision: 0.5, recall: 0.5, auc: 0.7 }
const utility: UtilityPart = {
  name: 'late arrivals caught',
  unit: 'late arrivals',
  basis: 'of late arrivals each counts once',
  budget: 0.1,
  threshold: 0.5,
  thresholdFrom: 'the budget',
  now: performance,
  retrained: performance,
  unjudged: 0,
}
const history = {
  from: 0,
  until: 15_724_800_000,
  weeks: 26,
  decisions: 1000,
  unknown: 0,
  clusters: [{ name: 'day', count: 90, effective: 90 }],
  blocks: { select: { decisions: 200, from: 7_862_400_000 }, report: { decisions: 300, until: 15_724_800_000 } },
} as unknown as HistoryPart
const effect = (value: number, half = 10): SweepEffect => ({ perWeek: { value, low: value - half, high: value + half }, performance })
const nightly = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 } as const
const level = (value: number, more: Partial<SweepLevel> = {}): SweepLevel => ({
  setting: nightly,
  title: 'nightly at 02:00, 2 h',
  age: 50_400_000,
  literal: 'next schedule',
  withoutRetraining: effect(0),
  withoutRetrainingAtVolume: effect(0),
  withRetraining: effect(value),
  ...more,
})
const { literal: _, ...unnamed } = level(-3)
const quarter: SweepLevel = { ...unnamed, setting: { kind: 'older', by: 900_000 }, title: '15 min', age: 900_000 }
const within = (age: number) => ({ incidentThreshold: { age, loss: 12 }, plannedThreshold: { age, loss: 12 } })
const part = (name: string, verdict: ElementVerdict, levels: readonly SweepLevel[] = []): ElementPart => ({
  element: `group/${name}`,
  kind: 'group',
  title: name,
  now: { setting: { kind: 'now' }, title: 'stream', age: null },
  levels,
  ...within(900_000),
  verdict,
  marks: [],
})
const plans = (decision: PlanPart['decision'], more: Partial<PlanPart> = {}): PlanPart => ({
  now: [{ element: 'group/landings', title: 'stream' }],
  proposed: [{ element: 'group/landings', title: 'stream' }],
  decision,
  compared: 1024,
  evaluated: 1024,
  marginal: [],
  others: [],
  edits: [],
  byHand: [],
  ...more,
})
const undecided: ElementVerdict = { choice: 'undecided', why: '9 patients: no verdict under 20' }
const safe: ElementVerdict = { choice: 'safe to be a day old', why: '' }
const keep: ElementVerdict = { choice: 'keep within 15 min', why: '' }
const wholeParts: SummaryParts = {
  pipeline: 'flights',
  elements: [],
  plans: plans('no dollar verdict'),
  utility,
  costs: { why: 'no prices' },
  history,
}
const summaryOf = (parts: Partial<SummaryParts>) => buildSummary({ ...wholeParts, ...parts })

test('the group that loses most at the next schedule is the reason, as a share first', () => {
  const landings = part('landings', keep, [quarter, level(-200)])
  const { recommendation, reason, main, worth } = summaryOf({ elements: [part('hours', safe, [quarter, level(-30)]), landings] })
  assert.equal(recommendation, 'Keep "landings" within 15 min; "hours" may be a day old.')
  assert.equal(reason, '"landings" nightly: −33 % [−35, −32] of the late arrivals caught, with retraining, at equal alert volume.')
  assert.equal(main, 'group/landings')
  assert.equal(worth.text, '870 late arrivals a month [830, 910] more than "landings" nightly')
})

test('without retraining the model as it is counts, as a share of its own value', () => {
  const effects = { withoutRetrainingAtVolume: effect(-60), withRetraining: { why: 'untrained' } }
  const { reason, staleness } = summaryOf({
    elements: [part('landings', keep, [{ ...quarter, ...effects, withoutRetrainingAtVolume: effect(0) }, level(-60, effects)])],
    utility: { ...utility, now: { ...performance, perWeek: 300 }, retrained: { why: 'untrained' } },
  })
  assert.match(reason, /^"landings" nightly: −20 % .* without retraining/)
  assert.equal(staleness[0].mode, 'without retraining')
})

test('an element that loses at its first level comes before the next schedules', () => {
  const soon = { ...quarter, withRetraining: effect(-100) }
  const now = { setting: { kind: 'now' as const }, title: 'inline', age: null }
  const action = { ...part('', { choice: 'inline', why: '' }, [soon, level(-100)]), now, element: 'action', kind: 'action' as const }
  const { reason } = summaryOf({ elements: [part('landings', keep, [quarter, level(-500)]), action] })
  assert.match(reason, /^Action 15 min older: −17 %/)
  const unplanned = summaryOf({ elements: [part('landings', keep, [quarter, level(-500)]), { ...action, unplanned: 'no action' }] })
  assert.match(unplanned.reason, /^"landings" nightly/, 'nothing is to be chosen there')
})

test('elements that must stay live are named: streams with their safe age, inference and action with their setting', () => {
  const ofKind = (kind: 'ingestion' | 'inference' | 'action', choice: string): ElementPart => ({
    ...part('', { choice, why: '' }, [quarter, level(-200)]),
    element: kind,
    kind,
    now: { setting: { kind: 'now' }, title: choice, age: null },
  })
  const stages = [ofKind('ingestion', 'stream'), ofKind('inference', 'on event'), ofKind('action', 'inline')]
  const groups = ['a', 'b', 'c'].map(name => part(name, safe, [quarter, level(-3)]))
  const { recommendation, alertAt, today } = summaryOf({ elements: [...stages, ...groups], plans: plans('keep what runs') })
  assert.equal(
    recommendation,
    'Keep streaming ingestion (within 15 min), inference on event (or 15 min) and action inline (or 15 min); each feature group may be a day old (no saving is shown).',
  )
  assert.deepEqual(alertAt.slice(0, 2), ['ingestion 15 min', 'inference 15 min'])
  assert.equal(today, 'late arrivals caught: 2,600 a month, by 3,900 alerts a month, 50 % right of those whose outcome is known')
})

test('worth compares with the next schedule, also where the first level is the reason', () => {
  const soon = { ...quarter, withRetraining: effect(-100) }
  const stage = (kind: 'ingestion' | 'action', atNext: number): ElementPart => ({
    ...part('', { choice: 'stream', why: '' }, [soon, level(atNext)]),
    element: kind,
    kind,
  })
  const { reason, worth } = summaryOf({ elements: [stage('action', -300), stage('ingestion', -400)] })
  assert.match(reason, /^Ingestion 15 min older: −17 %/)
  assert.match(worth.text, /^1,700 late arrivals a month \[1,700, 1,800\] more than ingestion nightly$/)
})

test('of groups that lose nothing by themselves, all at once are the reason', () => {
  const alone = ['a', 'b'].map(name => part(name, safe, [quarter, level(-3)]))
  const joint = {
    ...part('', { choice: 'by the plan', why: '' }, [quarter, level(-200)]),
    element: 'groups',
    kind: 'groups' as const,
    groups: ['a', 'b'],
  }
  const { recommendation, reason, staleness } = summaryOf({ elements: [...alone, joint] })
  assert.equal(recommendation, 'Any one of "a" and "b" may be a day old.')
  assert.match(reason, /^All groups together nightly: −33 %/)
  assert.equal(staleness[2].choice, 'not all at once')
})

test('a change is named with its net value, and its row shows the setting that it changes to', () => {
  const fresh = { ...quarter, title: 'streamed', age: 0, withRetraining: effect(250) }
  const now = {
    setting: { kind: 'now' as const },
    title: 'batch 1 day',
    age: { p50: 50_000_000, p95: 90_000_000, from: 'by its placement' as const },
  }
  const landings = { ...part('landings', { choice: 'stream', why: '' }, [fresh, level(-3)]), now }
  const { recommendation, reason, worth, main, staleness, mayBeOlder } = summaryOf({
    elements: [part('hours', safe, [quarter, level(-30)]), landings],
    plans: plans('change', {
      now: [{ element: 'group/landings', title: 'batch 1 day' }],
      net: { value: 214, low: 61, high: 402 },
    }),
  })
  assert.equal(recommendation, 'Run "landings" as stream; "hours" may be a day old.')
  assert.equal(reason, 'That is worth $210 a month [$61, $400] net of costs, over what runs now.')
  assert.equal(worth.text, '$210 a month [$61, $400] net of costs, over what runs now')
  assert.deepEqual([main, staleness[1].next, mayBeOlder], ['group/landings', 0, ['"hours" 15 min']])
})

test('ages of a group in batch runs are times beyond its schedule', () => {
  const now = {
    setting: { kind: 'now' as const },
    title: 'every hour',
    age: { p50: 2_000_000, p95: 4_000_000, from: 'by its placement' as const },
  }
  const hourly = { ...part('hours', keep, [{ ...quarter, age: 2_900_000 }, level(-200)]), now, ...within(2_900_000) }
  const { recommendation, mayBeOlder, alertAt } = summaryOf({ elements: [hourly] })
  assert.equal(recommendation, 'Keep "hours" at most 15 min late.')
  assert.deepEqual([mayBeOlder, alertAt], [['"hours" 15 min late'], ['"hours" 15 min late']])
})

test('a price below break-even is doubted, and an older group that is worth more is named', () => {
  const better = { ...quarter, withRetraining: effect(50) }
  const of = (dollars: number) =>
    summaryOf({
      elements: [part('landings', { choice: 'stream', why: '' }, [better, level(-200)])],
      plans: plans('keep what runs'),
      costs: costs(2000),
      utility: { ...utility, dollars },
    })
  const { recommendation, wouldChange } = of(2)
  assert.equal(recommendation, 'Keep streaming "landings" (within 15 min), though at $2 each that is not shown to pay.')
  assert.deepEqual(
    wouldChange.slice(0, 2).map(({ text }) => text),
    ['late arrivals worth more than $2.30 each', 'other windows: "landings" 15 min older is better'],
  )
  assert.equal(of(3).recommendation, 'Keep streaming "landings" (within 15 min).')
})

const range = (base: number) => ({ low: base / 2, base, high: base * 4 })
const cost = { lines: [], firstYear: range(2000), steadyYear: range(2000) }
const costs = (streaming: number): SummaryParts['costs'] => ({
  now: cost,
  proposed: cost,
  taxes: { staleness: { why: 'none' }, streaming: range(streaming) },
  prices: 'a list',
})

test('with a price the gain is in dollars, and the cost of streaming over it is the break-even value', () => {
  const elements = [part('landings', { choice: 'stream', why: '' }, [quarter, level(-200)])]
  const of = (more: Partial<SummaryParts>) => summaryOf({ elements, plans: plans('keep what runs'), costs: costs(2000), ...more })
  const { recommendation, worth, breakEven, wouldChange } = of({ utility: { ...utility, dollars: 101 } })
  assert.equal(recommendation, 'Keep streaming "landings" (within 15 min).')
  assert.equal(worth.text, '$88,000 a month [$83,000, $92,000] more than "landings" nightly')
  // 2,000 over 200 a week, which are 869 a month; 8,000 over at least 190.
  const text = 'streaming pays if late arrivals are worth over $2.30 each (at most $9.70): its cost over the loss of "landings" nightly'
  assert.equal(breakEven.text, text)
  assert.deepEqual(wouldChange, [
    { text: 'late arrivals worth less than $2.30 each' },
    { text: 'streaming that costs over $83,000 a month (the estimate ends at $8,000)', option: '--prices, --people' },
  ])
  const [value, prices] = of({ utility }).wouldChange
  assert.deepEqual(value, { text: 'a value of late arrivals', option: '--value DOLLARS' })
  assert.equal(prices.text, 'your own prices and people')
  assert.equal(of({ elements: [], utility }).breakEven.text, 'not known: no older setting is shown to lose anything')
})

test('alerts are at the age that an incident may have, below the first age where that loses, and nowhere where none does', () => {
  const lossy = { ...quarter, withoutRetraining: effect(-300) }
  const of = (name: string, of: Partial<ElementPart>, first = quarter) => ({ ...part(name, keep, [first, level(-200)]), ...of })
  const { alertAt } = summaryOf({
    elements: [
      of('a', {}),
      of('b', { incidentThreshold: { age: 900_000, loss: 1, beyond: true } }),
      of('c', { incidentThreshold: { why: 'at 15 min it loses' } }, lossy),
      of('d', { incidentThreshold: { why: 'not known' } }),
    ],
  })
  assert.deepEqual(alertAt, ['"a" 15 min', '"c" below 15 min, the shortest age tried'])
})

test('nothing known is no verdict, with the reason and without confidence', () => {
  const unknown = { perWeek: { why: '9 patients' }, performance }
  const levels = [{ ...quarter, withoutRetraining: unknown, withoutRetrainingAtVolume: unknown, withRetraining: { why: '9 patients' } }]
  const { recommendation, reason, confidence } = summaryOf({ elements: [part('landings', undecided, levels)], plans: plans('undecided') })
  assert.equal(recommendation, 'No verdict.')
  assert.equal(reason, '9 patients: no verdict under 20.')
  assert.equal(confidence.level, 'none')
})

test('measured and assumed costs add up to the cost', () => {
  for (const { summary, costs } of [flightsReport, fraudReport]) {
    assert.ok(isAvailable(summary.cost) && isAvailable(costs))
    const { perMonth, measured, assumed } = summary.cost
    assert.deepEqual(perMonth, costs.proposed.steadyYear)
    assert.ok(Math.abs(measured.base + assumed.base - perMonth.base) < 0.01, JSON.stringify(summary.cost))
  }
})

test('a count cannot lose more than all of it, and dollars can', () => {
  const parts = { ...wholeParts, elements: [part('landings', keep, [quarter, { ...level(0), withRetraining: effect(-590, 40) }])] }
  const lowOf = (isNonNegative: boolean) => {
    const { change } = buildSummary(parts, { isNonNegative }).staleness[0].levels[1]
    return isAvailable(change) ? change.share.low : undefined
  }
  assert.deepEqual([lowOf(true), lowOf(false)], [-1, -1.05])
})

test('ages that are safe are listed for elements that a plan sets, and an unheeded alert is said to be worth something only if it is heeded', () => {
  const action = {
    ...part('', { choice: 'undecided', why: '' }, [quarter, level(-1)]),
    element: 'action',
    kind: 'action' as const,
    now: { setting: { kind: 'now' as const }, title: 'none', age: null },
    unplanned: 'no action',
  }
  const { mayBeOlder, worth } = summaryOf({ elements: [part('landings', keep, [quarter, level(-200)]), action] })
  assert.deepEqual(mayBeOlder, ['"landings" 15 min'])
  assert.match(worth.text, /, if every alert is acted on, which nothing does yet$/)
})
