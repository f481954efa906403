import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'
import { RateLimiter } from './rate-limit.ts'

test('a client may send a burst, then its rate; clients are counted apart', () => {
  let now = 0
  const rate = new RateLimiter({ perSecond: 2, burst: 3 }, () => now)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => rate.countRequest('a')),
    [0, 0, 0, 0.5],
  )
  assert.equal(rate.countRequest('b'), 0)
  now = 250
  assert.equal(rate.countRequest('a'), 0.25)
  now = 500
  assert.deepEqual([rate.countRequest('a'), rate.countRequest('a')], [0, 0.5])
  now = 100_000
  assert.deepEqual(
    [1, 2, 3, 4].map(() => rate.countRequest('a') > 0),
    [false, false, false, true],
    'no more than the burst is saved up',
  )
})

test('beyond the limit of clients, the least recent ones are forgotten', () => {
  const rate = new RateLimiter({ perSecond: 1, burst: 1 }, () => 0)
  rate.countRequest('first')
  assert.equal(rate.countRequest('first'), 1)
  for (let i = 0; i < limits.RATE_CLIENTS_MAX; i++) rate.countRequest(`client ${i}`)
  assert.equal(rate.countRequest('first'), 0)
})

test('a client over its rate gets 429 with Retry-After', async () => {
  const shop = await open({ rate: { perSecond: 0.1, burst: 2 } })
  const answers = []
  for (const id of [1, 2, 3]) answers.push(await posted(shop.app, '/sources/payments/events', pay(id)))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 429],
  )
  assert.equal(answers[2].headers['retry-after'], '10')
  assert.equal((await shop.app.inject({ url: '/healthz' })).statusCode, 200)
  await shop.close()
})
