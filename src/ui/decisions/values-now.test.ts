import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionAnswer, PipelineAnswer } from '../core/answers.ts'
import { differencesToNow, featureQueries } from './values-now.ts'

const readAt = { visibleEvents: 4, asOf: 4000 }
const decision: DecisionAnswer = {
  model: 'fraud',
  t: 10_000,
  key: 'c1',
  entry: 7,
  vector: { amount: 5, ratio: 2, now: { n: 3, top: ['a'] } },
  score: 0.9,
  read: { 'card_now(card)': readAt, 'routes(origin,destination)': readAt, 'port(origin)': readAt, 'port(destination)': readAt },
}
const fields = { card: 'c1', origin: 'ZRH', destination: 'SFO' }
const event = { kind: 'event', source: 's', time: 0, arrival: 0, fields } as const

test('each group is asked for once, by the keys of the trigger', () => {
  assert.deepEqual(featureQueries(decision, event), [
    { group: 'card_now', key: ['c1'] },
    { group: 'routes', key: ['ZRH', 'SFO'] },
  ])
  assert.deepEqual(featureQueries(decision, { kind: 'tick', t: 0 }), [{ group: 'card_now', key: ['c1'] }])
  assert.deepEqual(featureQueries(decision, { ...event, fields: { ...fields, card: '***', origin: null } }), [])
})

test('inputs that are one feature are compared, by value', () => {
  const input = (name: string, definition: string) => ({ name, type: 'int', definition })
  const inputs = [
    input('amount', 'amount'),
    input('ratio', '(amount / card_now.n)'),
    input('now.n', 'card_now.n'),
    input('now.top', 'card_now.top'),
  ]
  const pipeline = { models: [{ name: 'fraud', inputs }] } as unknown as PipelineAnswer
  assert.deepEqual(differencesToNow(decision, pipeline, [{ group: 'card_now', features: { n: 4, top: ['a'] } }]), [
    { name: 'now.n', before: 3, after: 4, isDifferent: true },
    { name: 'now.top', before: ['a'], after: ['a'], isDifferent: false },
  ])
})
