import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftState } from '../../training/registry/registry.ts'
import { driftStateText } from './version-text.ts'

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
