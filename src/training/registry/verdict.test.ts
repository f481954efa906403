import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromoteIR } from '../../define/ir/train-ir.ts'
import type { Metrics } from '../metrics.ts'
import { verdictOf } from './verdict.ts'

const metrics = (more: Partial<Metrics>): Metrics => ({ n: 10, positives: 5, unscored: 0, ...more })
const rule = { kind: 'rule', metric: 'auc', bound: 0.7, betterBy: 0.01 } as const satisfies PromoteIR

test('a rule looks at its metric, beside the champion on the same decisions', () => {
  const says = (own: Partial<Metrics>, others?: Partial<Metrics>) => verdictOf(rule, metrics(own), others ? metrics(others) : 'nothing')
  assert.deepEqual(says({ auc: 0.7 }), { isMet: true, words: 'auc 0.7000, and nothing to compare it with' })
  assert.deepEqual(says({ auc: 0.69 }), { isMet: false, words: 'auc 0.6900 is below 0.7000' })
  assert.equal(says({ auc: 0.75 }, { auc: 0.73 }).isMet, true)
  const close = says({ auc: 0.735 }, { auc: 0.73 })
  assert.deepEqual(close.words, "auc 0.7350, the champion's 0.7300 on the same decisions: better by 0.0050, and it should be by 0.0100")
  assert.equal(close.isMet, false)
  assert.match(says({ positives: 0 }).words, /^auc has no meaning on the holdout: none of 10 labels is true$/)
  assert.match(says({ positives: 10 }).words, /all of 10 labels are true$/)
  assert.match(says({ n: 0, positives: 0 }).words, /it has no decision$/)
  assert.match(says({ n: 0, positives: 0, unscored: 8 }).words, /none of 8 decisions has a score$/)
  const loss = { kind: 'rule', metric: 'rmse', bound: 0.5, betterBy: 0 } as const
  assert.equal(verdictOf(loss, metrics({ rmse: 0.51 }), 'nothing').words, 'rmse 0.5100 is above 0.5000')
  assert.equal(verdictOf(loss, metrics({ rmse: 0.4 }), metrics({ rmse: 0.4 })).isMet, true)
  assert.equal(verdictOf(loss, metrics({ rmse: 0.41 }), metrics({ rmse: 0.4 })).isMet, false)
  assert.equal(verdictOf({ kind: 'hand' }, metrics({}), 'nothing').isMet, false)
})

test('a version that scores fewer decisions than the champion is not promoted, however good its metric is', () => {
  const [few, all] = [metrics({ n: 4, positives: 2, unscored: 96, auc: 0.99 }), metrics({ n: 100, auc: 0.8 })]
  assert.deepEqual(verdictOf(rule, few, all), {
    isMet: false,
    words: 'auc 0.9900, but it has no score for 96 of 100 decisions, and the champion leaves out 0',
  })
  assert.equal(verdictOf(rule, few, 'not comparable').isMet, false)
  assert.equal(verdictOf(rule, metrics({ n: 99, unscored: 1, auc: 0.99 }), all).isMet, false)
  assert.deepEqual(verdictOf(rule, metrics({ n: 95, unscored: 5, auc: 0.9 }), metrics({ n: 90, unscored: 10, auc: 0.8 })), {
    isMet: true,
    words: "auc 0.9000, the champion's 0.8000 on the decisions that it scores: better by 0.1000",
  })
})

test('where nothing else scores, a version must score half of the decisions', () => {
  assert.deepEqual(verdictOf(rule, metrics({ n: 4, unscored: 6, auc: 0.99 }), 'nothing'), {
    isMet: false,
    words: 'auc 0.9900, but it has no score for 6 of 10 decisions',
  })
  assert.equal(verdictOf(rule, metrics({ n: 5, unscored: 5, auc: 0.99 }), 'nothing').isMet, true)
})

test('a rule that compares is not met beside a score that cannot be computed, unless the version challenges it first', () => {
  const own = metrics({ auc: 0.9, logloss: 0.3 })
  assert.deepEqual(verdictOf(rule, own, 'not comparable'), {
    isMet: false,
    words: 'auc 0.9000; the score in use cannot be computed for these decisions: use shadow, or promote by hand',
  })
  const { bound, ...unbounded } = { ...rule, betterBy: 0 }
  assert.equal(verdictOf(unbounded, own, 'not comparable').isMet, false, 'no worse than the champion is a comparison too')
  assert.equal(verdictOf({ ...unbounded, bound }, own, 'not comparable').isMet, true, 'the bound is enough')
  assert.equal(verdictOf({ ...rule, shadow: 1000 }, own, 'not comparable').isMet, true)
  const noProbabilities = metrics({ auc: 0.8 })
  assert.deepEqual(verdictOf({ ...rule, metric: 'logloss', bound: 0.5, shadow: 1000 }, own, noProbabilities), {
    isMet: false,
    words: "logloss 0.3000; the champion's has no meaning: scores are no probabilities: promote by hand",
  })
  assert.equal(verdictOf(rule, own, metrics({ n: 0, positives: 0, unscored: 10 })).isMet, true, 'the score in use has scored nothing')
})
