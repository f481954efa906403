import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flightsReport } from '../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { patientsReport } from '../../../test/audit/reports/patients.ts'
import {
  shownMode,
  conditionText,
  breakEvenSentence,
  planChanges,
  comparedText,
  isSameCost,
  thresholdSentences,
  weeklyValueText,
  moreSentence,
  nowTitle,
  shownPerformance,
  retrainedPerformance,
  levelTitle,
  titleOfElement,
  yearsOf,
} from './report-text.ts'

const [ingestion, landings, usual, inference] = flightsReport.elements

test('a level shows its performance without retraining, or with it if the model has no score of its own', () => {
  const [level] = landings.levels
  const { perWeek } = level.withoutRetraining
  const withRetraining = { perWeek, performance: { ...level.withoutRetraining.performance, actionsPerWeek: 7 } }
  const unscored = { ...level.withoutRetraining, perWeek: { why: 'no score' } }
  assert.equal(shownPerformance({ ...level, withRetraining }), level.withoutRetraining.performance)
  assert.deepEqual([level, { ...level, withoutRetraining: unscored, withRetraining }].map(shownMode), ['incident', 'planned'])
  assert.equal(retrainedPerformance({ ...level, withRetraining }), withRetraining.performance)
  assert.equal(retrainedPerformance({ ...level, withRetraining: { why: 'rules' } }), undefined)
  assert.equal(shownPerformance({ ...level, withoutRetraining: unscored, withRetraining }), withRetraining.performance)
  assert.equal(shownPerformance({ ...level, withoutRetraining: unscored, withRetraining: { why: 'rules' } }), unscored.performance)
})

test('levels, ages and amounts in words', () => {
  const [faster, next] = fraudReport.elements[0].levels
  assert.deepEqual([faster, next].map(levelTitle), ['90 % faster', 'every 5 min (next schedule)'])
  assert.deepEqual(
    [conditionText(landings, landings.levels[1]), conditionText(ingestion, next)],
    ['if it were 15 min older', 'if it ran “every 5 min”'],
  )
  assert.equal(conditionText({ kind: 'groups' }, landings.levels[1]), 'if they were 15 min older')
  assert.deepEqual([ingestion, landings, fraudReport.elements[0]].map(nowTitle), [
    'as it runs',
    'stream, age 0 s',
    'stream, age 1.9 ms, p95 4.2 ms',
  ])
})

test('a weekly value stands beside a monthly one, since plans are monthly', () => {
  const of = (name: string, unit: string) => ({ ...flightsReport.utility, name, unit })
  assert.equal(weeklyValueText(4130, flightsReport.utility), 'late arrivals caught: 4,130 a week (17,946 a month)')
  assert.equal(
    weeklyValueText(27_801, fraudReport.utility),
    'fraud stopped, less what wrong declines cost: $27,801 a week ($120,802 a month)',
  )
  assert.equal(weeklyValueText(3, of('notice', 'min')), 'notice: 3 min a week (13 a month)')
  assert.equal(weeklyValueText(2, of('rides', 'rides')), '2 rides a week (8.69 a month)')
  assert.equal(weeklyValueText(-2, of('$', '$')), '−$2 a week (−$8.69 a month)')
  assert.equal(weeklyValueText(0, of('$', '$')), '$0 a week')
})

test('further parts of a verdict are sentences, or empty', () => {
  assert.deepEqual(thresholdSentences(landings), ['Incident threshold: 15 min.', 'Planned threshold: 15 min.'])
  assert.equal(thresholdSentences(usual)[0], 'Incident threshold: 1 week or more.')
  assert.deepEqual(thresholdSentences(inference), [
    'No incident threshold: Every age that was tried loses something.',
    'No planned threshold: A cadence of inference changes no feature, so nothing is trained anew.',
  ])
  assert.deepEqual(thresholdSentences({ ...inference, plannedThreshold: inference.incidentThreshold }), [
    'No freshness threshold, incident or planned: Every age that was tried loses something.',
  ])
  assert.deepEqual(thresholdSentences(ingestion), [])
  assert.deepEqual(thresholdSentences(patientsReport.elements[1]), [], 'the verdict has said so')
  assert.equal(
    breakEvenSentence(landings, 'late arrivals'),
    'By the last part of the history, with all else as it runs, the fresher choice pays if one unit (late arrivals) is worth more than $0.09 [$0.06, $0.17].',
  )
  assert.equal(breakEvenSentence(usual, 'late arrivals'), '')
  assert.equal(
    breakEvenSentence({ ...usual, verdict: { ...usual.verdict, breakEven: { why: 'nothing is gained' } } }, 'late arrivals'),
    'Break-even by the last part of the history: nothing is gained.',
  )
  assert.match(moreSentence(patientsReport.elements[1]), /^About 46 more weeks of history would decide/)
  assert.match(moreSentence({ ...usual, verdict: { ...usual.verdict, moreWeeks: 0.4 } }), /^About 1 more week of history/)
})

test('states how many plans were counted', () => {
  const of = (compared: number, evaluated: number) => comparedText({ ...fraudReport.plans, compared, evaluated })
  assert.equal(of(24, 24), '24 plans compared')
  assert.equal(of(1, 1), '1 plan compared')
  assert.equal(of(1070, 1060), '1,070 plans compared, 1,060 with decisions of their own and 10 that differ from one of these in cost alone')
})

test('a plan is the current settings with its changes', () => {
  assert.deepEqual(
    planChanges(fraudReport).filter(({ now, proposed }) => now !== proposed),
    [{ element: 'group/card_usual', now: 'stream', proposed: 'nightly at 02:00, 2 h' }],
  )
  assert.equal(titleOfElement(fraudReport, 'action'), 'action decline')
  assert.equal(titleOfElement(fraudReport, 'group/other'), 'group/other')
  if ('why' in fraudReport.costs) assert.fail()
  assert.equal(isSameCost(fraudReport.costs.now, fraudReport.costs.proposed), false)
  assert.equal(isSameCost(fraudReport.costs.now, structuredClone(fraudReport.costs.now)), true)
  const { steadyYear } = fraudReport.costs.now
  assert.deepEqual(
    yearsOf(fraudReport.costs.now).map(([year]) => year),
    ['first year', 'steady year'],
  )
  assert.deepEqual(yearsOf({ ...fraudReport.costs.now, firstYear: { ...steadyYear } }), [['first and steady year', steadyYear]])
})
