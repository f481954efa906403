import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectMessage } from './effect-message.ts'

const effect = { number: 1, id: 'shop/page/1', key: 'c1', entry: 7, decidedAt: 100, due: undefined }
const attempt = { action: 'page', run: {}, attempts: 1, since: 0, began: 0, attemptedAt: 0 }
const change = { kind: 'delivered', number: 1, sent: 100, at: 110 } as const

test('a message has the pipeline and the model of its decision, and parses the body for nobody else', () => {
  const body = JSON.stringify({ pipeline: 'shop', model: 'fraud', score: 0.9 })
  const { pipeline, model, outcome, at } = effectMessage({ ...attempt, effect: { ...effect, body } }, change, 110)
  assert.deepEqual([pipeline, model, outcome, at], ['shop', 'fraud', 'delivered', 110])
  const unread = effectMessage({ ...attempt, effect: { ...effect, body: 'parsed by nobody' } }, change, 110)
  assert.deepEqual([unread.action, unread.outcome, unread.at], ['page', 'delivered', 110])
  assert.throws(() => unread.model, SyntaxError)
})
