import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyModelSummary } from '../../replay/replay.ts'
import { replaySummaryText } from './replay-summary.ts'

test('the summary counts labels below the models, if a model has labels', () => {
  const summary = {
    pipeline: 'p',
    fingerprint: 'f',
    sources: [],
    undecodable: 0,
    models: [emptyModelSummary('plain')],
    events: 0,
    decisions: 0,
    loadSeconds: 1,
    decideSeconds: 1,
    warnings: [],
    brokenOff: [],
  }
  assert.doesNotMatch(replaySummaryText(summary), /labels/)
  const labels = { decisions: 1234, positive: 4, negative: 1200, unknown: 30, notEligible: 0, late: 5 }
  const lines = replaySummaryText({ ...summary, models: [...summary.models, { ...emptyModelSummary('risk'), labels }] }).split('\n')
  assert.deepEqual(lines.slice(6, 8), [
    'labels of  true  false  unknown  not eligible  too late',
    'risk          4  1,200       30             0         5',
  ])
})
