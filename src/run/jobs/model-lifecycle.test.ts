import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { count, entity, features, labelFrom, linear, logistic, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import { ModelLifecycle } from './model-lifecycle.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const frauds = source('frauds', { schema: { of: t.string(), at: t.timestamp() }, key: 'of', time: 'at' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })

const scores = {
  logistic: logistic({ intercept: 0, weights: { n: 1 } }),
  linear: linear({ intercept: 0, weights: { n: 1 } }),
  rules: rules([], 0.5),
}

test('without a champion a new version is compared with coefficients of the definition, and with no other score', () => {
  for (const [kind, score] of Object.entries(scores)) {
    const fraud = model('fraud', {
      decide: on(payments),
      inputs: p => ({ n: recent.of(p.card).n }),
      score,
      label: labelFrom(frauds, { join: 'of', value: f => f.of.isNull().not(), negativeAfter: '1d' }),
      train: { algorithm: 'logistic' },
    })
    const { ir } = pipeline('cards', [fraud])
    const values = new ModelStore()
    const compared = new ModelLifecycle(ir, 'fraud', values).comparedScore(values)
    assert.deepEqual(compared, kind === 'rules' ? undefined : { version: 0, score: ir.models[0].score }, kind)
  }
})
