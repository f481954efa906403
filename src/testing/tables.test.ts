import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, every, features, lag, linear, model, on, pipeline, request, source, stream, t, table } from '../index.ts'
import { testing } from '../public/testing.ts'

const customer = entity('customer', t.string())
const plans = table('plans', {
  schema: { customer, tier: t.enum(['free', 'pro']).nullable(), seats: t.int().nullable(), at: t.timestamp(), gone: t.bool().nullable() },
  key: 'customer',
  time: 'at',
  deleted: 'gone',
})
const regions = table('regions', {
  schema: { customer, region: t.string(), since: t.timestamp() },
  key: 'customer',
  time: 'since',
  place: lag('1h'),
})
const calls = source('calls', { schema: { call: t.string(), customer, at: t.timestamp() }, key: 'call', time: 'at' })
const score = linear({ intercept: 0, weights: {} })
const limit = model('limit', {
  decide: on(calls),
  inputs: c => ({
    tier: plans.of(c.customer).tier,
    seats: plans.of(c.customer).seats,
    known: plans.of(c.customer).at.isNull().not(),
    region: regions.of(c.customer).region,
  }),
  score,
})

const start = Date.parse('2026-01-01T00:00Z')
const minute = (minutes: number) => start + minutes * 60_000
const plan = (tier: 'free' | 'pro' | null, minutes: number, more: { seats?: number; gone?: boolean } = {}) => ({
  customer: 'c1',
  tier,
  at: minute(minutes),
  ...more,
})
const call = (minutes: number, of = 'c1') => ({ call: 'x', customer: of, at: minute(minutes) })

test('a decision sees the row as it is known then, and nothing of a customer that has none', async () => {
  const run = await testing(pipeline('limits', [limit]), { at: start })
  await run.send(calls, [call(0)])
  await run.send(plans.source, [plan('free', 1, { seats: 3 })])
  await run.send(regions.source, [{ customer: 'c1', region: 'north', since: minute(1) }])
  await run.send(calls, [call(2)])
  await run.send(plans.source, [plan('pro', 5)])
  await run.send(calls, [call(6), call(6, 'c2')])
  await run.send(plans.source, [plan('free', 3, { seats: 9 })])
  await run.send(calls, [call(7)])
  await run.send(plans.source, [plan(null, 8, { gone: true })])
  await run.send(calls, [call(9), call(61)])
  await run.send(plans.source, [plan('free', 62, { seats: 1 })])
  await run.send(calls, [call(63)])
  assert.deepEqual(
    run.decisions(limit).map(({ vector: { tier, seats, known, region } }) => [tier, seats, known, region]),
    [
      [null, null, false, null], // no row yet
      ['free', 3, true, null], // the region is an hour behind
      ['pro', null, true, null], // the whole row is another: its seats are NULL
      [null, null, false, null], // another customer
      ['pro', null, true, null], // what was sent late is older than the latest row
      [null, null, false, null], // deleted
      [null, null, false, 'north'],
      ['free', 1, true, 'north'], // inserted again
    ],
  )
  assert.deepEqual(run.features(plans, 'c1'), { tier: 'free', seats: 1, at: minute(62) })
  assert.deepEqual(run.features(plans, 'c2'), { tier: null, seats: null, at: null })
})

test('a row that is effective in the future is rejected', async () => {
  const laterPlans = table('told', {
    schema: { customer, tier: t.string(), at: t.timestamp(), got: t.timestamp() },
    key: 'customer',
    time: 'at',
    arrives: 'got',
  })
  const run = await testing(pipeline('p', [laterPlans]), { at: start })
  await run.send(laterPlans.source, [{ customer: 'c1', tier: 'pro', at: minute(60), got: minute(0) }], { rejected: true })
  assert.deepEqual(
    run.rejected.map(({ reason }) => reason),
    ['future'],
  )
  assert.deepEqual(run.features(laterPlans, 'c1'), { tier: null, at: null, got: null })
})

test('a model decides on a row and not on a delete; other features count rows and no deletes', async () => {
  const changes = features('changes', { from: plans.source, entity: customer, place: stream, values: () => ({ n: count('1d') }) })
  const changed = model('changed', {
    decide: on(plans.source),
    inputs: p => ({ now: p.tier, tier: plans.of(p.customer).tier, n: changes.of(p.customer).n }),
    score,
  })
  const run = await testing(pipeline('changes', [changed]), { at: start })
  await run.send(plans.source, [plan('free', 0), plan('pro', 1, { gone: true }), plan('pro', 2), plan('free', 1)])
  assert.deepEqual(
    run.decisions(changed).map(({ vector }) => vector),
    [
      { now: 'free', tier: 'free', n: 1 },
      { now: 'pro', tier: 'pro', n: 2 },
      { now: 'free', tier: 'pro', n: 3 }, // late: it triggers, and the row stays that of minute 2
    ],
  )
})

test('a table alone tells which keys a tick is about, by its rows and not by its deletes; a request reads it like any group', async () => {
  const watch = model('watch', {
    decide: every('10m', customer, { live: '15m' }),
    inputs: ({ customer: c }) => ({ tier: plans.of(c).tier }),
    score,
  })
  const ask = model('ask', { decide: request({ customer }), inputs: r => ({ tier: plans.of(r.customer).tier }), score })
  const run = await testing(pipeline('watching', [watch, ask]), { at: start })
  await run.send(plans.source, [plan('free', 1), { ...plan('pro', 8), customer: 'c2' }, plan(null, 12, { gone: true })])
  await run.advance({ to: minute(40) })
  assert.deepEqual(
    run.decisions(watch).map(({ t: at, key, vector }) => [(at - start) / 60_000, key, vector.tier]),
    [
      [10, 'c1', 'free'],
      [10, 'c2', 'pro'],
      [20, 'c2', 'pro'], // c1 was last heard of at minute 1
    ],
  )
  assert.deepEqual(
    [(await run.request(ask, { customer: 'c2' })).vector, (await run.request(ask, { customer: 'c1' })).vector],
    [{ tier: 'pro' }, { tier: null }],
  )
})
