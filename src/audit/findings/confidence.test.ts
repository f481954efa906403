import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditReport, HistoryPart } from '../domain/audit-report.ts'
import type { PlanValuation } from '../compare/valuation.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { caveatsOf } from './caveats-and-assumptions.ts'
import { confidenceOf } from './confidence.ts'

const history = {
  from: 0,
  until: 15_724_800_000,
  weeks: 26,
  decisions: 1000,
  unknown: 0,
  clusters: [{ name: 'day', count: 90, effective: 90 }],
  blocks: { select: { decisions: 200, from: 7_862_400_000 }, report: { decisions: 300, until: 15_724_800_000 } },
}
const performance = { perWeek: 600, actionsPerWeek: 900, precision: 0.5, recall: 0.5, auc: 0.7 }
const of = (more: Partial<HistoryPart>, retrained: AuditReport['utility']['retrained'] = performance) =>
  confidenceOf({ history: { ...history, ...more } as HistoryPart, utility: { retrained } as AuditReport['utility'] }, false)
const judged = (weeks: number) => ({
  blocks: { select: { decisions: 200, from: 0 }, report: { decisions: 300, until: weeks * 604_800_000 } } as HistoryPart['blocks'],
})
const cities = (count: number, effective: number) => ({ clusters: [{ name: 'city', count, effective }] })

test('confidence falls with few clusters, few weeks, unknown outcomes, and without retraining', () => {
  assert.equal(of({}).level, 'high')
  assert.deepEqual([of(cities(60, 49)).level, of(cities(60, 29)).level], ['moderate', 'low'])
  assert.deepEqual([of(judged(7.5)).level, of(judged(3.5)).level], ['moderate', 'low'])
  assert.deepEqual([of({ unknown: 60 }).level, of({ unknown: 600 }).level], ['moderate', 'low'])
  assert.equal(of({}, { why: 'untrained' }).level, 'moderate')
})

test('judged weeks are those from the first to the last judged decision, whatever part of the history they are', () => {
  assert.equal(of(judged(6)).reasons[0], '6 judged weeks')
  const none = new Uint8Array()
  const cases = { blocks: { test: { from: 0, to: 0 } }, label: none, isLabelled: none, eligible: none, lateLabels: 0 }
  const caveats = caveatsOf({
    history: { ...history, ...judged(6), positive: 0, censored: 0 } as unknown as HistoryPart,
    experiment: { cases, notes: [], why: () => undefined } as unknown as Experiment,
    valuation: { unavailableReason: () => undefined, baselineActions: { count: 1 }, unjudged: 0 } as unknown as PlanValuation,
    now: performance,
    elements: [],
    bounds: undefined,
    unit: 'frauds',
    more: [],
  })
  assert.ok(caveats.includes('the judged decisions cover 6.0 weeks: seasons and rarer shocks are not in them'), caveats.join('\n'))
})

test('unequal clusters have their effective number, and decisions the number of judged ones', () => {
  assert.deepEqual(of(cities(225, 49.7)).reasons, [
    'only 225 cities that count as 49, since few have most decisions',
    '26 weeks (1970-01-01 to 1970-07-02), 1,000 decisions, 500 of them judged',
  ])
  assert.equal(of(cities(30, 28.9)).reasons[0], 'only 30 cities')
})
