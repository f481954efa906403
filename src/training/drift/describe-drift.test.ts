import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeDrift } from './describe-drift.ts'
import type { ColumnDrift, DriftReport } from './drift.ts'

const column = (name: string, more: Partial<ColumnDrift> = {}): ColumnDrift => ({
  name,
  nulls: { reference: 0, recent: 0 },
  drifted: [],
  ...more,
})
const report = (inputs: readonly ColumnDrift[], more: Partial<DriftReport> = {}): DriftReport =>
  ({ inputs, metrics: [], only: { reference: [], recent: [] }, drifted: false, tooFew: false, rows: {}, thresholds: {}, ...more }) as never

test('drifted columns are named with their distance, largest first', () => {
  assert.equal(describeDrift(report([column('a')])), undefined)
  assert.equal(
    describeDrift(report([column('glucose.level', { psi: 0.311, ks: 0.1, drifted: ['psi'] }), column('b')])),
    'drift of glucose.level: PSI 0.31',
  )
  const missing = column('b', { psi: 0.4, nulls: { reference: 0.05, recent: 0.315 }, drifted: ['psi', 'nulls'] })
  const both = report([column('a', { psi: 0.3, ks: 0.25, drifted: ['psi', 'ks'] }), missing], {
    score: column('score', { ks: 0.5, drifted: ['ks'] }),
  })
  assert.equal(describeDrift(both), 'drift of score: KS 0.50; b: PSI 0.40, NULL 5.0 % → 31.5 %; a: PSI 0.30, KS 0.25')
  const many = Array.from({ length: 5 }, (_, i) => column(`x${i}`, { psi: i, drifted: ['psi'] }))
  assert.equal(describeDrift(report(many)), 'drift of x4: PSI 4.00; x3: PSI 3.00; x2: PSI 2.00; and 2 more')
})

test('a metric that fell is named with its bound', () => {
  const fell = { name: 'auc', value: 0.61239, bound: 0.7, rows: 1204, fell: true }
  assert.equal(describeDrift(report([], { metrics: [fell] })), 'auc of 1204 settled decisions is 0.6124, below 0.7000')
  assert.equal(describeDrift(report([], { metrics: [{ ...fell, fell: false }] })), undefined)
  assert.equal(
    describeDrift(report([column('a', { psi: 1, drifted: ['psi'] })], { metrics: [fell] })),
    'drift of a: PSI 1.00; auc of 1204 settled decisions is 0.6124, below 0.7000',
  )
})
