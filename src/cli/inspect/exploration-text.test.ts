import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'
import { decisionText } from '../command/text-format.ts'
import { traceText } from './trace.ts'

const decision: RecordedDecision = {
  model: 'fraud',
  t: 0,
  key: 'c',
  entry: 7,
  vector: {},
  score: 0.9,
  read: {},
  explored: { decline: 0.01 },
}
const { explored: _explored, ...other } = decision

test('a decision whose action was left undone names the action', () => {
  assert.match(decisionText(decision), /score 0\.9; decline skipped for exploration, probability 0\.01\n/)
  assert.doesNotMatch(decisionText(other), /exploration/)
  assert.match(traceText({ decision, effects: [] }), /^ {2}decline was skipped for exploration, probability 0\.01$/m)
  assert.doesNotMatch(traceText({ decision: other, effects: [] }), /exploration/)
})

test('all numbers of the vector are rounded, those in nested lists and groups too', () => {
  const vector = { a: 1 / 3, list: [2 / 3, 1], past: { mean: 10 / 7, n: null } }
  assert.match(decisionText({ ...decision, vector }), /a: 0\.333333, list: \[ 0\.666667, 1 \], past: \{ mean: 1\.42857, n: null \}/)
})
