import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import {
  count,
  entity,
  features,
  labelFrom,
  linear,
  logistic,
  model,
  on,
  pipeline,
  rules,
  source,
  stream,
  t,
  type Train,
} from '../../index.ts'
import type { TrainingReport } from '../../training/registry/version.ts'
import { pendingPromotion, putPendingPromotion } from '../../training/registry/registry.ts'
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

const fraudBy = (score: (typeof scores)[keyof typeof scores], train: Train = { algorithm: 'logistic' }) =>
  pipeline('cards', [
    model('fraud', {
      decide: on(payments),
      inputs: p => ({ n: recent.of(p.card).n }),
      score,
      label: labelFrom(frauds, { join: 'of', value: f => f.of.isNull().not(), negativeAfter: '1d' }),
      train,
    }),
  ]).ir

test('without a champion a new version is compared with coefficients of the definition, and with no other score', () => {
  for (const [kind, score] of Object.entries(scores)) {
    const ir = fraudBy(score)
    const values = new ModelStore()
    const compared = new ModelLifecycle(ir, 'fraud', values).comparedScore(values)
    assert.deepEqual(compared, kind === 'rules' ? undefined : { version: 0, score: ir.models[0].score }, kind)
  }
})

test('a version that meets its rule replaces a promotion by a rule that waits for a run, and none by hand', async () => {
  const ir = fraudBy(scores.rules, { algorithm: 'logistic', promote: { metric: 'auc', atLeast: 0.7 } })
  const store = new ModelStore(undefined, true)
  const report = { metrics: { n: 10, positives: 5, unscored: 0, auc: 0.8 } } as TrainingReport
  const trained = async () => {
    const lifecycle = new ModelLifecycle(ir, 'fraud', store)
    const version = lifecycle.beginVersion({ why: 'command', at: 0, cut: 0, began: 0 })
    const { put, ...finished } = lifecycle.finish(version, { score: { kind: 'linear', intercept: 0, terms: [] }, report }, 0, store)
    await store.commit({ put })
    return { ...finished, waiting: pendingPromotion(store, 'fraud')?.version }
  }
  assert.equal((await trained()).waiting, 1)
  assert.equal((await trained()).waiting, 2)
  for (const byHand of [1, 0]) {
    await store.commit({ put: [putPendingPromotion('fraud', { version: byHand, why: 'by hand', at: 0 })] })
    const { version, promotion, waiting } = await trained()
    assert.deepEqual([version.state, promotion, waiting], ['candidate', undefined, byHand])
    const promoted = byHand === 0 ? "the model's own score" : 'version 1'
    assert.ok(version.verdict!.endsWith(`; ${promoted} is promoted by hand and waits for a run`), version.verdict)
  }
})

test('beside rules, betterBy needs shadow: a new version is rejected without it, and challenges the rules with it', () => {
  const finished = (betterBy: number, shadow?: '1d') => {
    const promote = { metric: 'auc', atLeast: 0.7, betterBy, ...(shadow && { shadow }) } as const
    const ir = fraudBy(scores.rules, { algorithm: 'logistic', promote })
    const values = new ModelStore()
    const lifecycle = new ModelLifecycle(ir, 'fraud', values)
    const version = lifecycle.beginVersion({ why: 'demand', at: 0, cut: 0, began: 0 })
    const report = { metrics: { n: 10, positives: 5, unscored: 0, auc: 0.8 } } as TrainingReport
    return lifecycle.finish(version, { score: { kind: 'linear', intercept: 0, terms: [] }, report }, 0, values)
  }
  const rejected = finished(0.01)
  assert.deepEqual([rejected.version.state, rejected.promotion], ['rejected', undefined])
  assert.match(rejected.version.verdict!, /cannot be computed for these decisions: use shadow, or promote by hand$/)
  assert.equal(finished(0.01, '1d').promotion?.as, 'challenger')
  assert.deepEqual([finished(0).version.state, finished(0).promotion?.version], ['candidate', 1])
})
