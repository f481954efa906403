import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corrected, count, entity, features, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { testing } from '../public/testing.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { ref: t.string(), card, amount: t.int(), void: t.bool().nullable(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'ref',
  identity: ['ref'],
  revisable: '1d',
  deleted: 'void',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), before: count('1h', { before: true }), amount: p.amount.sum('1h') }),
})
const past = features('past', { from: payments, entity: card, place: corrected, values: p => ({ amount: p.amount.sum('1h') }) })
const decided = model('decided', {
  decide: on(payments),
  inputs: p => ({ now: now.of(p.card), past: past.of(p.card) }),
  score: linear({ intercept: 0, weights: { 'now.n': 1 } }),
})
const cards = pipeline('cards', [decided])

test('a revision takes the place of its original, a deletion of both, and a deletion decides nothing', async () => {
  const run = await testing(cards, { at: '2026-01-01T00:00Z' })
  const pay = (ref: string, amount: number, gone: boolean | null = null) => ({ ref, card: 'c', amount, void: gone, at: run.now })
  await run.send(payments, [pay('a', 5), pay('b', 3), pay('a', 7, false), pay('a', 7, false), pay('b', 3, true), pay('c', 1)])
  assert.deepEqual(
    run.decisions(decided).map(({ vector }) => [vector.now.n, vector.now.before, vector.now.amount, vector.past.amount]),
    [
      [1, 0, 5, 8],
      [2, 1, 8, 8],
      [2, 1, 10, 8], // the same once more is a duplicate
      [2, 1, 8, 8], // b is gone
    ],
  )
  assert.deepEqual(run.features(now, 'c'), { n: 2, before: 2, amount: 8 })
})
