import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf, randomGiven } from '../../../test/audit/random-cases.ts'
import { random } from '../../base/random.ts'
import { auc } from '../../training/metrics.ts'
import { performanceFigures, utilityOf, type AlertEvaluation } from './index.ts'
import { aucOf } from './auc.ts'
import { trueOutcomes } from './true-outcomes.ts'

const caught = utilityOf({ utility: { kind: 'caught', unit: 'x' } }, { name: 'm' })
const performance = (evaluation: AlertEvaluation, shared = false) =>
  performanceFigures(evaluation, {
    worth: caught.sparse(evaluation),
    outcomes: trueOutcomes(evaluation.cases, shared),
    decisionsPerWeek: 700,
  })

test('actions, precision, recall and AUC equal a direct count', () => {
  for (let seed = 0; seed < 300; seed++) {
    const shared = seed % 2 === 1
    const evaluation = randomGiven(seed, { shared, grouped: seed % 4 === 3 })
    const { cases, alert, decided, rows } = evaluation
    const group = (row: number) => cases.outcomeGroup![row]
    const all = Array.from({ length: rows.to - rows.from }, (_, i) => rows.from + i)
    const labelled = all.filter(row => cases.isLabelled[row] === 1 && cases.eligible[row] === 1)
    const result = performance(evaluation, shared)
    const acting = all.filter(row => alert[row] === 1)
    const eligible = all.filter(row => cases.eligible[row] === 1)
    if (eligible.length > 0) assert.equal(result.actionsPerWeek, (acting.length / eligible.length) * 700)
    const judgedActions = acting.filter(row => labelled.includes(row))
    assert.equal(
      result.precision,
      judgedActions.length === 0 ? null : judgedActions.filter(row => cases.label[row] === 1).length / judgedActions.length,
    )
    function name(row: number): string {
      if (!shared || (cases.outcomeGroup && group(row) < 0)) return String(row)
      return cases.outcomeGroup ? `group ${group(row)}` : `${cases.key[row]} ${cases.outcome[row]}`
    }
    const outcomes = new Set(labelled.filter(row => cases.label[row] === 1).map(name))
    const reached = new Set(judgedActions.filter(row => cases.label[row] === 1 && decided.actedAt[row] <= cases.outcome[row]).map(name))
    assert.equal(result.recall, outcomes.size === 0 ? null : reached.size / outcomes.size)
    const scored = labelled.filter(row => !Number.isNaN(decided.score[row]))
    const labels = scored.map(row => cases.label[row])
    const expected = auc(
      Float64Array.from(scored, row => decided.score[row]),
      labels,
    )
    assert.equal(result.auc, Number.isNaN(expected) ? null : expected)
    if (!shared && labelled.length > 0) assert.equal(result.perWeek, (reached.size / labelled.length) * 700)
  }
})

test('without labels, a class or actions a figure is null', () => {
  const length = 3
  const t = Float64Array.of(0, 1, 2)
  const cases = (knownValues: number, label: number) =>
    casesOf({
      t,
      key: new Int32Array(length),
      isLabelled: new Uint8Array(length).fill(knownValues),
      label: new Uint8Array(length).fill(label),
      eligible: new Uint8Array(length).fill(1),
      outcome: t.map(time => (label ? time + 1 : NaN)),
    })
  const decided = { score: Float64Array.of(1, 1, NaN), scoredAt: t, actedAt: t, inline: false }
  const of = (knownValues: number, label: number, acts: number) =>
    performance({ cases: cases(knownValues, label), decided, alert: new Uint8Array(length).fill(acts), rows: { from: 0, to: length } })
  assert.deepEqual(of(0, 0, 1), { perWeek: NaN, actionsPerWeek: 700, precision: null, recall: null, auc: null })
  assert.deepEqual(of(1, 1, 1), { perWeek: 700, actionsPerWeek: 700, precision: 1, recall: 1, auc: null })
  assert.deepEqual(of(1, 0, 0), { perWeek: 0, actionsPerWeek: 0, precision: null, recall: null, auc: null })
})

test('binned AUC is within its error bound, and exact where the bound would fail', () => {
  const of = random(9)
  const length = 90_000
  const label = Uint8Array.from({ length }, () => Number(of() < 0.2))
  const ones = new Uint8Array(length).fill(1)
  const knownValues = Uint8Array.from({ length }, () => Number(of() < 0.9))
  const rows = { from: 100, to: length - 100 }
  const exact = (score: Float64Array) => {
    const labelled = Uint32Array.from({ length }, (_, row) => row).filter(
      row => row >= rows.from && row < rows.to && knownValues[row] === 1 && !Number.isNaN(score[row]),
    )
    return auc(
      Float64Array.from(labelled, row => score[row]),
      Uint8Array.from(labelled, row => label[row]),
    )
  }
  const smooth = Float64Array.from(label, is => (of() < 0.05 ? NaN : 1 / (1 + Math.exp(-is - 3 * of()))))
  assert.ok(Math.abs(aucOf({ label, isLabelled: knownValues, eligible: ones }, smooth, rows)! - exact(smooth)) <= 5e-5)
  const coarse = Float64Array.from(label, is => Math.floor(of() * 4) + is)
  assert.equal(aucOf({ label, isLabelled: knownValues, eligible: ones }, coarse, rows), exact(coarse))
  // One outlier puts all other scores into one bin.
  smooth[500] = 1e12
  assert.equal(aucOf({ label, isLabelled: knownValues, eligible: ones }, smooth, rows), exact(smooth))
  assert.equal(aucOf({ label, isLabelled: knownValues, eligible: ones }, new Float64Array(length).fill(0.5), rows), 0.5)
})
