import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { answering, caller, failing, losing, overload } from '../../test/serve/caller.ts'
import { check, fraud, hooked, now, open, pay, payments, start } from '../../test/serve/shop.ts'
import { retryWaitMs } from './http.ts'
import { client } from './client.ts'
import { ClientError } from './client-error.ts'

const shop = await open()
after(() => shop.close())
const url = await shop.app.listen({ host: '127.0.0.1', port: 0 })
await client({ url }).send(payments, [pay(1), pay(2), pay(3, 'a/b?c&key=d', 7)])

test('features of one key, and of several keys and groups at one as-of time', async () => {
  const { api, requests } = caller({ url })
  const answer = await api.features(now, 'c')
  assert.deepEqual(answer, {
    group: 'now',
    key: { card: 'c' },
    t: start,
    asOf: start,
    visibleEvents: 3,
    layer: 'stream',
    ageMs: 0,
    features: { n: 2, sum: 3 },
  })
  assert.equal((await api.features(now, 'a/b?c&key=d')).features.sum, 7)
  const [card, other, none] = await api.featuresOf([
    [now, 'a/b?c&key=d'],
    [hooked, 'c'],
    [now, 'nobody'],
  ])
  assert.deepEqual([card.features, other.features, none.features], [{ n: 1, sum: 7 }, { n: 0 }, { n: 0, sum: null }])
  assert.equal(requests.at(-1), 'POST /features')
  for (const key of [undefined, null, {}, [null]] as never[]) {
    await assert.rejects(api.features(now, key), { code: 'SPILL_KEY', message: /^a key is a text, a number/ })
    await assert.rejects(api.featuresOf([[now, key]]), error => error instanceof ClientError && error.code === 'SPILL_KEY')
  }
  await assert.rejects(api.features({ ...now, name: 'nw' }, 'c'), { code: 'SPILL_NOT_FOUND', message: /did you mean 'now'/ })
})

test('a feature without a value is an error, unless it is allowed', async () => {
  const { api, next } = caller({ url })
  const rejected = { sum: { code: 'SPILL_RANGE', why: 'too large' } }
  const answer = {
    group: 'now',
    key: { card: 'c' },
    t: 1,
    asOf: 1,
    visibleEvents: 1,
    layer: 'stream',
    ageMs: 0,
    features: { n: 1 },
    rejected,
  }
  const answers = { answers: [answer] }
  next.push(answering(200, answer), answering(200, answer), answering(200, answers), answering(200, answers))
  await assert.rejects(api.features(now, 'c'), {
    code: 'SPILL_RANGE',
    message: /^feature 'now.sum' is rejected: too large; ask with rejected/,
  })
  assert.deepEqual(await api.features(now, 'c', { rejected: true }), answer)
  await assert.rejects(api.featuresOf([[now, 'c']]), error => error instanceof ClientError && error.code === 'SPILL_RANGE')
  assert.deepEqual(await api.featuresOf([[now, 'c']], { rejected: true }), [answer])
})

test('a model decides on request', async () => {
  const { api } = caller({ url })
  const { durable, ...decision } = await api.decide(check, { card: 'c', amount: '9.50' })
  assert.equal(durable, true)
  assert.deepEqual([decision.key, decision.score, decision.vector], ['c', 1, { amount: 9.5, n: 2, hooked: 0 }])
  assert.deepEqual((await api.recent(check)).decisions, [decision])
  await assert.rejects(api.decide(check, { card: 'c', amount: NaN }), { code: 'SPILL_INPUT', message: /^the request has NaN as 'amount'/ })
  await assert.rejects(api.decide(check, { card: 'c', amount: 'much' }), { code: 'SPILL_INPUT', status: 400, message: /'amount'/ })
})

test('an event is sent, and the decisions on it come back', async () => {
  const { api } = caller({ url })
  const { durable, decisions, duplicates } = await api.decideOn(payments, pay('inline', 'other', 200))
  assert.deepEqual([durable, duplicates, decisions.map(({ model, score }) => [model, score])], [true, 0, [['fraud', 0.9]]])
  await assert.rejects(api.decideOn(payments, { ...pay('x'), amount: 'much' }), { code: 'SPILL_REJECTED', status: 422 })
})

test('an event with an id is sent again after a lost answer, and its decisions come back', async () => {
  const { api, next, requests } = caller({ url })
  const before = shop.run.end
  next.push(losing)
  const { decisions, duplicates, repeats, undecided } = await api.decideOn(payments, pay('lost', 'other', 200))
  assert.deepEqual([duplicates, repeats, decisions[0].entry, decisions[0].id, undecided], [1, before, before, 'lost', undefined])
  assert.deepEqual([shop.run.end, requests.length], [before + 1, 2])
})

test('a request for a decision is sent again only after a rejection', async () => {
  const { api, next, requests } = caller({ url })
  const before = shop.run.end
  next.push(overload)
  await api.decide(check, { card: 'c', amount: 1 })
  assert.equal(shop.run.end, before + 1)
  next.push(losing)
  await assert.rejects(api.decide(check, { card: 'c', amount: 1 }), { code: 'SPILL_UNREACHABLE', status: undefined })
  assert.equal(shop.run.end, before + 2)
  next.push(answering(503, { code: 'SPILL_STORE', message: 'the disk is full' }))
  await assert.rejects(api.decide(check, { card: 'c', amount: 1 }), { code: 'SPILL_STORE', status: 503, message: 'the disk is full' })
  assert.equal(requests.length, 4)
})

test('reads are sent again', async () => {
  const { api, next, waits } = caller({ url })
  next.push(failing, losing, answering(504, ''))
  assert.equal((await api.features(now, 'c')).features.n, 2)
  next.push(answering(200, '<html>'))
  await assert.rejects(caller({ url, tries: 1, fetch: async () => new Response('<html>') }).api.features(now, 'c'), {
    code: 'SPILL_UNREACHABLE',
    message: /no JSON/,
  })
  assert.equal((await api.recent(fraud, { limit: 1 })).decisions.length, 1)
  assert.equal(waits.length, 4)
})

test('a proxy in front of the server is not taken for the server', async () => {
  const { api, next } = caller({ url, tries: 1 })
  next.push(answering(502, '<html>'), answering(403, { message: 'who are you?' }), answering(418, { code: 'SPILL_NEW', message: 'later' }))
  const errors = [
    { code: 'SPILL_UNREACHABLE', status: 502, message: /^not Spillway, .*HTTP 502/ },
    { code: 'SPILL_UNREACHABLE', status: 403, message: /who are you\?/ },
    { code: 'SPILL_NEW', status: 418, message: 'later' },
  ]
  for (const error of errors) await assert.rejects(api.features(now, 'c'), error)
})

test('liveness and readiness', async () => {
  const { api, next } = caller({ url })
  assert.deepEqual([await api.healthy(), await api.ready()], [true, { ready: true, pipeline: 'shop', sequence: shop.run.end }])
  next.push(failing, answering(503, { code: 'SPILL_OVERLOAD', message: 'the run was stopped' }))
  assert.deepEqual([await api.healthy(), await api.ready()], [false, { ready: false, why: 'the run was stopped' }])
  const stopped = AbortSignal.abort(new Error('enough'))
  await assert.rejects(api.healthy({ signal: stopped }), /enough/)
  await assert.rejects(api.ready({ signal: stopped }), /enough/)
})

test('a token goes with each request, and nowhere else', async () => {
  const seen: unknown[] = []
  const fetch = async (_url: string, { headers }: RequestInit) => {
    seen.push((headers as Record<string, string>)['authorization'])
    return new Response('{}')
  }
  let count = 0
  await client({ url, fetch, token: 'spw_1' }).recent(fraud)
  const api = client({ url, fetch, token: async () => `spw_${++count + 1}` })
  await api.recent(fraud)
  await api.recent(fraud)
  await client({ url, fetch }).recent(fraud)
  assert.deepEqual(seen, ['Bearer spw_1', 'Bearer spw_2', 'Bearer spw_3', undefined])
  const wrong = client({ url, token: 'spw_secret\n' })
  for (const asking of [wrong.recent(fraud), wrong.healthy(), wrong.ready()])
    await assert.rejects(asking, (error: Error) => error instanceof ClientError && !error.message.includes('secret'))
  const led = answering(302, '', { location: 'http://127.0.0.1:1/' })
  await assert.rejects(client({ url, fetch: async () => led(async () => new Response()) }).recent(fraud), { status: 302 })
})

test('a call ends by its signal, and by its timeout', async () => {
  const never = () => new Promise<Response>(() => {})
  const { api } = caller({ url, tries: 2, fetch: never }, { answerMs: 20 })
  await assert.rejects(api.recent(fraud), { code: 'SPILL_UNREACHABLE', message: /within 20 ms/ })
  const stop = new AbortController()
  const asking = client({ url, fetch: (to, init) => fetch(to, init) }).recent(fraud, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await assert.rejects(asking, /enough/)
  // For each thing that a call waits for.
  const wait = { signal: AbortSignal.timeout(20) }
  await assert.rejects(client({ url, fetch: never }).recent(fraud, wait), { name: 'TimeoutError' })
  await assert.rejects(client({ url, token: () => new Promise(() => {}) }).recent(fraud, { signal: AbortSignal.timeout(20) }), {
    name: 'TimeoutError',
  })
})

test('an invalid address is rejected at once', () => {
  for (const wrong of ['', '127.0.0.1:7070', 'ftp://a', '//a', 'https://'])
    assert.throws(() => client({ url: wrong }), { code: 'SPILL_INPUT', message: /is no address of a server/ })
  for (const right of ['http://a', 'https://a:1/b/', 'http://a/@b']) client({ url: right })
  // A path needs a page, or a `fetch` that accepts paths.
  assert.throws(() => client({ url: '/spillway' }), { code: 'SPILL_INPUT', message: /is a path, which needs the page/ })
  client({ url: '/spillway', fetch: async () => new Response('{}') })
  for (const address of ['http://user:s3cret@127.0.0.1:1', 'https://s3cret@a', 'ftp://u:s3cret@a', 'u:s3cret@a', 'http://u:s3/cret@a'])
    assert.throws(
      () => client({ url: address }),
      (error: ClientError) => error.code === 'SPILL_INPUT' && /address of a server/.test(error.message) && !/s3/.test(error.message),
    )
  assert.throws(() => client({ url, tries: 0 }), { code: 'SPILL_INPUT' })
  assert.ok(new ClientError('SPILL_INPUT', 'x') instanceof Error)
})

test('backoff grows up to a limit, has jitter, and is never shorter than Retry-After', () => {
  const least = () => 0
  const most = () => 0.999_999
  assert.deepEqual(
    [1, 2, 3, 30].map(failures => retryWaitMs(failures, least)),
    [50, 100, 200, 15_000],
  )
  assert.deepEqual(
    [1, 2, 3, 30].map(failures => Math.round(retryWaitMs(failures, most))),
    [100, 200, 400, 30_000],
  )
  assert.deepEqual(
    [retryWaitMs(1, least, 2000), Math.round(retryWaitMs(1, most, 2000)), retryWaitMs(30, least, 2000)],
    [2000, 2500, 15_000],
  )
})
