import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftState } from '../../training/registry/registry.ts'
import type { ModelVersion } from '../../training/registry/index.ts'
import { driftStateText, versionText } from './version-text.ts'

test('the result of a drift check is one line', () => {
  const state: DriftState = { at: Date.parse('2026-01-15T00:00Z'), version: 2, rows: { reference: 16_384, recent: 1400 }, trainings: 0 }
  const text = (more: Partial<DriftState>) => driftStateText('fraud', { ...state, ...more })
  const head = "drift of 'fraud' at 2026-01-15T00:00:00.000Z, 1,400 decisions against 16,384 of version 2: "
  assert.equal(text({}), `${head}none`)
  const because = 'drift of amount: PSI 0.31'
  assert.equal(text({ because }), `${head}${because}`)
  assert.equal(text({ because, due: { at: 0, because } }), `${head}${because}; a training is due`)
  assert.equal(text({ silent: '12 decisions, fewer than 1000' }), `${head}no verdict (12 decisions, fewer than 1000)`)
  const fell = 'auc of 1204 settled decisions is 0.6124, below 0.7000'
  const own = {
    version: 0,
    rows: { reference: 0, recent: 0 },
    silent: "the model's own score decides, and its training data is unknown",
  }
  assert.equal(text({ ...own, because: fell }), `drift of 'fraud' at 2026-01-15T00:00:00.000Z, 0 decisions: ${fell} (${own.silent})`)
})

test('a version shows the importance of its inputs, most important first', () => {
  const metrics = { n: 1200, positives: 30, unscored: 0, auc: 0.9, rmse: 0.1 }
  const split = { trained: 4800, trainedPositives: 120, trainedTo: 0, gap: 0, gapMs: 0, holdout: 1200, holdoutFrom: 0, rejected: 0 }
  const set = { rows: 6000, sha256: 'ab', positive: 150, negative: 5850, unsettled: 0, late: 0, cut: [] }
  const inputs = [
    { input: 'card.n10m', mean: 0.21234, deviation: 0.0101 },
    { input: 'amount', mean: -0.0004, deviation: 0.002 },
  ]
  const version = (metric: 'auc' | 'logloss'): ModelVersion => ({
    model: 'fraud',
    number: 3,
    state: 'candidate',
    why: 'command',
    at: 0,
    began: 0,
    train: { algorithm: 'logistic', options: {}, promote: { kind: 'hand' } },
    inputs: [],
    spillway: '0',
    trained: { hash: 'cd', set, split, metrics, importance: { metric, rows: 1200, shuffles: 5, seed: 0, inputs }, constant: [], notes: [] },
  })
  const lines = (metric: 'auc' | 'logloss') => versionText(version(metric), []).split('\n').slice(-4)
  assert.deepEqual(lines('auc'), [
    'importance: fall of auc when an input is shuffled, on 1,200 decisions; mean and deviation of 5 shuffles',
    'input         fall       ±',
    'card.n10m   0.2123  0.0101',
    'amount     -0.0004  0.0020',
  ])
  assert.match(lines('logloss')[0], /^importance: rise of logloss /)
})
