import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CostPart, PlanPart, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, SweepEffect, SweepLevel, ElementVerdict } from '../domain/element-report.ts'
import { buildAnswer, shareText, type AnswerParts } from './answer.ts'

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
const effect = (value: number, half = 10): SweepEffect => ({ perWeek: { value, low: value - half, high: value + half }, performance })
const nightly = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 } as const
const level = (value: number, half?: number): SweepLevel => ({
  setting: nightly,
  title: 'nightly at 02:00, 2 h',
  age: 50_400_000,
  literal: 'next schedule',
  frozen: effect(0),
  frozenAtBudget: effect(0),
  refit: effect(value, half),
})
const part = (name: string, verdict: ElementVerdict, levels: readonly SweepLevel[] = []): ElementPart => ({
  element: `group/${name}`,
  kind: 'group',
  title: name,
  now: { setting: { kind: 'now' }, title: 'stream', age: null },
  levels,
  incidentThreshold: { age: 900_000, loss: 12 },
  plannedThreshold: { age: 3_600_000, loss: 12 },
  verdict,
  marks: [],
})
const costs = { prices: 'prices.json' } as CostPart
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
const answer = (parts: Partial<AnswerParts>) =>
  buildAnswer({ pipeline: 'flights', elements: [], plans: plans('undecided'), utility, costs, ...parts })

test('without a price: the greatest loss, the allowed age, and the break-even value', () => {
  const landings = part('landings', { ...undecided, breakEven: { value: 0.4212, low: 0.3, high: 0.6 } }, [level(-200)])
  assert.deepEqual(answer({ elements: [part('hours', undecided, [level(-30)]), landings], plans: plans('no dollar verdict') }), [
    'flights: keep "landings" within 15 min of now, or within 1 h with a model trained for that; a nightly copy loses a third of the late arrivals caught.',
    'Stream it if a unit of utility (late arrivals) is worth more than $0.42 [$0.30, $0.60]. No price given: no dollar verdict.',
  ])
})

test('states the allowed age by design, and by accident if it differs', () => {
  const firstLine = (incidentThreshold: ElementPart['incidentThreshold'], plannedThreshold: ElementPart['plannedThreshold']) =>
    answer({
      elements: [{ ...part('landings', undecided, [level(-200)]), incidentThreshold, plannedThreshold }],
      plans: plans('no dollar verdict'),
    })[0]
  const [five, quarter] = [300_000, 900_000].map(age => ({ age, loss: 3 }))
  assert.match(firstLine(quarter, five), /^flights: keep "landings" within 5 min of now by design, with an alert at 15 min; a nightly/)
  assert.match(firstLine(five, quarter), /^flights: keep "landings" within 5 min of now, or within 15 min with a model trained for that; /)
  for (const [incidentThreshold, plannedThreshold] of [
    [five, five],
    [five, { why: 'untrained' }],
    [{ why: 'nothing' }, five],
  ] as const)
    assert.match(firstLine(incidentThreshold, plannedThreshold), /^flights: keep "landings" within 5 min of now; /)
  assert.match(firstLine({ why: 'all of it' }, { why: 'all of it' }), /^flights: keep "landings" as fresh as it is; /)
})

test('a loss with retraining is relative to the retrained model', () => {
  const of = (retrained: UtilityPart['retrained'], refit: SweepLevel['refit'] = effect(-200)) =>
    answer({
      elements: [part('landings', undecided, [{ ...level(-200), frozenAtBudget: effect(-60), refit }])],
      plans: plans('no dollar verdict'),
      utility: { ...utility, retrained },
    })[0]
  assert.match(of({ ...performance, perWeek: 400 }), /loses half of the late arrivals caught/)
  assert.match(of({ why: 'untrained' }, { why: 'untrained' }), /loses a tenth of the late arrivals caught/)
})

test('a group that is safe as an older copy is reported with every decision about plans', () => {
  const safe = part('usual', { choice: 'safe to be a day old', why: '' }, [level(-3, 8)])
  for (const decision of ['no dollar verdict', 'keep what runs', 'undecided'] as const)
    assert.match(answer({ elements: [safe], plans: plans(decision) })[0], /"usual" is safe to be a day old/, decision)
  const two = [safe, part('hours', { choice: 'safe to be a day old', why: '' }, [level(-3, 8)])]
  assert.match(
    answer({ elements: two, plans: plans('undecided') })[0],
    /^flights: "usual" and "hours" are safe to be a day old; of the rest/,
  )
})

test('without a price and without a shown loss, the answer names cheaper settings', () => {
  const flat = part('noise', { choice: 'batch 1 day', why: '' }, [level(-3, 8)])
  const now = [{ element: 'group/noise', title: 'stream' }]
  const proposed = [{ element: 'group/noise', title: 'batch 1 day' }]
  assert.deepEqual(answer({ elements: [flat], plans: plans('no dollar verdict', { now, proposed }) }), [
    'flights: no loss by older data is shown; run "noise" as batch 1 day, which loses next to nothing.',
    'No price is given (what one of the late arrivals is worth): no dollar verdict.',
  ])
  assert.match(
    answer({ elements: [flat], plans: plans('no dollar verdict'), costs: { why: 'no price file' } })[1],
    /^Costs are not known \(no price file\): no dollar/,
  )
})

test('groups that lose only jointly are reported jointly, before a stage', () => {
  const alone = ['a', 'b'].map(name => part(name, undecided, [level(-3, 8)]))
  const together = {
    ...part('', { choice: 'by the plan', why: '' }, [level(-200)]),
    element: 'groups',
    kind: 'groups' as const,
    groups: ['a', 'b'],
  }
  const stage = { ...part('', undecided, [level(-500)]), element: 'action', kind: 'action' as const }
  const firstLine = (elements: readonly ElementPart[]) => answer({ elements, plans: plans('no dollar verdict') })[0]
  assert.equal(
    firstLine([...alone, together, stage]),
    'flights: of "a" and "b" none is shown to lose by itself; all of them nightly at 02:00, 2 h lose a third of the late arrivals caught.',
  )
  assert.match(
    firstLine([alone[0], part('b', undecided, [level(-100)]), together, stage]),
    /^flights: keep "b" within 15 min of now, or within 1 h /,
  )
  const keptText = answer({ elements: [...alone, together], plans: plans('keep what runs') })[0]
  assert.equal(keptText, 'flights: keep what runs.', 'what is of the plan is nothing that is shown to pay')
})

test('the age of a model is planned', () => {
  const stays: SweepEffect = { perWeek: { why: 'the model stays as it is' }, performance }
  const planned = { ...level(-200), frozen: stays, frozenAtBudget: stays }
  const training = {
    ...part('', undecided, [planned]),
    element: 'training',
    kind: 'training' as const,
    incidentThreshold: { why: 'planned' },
  }
  assert.match(answer({ elements: [training], plans: plans('no dollar verdict') })[0], /^flights: keep training within 1 h of now; /)
})

test('without any known age there is no verdict, with or without a price', () => {
  const why = { why: '9 patients: no verdict under 20' }
  const unknown: SweepLevel = {
    ...level(0),
    frozen: { ...effect(0), perWeek: why },
    frozenAtBudget: { ...effect(0), perWeek: why },
    refit: { why: 'rules' },
  }
  const expected = ['flights: no verdict.', '9 patients: no verdict under 20.']
  assert.deepEqual(answer({ elements: [part('recent', undecided, [unknown])], plans: plans('no dollar verdict') }), expected)
  assert.deepEqual(answer({ elements: [part('recent', undecided, [unknown])], plans: plans('undecided') }), expected)
  assert.match(
    answer({ elements: [part('recent', undecided, [unknown, level(-3)])], plans: plans('no dollar verdict') })[0],
    /no loss by older data/,
  )
})

test('a change: the plan and its value', () => {
  const now = [
    { element: 'group/landings', title: 'stream' },
    { element: 'group/usual', title: 'stream' },
    { element: 'inference', title: 'on event' },
  ]
  const proposed = [
    { element: 'group/landings', title: 'stream' },
    { element: 'group/usual', title: 'batch 1 day' },
    { element: 'inference', title: 'nightly' },
  ]
  const elements = [
    part('usual', { choice: 'batch 1 day', why: '' }),
    { ...part('', undecided), element: 'inference', kind: 'inference' as const },
  ]
  assert.deepEqual(answer({ elements, plans: plans('change', { now, proposed, net: { value: 1240, low: 900, high: 1604 } }) }), [
    'flights: run "usual" as batch 1 day and inference nightly.',
    'That is worth $1,240 [$900, $1,604] a month, net of costs; told from history that did not choose it.',
  ])
})

test('the current plan is kept: its evidence, and the history that would decide the rest', () => {
  const elements = [
    part('landings', { choice: 'stream', why: '' }),
    part('usual', { ...undecided, moreWeeks: 12 }),
    part('hours', { ...undecided, moreWeeks: 7 }),
  ]
  assert.deepEqual(answer({ elements, plans: plans('keep what runs') }), [
    'flights: keep what runs: "landings" as stream.',
    'Of 1,024 plans compared no other is shown to be better, net of costs; 7 more weeks of history would decide about "hours".',
  ])
  assert.deepEqual(answer({ plans: plans('keep what runs') }), [
    'flights: keep what runs.',
    'Of 1,024 plans compared no other is shown to be better, net of costs.',
  ])
})

test('gives the reason if nothing is known', () => {
  assert.deepEqual(answer({ elements: [part('history', undecided)] }), ['flights: no verdict.', '9 patients: no verdict under 20.'])
  assert.deepEqual(answer({}), ['flights: no verdict.', 'Nothing of it can be told from this history.'])
})

test('fractions in words', () => {
  assert.deepEqual([0.1, 0.34, 0.49, 0.66, 0.99, 0.42, 0.031].map(shareText), [
    'a tenth',
    'a third',
    'half',
    'two thirds',
    'all',
    '42 %',
    '3.1 %',
  ])
})
