import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promotionText } from './promotion-text.ts'

const unscored = { name: 'fraud', score: { kind: 'none' } } as const
const why = 'auc 0.8100'

test('a promotion says the version, how it was trained, the version that it replaces, and the reason', () => {
  const promotion = { version: 2, why, at: 0 }
  const trained = { why: 'schedule' } as const
  assert.equal(
    promotionText(unscored, promotion, { trained, before: 1 }),
    "model 'fraud': version 2 (trained on its schedule) is promoted over version 1: auc 0.8100",
  )
  assert.equal(
    promotionText(unscored, promotion, { trained: { why: 'drift' }, before: undefined }),
    "model 'fraud': version 2 (trained after drift) is promoted: auc 0.8100",
  )
  const linear = { name: 'fraud', score: { kind: 'linear', intercept: 0, terms: [] } } as const
  for (const before of [undefined, 0])
    assert.equal(
      promotionText(linear, promotion, { trained, before }),
      "model 'fraud': version 2 (trained on its schedule) is promoted over its own score: auc 0.8100",
    )
  assert.equal(
    promotionText(linear, { ...promotion, version: 0, why: 'by hand' }, { trained: undefined, before: 2 }),
    "model 'fraud': its own score is promoted over version 2: by hand",
  )
})

test('the version that is promoted already is no news', () => {
  assert.equal(promotionText(unscored, { version: 2, why, at: 0 }, { trained: undefined, before: 2 }), undefined)
  for (const before of [undefined, 0])
    assert.equal(promotionText(unscored, { version: 0, why, at: 0 }, { trained: undefined, before }), undefined)
})

test('a challenge says its version; version 0 is its end', () => {
  const challenge = { as: 'challenger', version: 3, why, at: 0 } as const
  assert.equal(
    promotionText(unscored, challenge, { trained: { why: 'demand' }, before: 1 }),
    "model 'fraud': version 3 (trained on demand) challenges the score in use: auc 0.8100",
  )
  assert.equal(
    promotionText(unscored, { ...challenge, version: 0 }, { trained: undefined, before: 1 }),
    "model 'fraud': the challenger is rejected: auc 0.8100",
  )
})
