/** Words of the page of models: drift, rules, training data. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelAnswer } from '../core/answers.ts'
import type { DriftedColumnAnswer } from '../core/model-answers.ts'
import { driftDataText, limitsText, medianChangeText, modelDriftText, quantilesText } from './drift-text.ts'
import { isTrainedOnDrift, metricsText, ruleText, scorerText, scoringText, trainingText } from './version-text.ts'

const at = (time: string): number => Date.parse(`2026-11-${time}Z`)
const split = { trained: 40_000, trainedFrom: at('01T00:00'), trainedTo: at('20T00:00'), holdout: 9000, holdoutFrom: at('21T00:00') }
const amount: DriftedColumnAnswer = {
  name: 'amount',
  psi: 1.44,
  ks: 0.9,
  nulls: { reference: 0, recent: 0 },
  drifted: ['psi', 'ks'],
  quantiles: { reference: { p10: 6, median: 10.02, p90: 14 }, recent: { p10: 18, median: 30, p90: 42 } },
}
const model: ModelAnswer = {
  model: 'fraud',
  scores: 3,
  drift: {
    at: at('30T06:00'),
    version: 3,
    rows: { reference: 16_384, recent: 12_000 },
    because: 'drift of amount: PSI 1.44, KS 0.90',
    since: at('26T06:00'),
    findings: { inputs: [amount], thresholds: { psi: 0.2, ks: 0.2, nulls: 0.1 }, recentFrom: at('23T06:00') },
  },
  versions: [{ number: 3, state: 'champion', why: 'schedule', at: 0, began: 0, trained: { metrics: {}, split } }],
}

test('a drift check names its data, its limits, and how far the median moved', () => {
  assert.equal(modelDriftText(model), 'drift of amount: PSI 1.44, KS 0.90')
  assert.equal(
    driftDataText(model),
    'Checked 2026-11-30 06:00 UTC; first found 2026-11-26 06:00. ' +
      'Before: the decisions that version 3 was trained on, 2026-11-01 00:00 to 2026-11-20 00:00 (a sample of 16,384). ' +
      'Recent: 12,000 decisions, 2026-11-23 06:00 to 2026-11-30 06:00.',
  )
  assert.match(driftDataText({ ...model, scores: 4 }), /The next check compares with version 4, which decides now\.$/)
  assert.match(
    limitsText(model.drift!.findings!.thresholds),
    /^A column drifts from PSI 0\.2, KS 0\.2, or a NULL rate that differs by 10 % on\./,
  )
  assert.deepEqual([quantilesText(amount.quantiles!.reference), medianChangeText(amount)], ['10 (6 to 14)', '× 3'])
  const moved = (before: number, recent: number): string => {
    const of = (median: number) => ({ p10: 0, median, p90: 0 })
    return medianChangeText({ ...amount, quantiles: { reference: of(before), recent: of(recent) } })
  }
  assert.deepEqual([moved(-1, 4), moved(4, 0), moved(7, 7), moved(100, 101)], ['+5', '−4', 'same median', '+1'])
  const { quantiles: _, ...text } = amount
  assert.equal(medianChangeText(text), '')
})

test('a version says what it was trained on, and whether drift had been found by then', () => {
  assert.equal(trainingText(split), '40,000 decisions, 2026-11-01 00:00 to 2026-11-20 00:00')
  assert.equal(isTrainedOnDrift(split, model.drift), false)
  assert.equal(isTrainedOnDrift({ ...split, trainedTo: at('27T00:00') }, model.drift), true)
})

test('a rule is said, and what decides', () => {
  assert.equal(ruleText({ kind: 'rule', metric: 'auc', bound: 0.55, betterBy: 0 }), "auc at least 0.55, and no worse than the champion's")
  assert.equal(ruleText({ kind: 'rule', metric: 'rmse', betterBy: 0.1 }), "rmse better than the champion's by at least 0.1")
  assert.equal(ruleText({ kind: 'hand' }), 'people promote it')
  assert.deepEqual([scorerText(0, 'rules'), scorerText(2, 'rules')], ["the definition's score (rules)", 'version 2'])
  assert.equal(scoringText(2, 'rules'), "Version 2 decides, in place of the definition's score (rules).")
  assert.equal(metricsText({ auc: 0.91234, n: 1200 }), 'auc 0.912, n 1,200')
})
