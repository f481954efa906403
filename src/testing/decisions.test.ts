import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { testing } from '../public/testing.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { ref: t.decimal(2), card, terminal: t.string(), at: t.timestamp() },
  key: 'ref',
  time: 'at',
})
const reports = source('reports', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: () => ({ n: count('1h'), few: count('1h', { exact: true, maxEvents: 1 }) }),
})
const reported = features('reported', { from: reports, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const narrow = model('narrow', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n, reported: reported.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const wide = model('wide', {
  decide: on(payments),
  inputs: p => ({ now: now.of(p.card) }),
  score: linear({ intercept: 0, weights: { 'now.n': 1 } }),
})
const cards = pipeline('cards', [narrow, wide])

const start = '2026-01-01T00:00Z'
const pay = (ref: number, terminal: string) => ({ ref, card: 'c', terminal, at: start })

test('a rejected feature takes the score from the models that read it, and from no other', async () => {
  const run = await testing(cards, { at: start })
  await run.send(payments, [pay(1, 'a'), pay(2, 'b')])
  assert.deepEqual(
    run.decisions(narrow).map(({ score, rejected }) => [score, rejected]),
    [
      [1, undefined],
      [2, undefined],
    ],
  )
  const [first, second] = run.decisions(wide)
  assert.deepEqual([first.score, second.score], [1, null])
  assert.match(second.rejected!, /^feature 'now\.few' SPILL_LIMIT: /)
  assert.throws(() => run.features(now, 'c'), { code: 'SPILL_LIMIT', message: /^feature 'now\.few' is rejected: / })
})

test('the log is in the order of sending, also at one millisecond', async () => {
  const run = await testing(cards, { at: start })
  await run.send(reports, [{ card: 'c', at: start }])
  await run.send(payments, [pay(1, 'a')])
  await run.send(reports, [{ card: 'c', at: start }])
  await run.send(payments, [pay(2, 'a')])
  assert.deepEqual(
    run.decisions(narrow).map(({ vector }) => vector.reported),
    [1, 2],
  )
})

test('the key of a decision is delivered', async () => {
  const run = await testing(cards, { at: start })
  await run.send(payments, [pay(1.25, 'a')])
  assert.equal(run.decisions(narrow)[0].key, 1.25)
})

test('a moment states its offset', async () => {
  await assert.rejects(testing(cards, { at: '2026-01-01T00:00' }), /is not a time; write UTC ms, or ISO 8601 with its offset/)
})
