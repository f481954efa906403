import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { random } from '../base/random.ts'
import {
  action,
  answer,
  count,
  entity,
  env,
  every,
  features,
  labelFrom,
  linear,
  model,
  on,
  pipeline,
  request,
  source,
  stdout,
  stream,
  t,
  webhook,
  type VectorOf,
} from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import type { EffectRecord } from '../define/action/action.ts'
import { testing } from '../public/testing.ts'
import { Run } from '../run/loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const reports = source('reports', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), spent: p.amount.sum('1h') }) })
const score = linear({ intercept: 0, weights: { 'now.spent': 1 } })
const paid = model('paid', { decide: on(payments), inputs: p => ({ now: now.of(p.card) }), score })
const watch = model('watch', { decide: every('5m', card, { live: '30m' }), inputs: tick => ({ now: now.of(tick.card) }), score })
const ask = model('ask', { decide: request({ card }), inputs: r => ({ now: now.of(r.card) }), score })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n, amount: p.amount }),
  label: labelFrom(reports, { join: 'payment', value: r => r.fraud, negativeAfter: '7d' }),
  train: { algorithm: 'logistic', every: 'week' },
})
const alarm = action('alarm', { when: paid.score.gte(10), deadline: '1m', cooldown: '10m', do: webhook(env('NOT_SET')) })
const page = action('page', { when: watch.score.gte(10), deadline: '8m', do: stdout() })
const notice = action('notice', { when: ask.score.gte(10), deadline: '1s', do: stdout() })
const review = action('review', { when: risk.score.gte(0.8), cooldown: '1h', do: stdout() })
const decline = action('decline', { when: paid.score.gte(10), do: answer({ approved: false }) })
const shop = pipeline('shop', [alarm, page, notice, review, decline])

const start = Date.parse('2026-01-01T00:01Z')
const minute = (minutes: number) => start + minutes * 60_000
const pay = (at: number, amount: number, of = 'a') => ({ id: `${of}${at}`, card: of, amount, at: minute(at) })
const open = () => testing(shop, { at: start })
const minutesOf = (effects: readonly EffectRecord[]) => effects.map(({ key, t: time }) => [key, (time - start) / 60_000])

test('the effects of an action are those that its destination would receive', async () => {
  const run = await open()
  await run.send(payments, [pay(0, 9), pay(1, 1), pay(2, 30, 'b')])
  const [first, ...others] = run.effects(alarm)
  assert.match(first.id, /^shop\/alarm\/[0-9a-f]{32}$/)
  assert.deepEqual(first, {
    id: first.id,
    pipeline: 'shop',
    action: 'alarm',
    model: 'paid',
    key: 'a',
    t: minute(1),
    score: 10,
    vector: { now: { n: 2, spent: 10 } },
    due: minute(2),
  })
  assert.deepEqual(minutesOf(others), [['b', 2]])
  assert.deepEqual(run.effects(alarm), [first, ...others], 'the same ids at each call')
  await run.send(payments, [pay(5, 1), pay(11, 1), pay(12, 1)])
  assert.deepEqual(
    minutesOf(run.effects(alarm)),
    [
      ['a', 1],
      ['b', 2],
      ['a', 11],
    ],
    'no second effect within the cooldown',
  )
})

test('a live run makes the same effects, of events, ticks and requests', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [next, store, sent] = [random(seed), new ModelStore(undefined, true), [] as EffectRecord[]]
    let clock = start
    const live = new Run(withoutTraining, {
      store,
      clock: () => clock,
      onEffects: effects => sent.push(...effects.map(({ body }) => JSON.parse(body) as EffectRecord)),
    })
    const tested = await testing(withoutTraining, { at: start })
    for (let step = 0.5; step < 60; step += 1 + Math.floor(next() * 4)) {
      clock = minute(step)
      live.tick()
      await live.whenIdle()
      await tested.advance({ to: clock })
      const late = next() < 0.3 ? 3 : 0
      const payment = { ...pay(step - late, 1 + Math.floor(next() * 8), next() < 0.5 ? 'a' : 'b'), id: String(step) }
      await live.submit('payments', recordBatchOf([payment]))
      await tested.send(payments, [payment])
      if (next() > 0.2) continue
      await live.request('ask', { card: payment.card })
      await tested.request(ask, { card: payment.card })
    }
    await live.stop()
    // The id also depends on the log's name, and that of a request on its entry.
    const withoutId = (effect: EffectRecord) => ({ ...effect, id: '' })
    for (const tried of [alarm, page, notice])
      assert.deepEqual(
        tested.effects(tried).map(withoutId),
        sent.filter(effect => effect.action === tried.name).map(withoutId),
        `seed ${seed}`,
      )
    assert.ok(new Set(sent.map(effect => effect.action)).size === 3, `seed ${seed}: each action has effects`)
  }
})
const withoutTraining = pipeline('shop', [alarm, page, notice])

test('a test gives the scores of a trained model', async () => {
  const untrained = await open()
  await untrained.send(payments, [pay(0, 9)])
  assert.equal(untrained.decisions(risk)[0].score, null)
  assert.throws(() => untrained.effects(review), {
    code: 'SPILL_INPUT',
    message:
      "action 'review' has no effects, since model 'risk' is trained and has no version in a test; " +
      'give its scores: testing(…, { at, scores: { risk: vector => 0.9 } })',
  })
  const scores = { risk: ({ n, amount }: VectorOf<typeof risk>) => (n > 1 && amount > 5 ? 0.9 : 0.1) }
  const run = await testing(shop, { at: start, scores })
  await run.send(payments, [pay(0, 9), pay(1, 9), pay(2, 9), pay(70, 9), pay(71, 9)])
  assert.deepEqual(
    run.decisions(risk).map(decision => decision.score),
    [0.1, 0.9, 0.9, 0.1, 0.9],
  )
  assert.deepEqual(minutesOf(run.effects(review)), [
    ['a', 1],
    ['a', 71],
  ])
  assert.equal(run.decisions(paid)[0].score, 9, 'other models keep their score')
})

test('a score of the test takes the place of any own score', async () => {
  const run = await testing(shop, { at: start, scores: { paid: () => 10 } })
  await run.send(payments, [pay(0, 1)])
  assert.equal(run.effects(alarm)[0].score, 10)
})

test('an action without effects is an error', async () => {
  const run = await open()
  assert.throws(() => run.effects(decline), {
    code: 'SPILL_INPUT',
    message: "action 'decline' answers in the response and has no effect; test the scores of run.decisions(paid)",
  })
  assert.throws(() => run.effects({ ...alarm, name: 'alert' }), {
    code: 'SPILL_NOT_FOUND',
    message: "pipeline 'shop' has no action 'alert'; make it one of its parts",
  })
})

test('a score of an unknown model, and a score that is no function, are rejected', async () => {
  await assert.rejects(testing(shop, { at: start, scores: { rsik: () => 1 } }), {
    code: 'SPILL_NOT_FOUND',
    message: "pipeline 'shop' has no model 'rsik'",
  })
  await assert.rejects(testing(shop, { at: start, scores: { risk: 0.9 as never } }), {
    code: 'SPILL_INPUT',
    message: "the score of model 'risk' is 0.9; write a function: vector => 0.9",
  })
})
