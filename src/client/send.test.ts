import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { answering, caller, failing, losing, overload } from '../../test/serve/caller.ts'
import { hooks, open, pay, payments } from '../../test/serve/shop.ts'
import { SpillwayError } from '../base/errors.ts'
import type { Source } from '../define/source/source.ts'
import { named } from './named.ts'
import type { Sent, SentSoFar } from './answers.ts'
import type { ClientError } from './client-error.ts'

const shop = await open()
after(() => shop.close())
const url = await shop.app.listen({ host: '127.0.0.1', port: 0 })

const pays = (of: string, count: number) => Array.from({ length: count }, (_, i) => pay(`${of}${i}`))
const counts = ({ accepted, duplicates, rejected }: Sent) => [accepted, duplicates, rejected]
const path = 'POST /sources/payments/events'

test('few events are one JSON request, with the result of each', async () => {
  const { api, requests } = caller({ url: `${url}/` })
  const sent = await api.send(payments, [pay('a'), { ...pay('b'), amount: -1 }, pay('a')])
  assert.deepEqual(counts(sent), [1, 1, 1])
  assert.equal(sent.sequence, shop.run.end)
  assert.deepEqual(
    sent.rejections.map(({ index, reason, detail }) => [index, reason, /'amount' is -1/.test(detail)]),
    [[1, 'schema', true]],
  )
  assert.deepEqual(requests.length, 1)
  assert.deepEqual(await api.send(payments, []), { accepted: 0, duplicates: 0, rejected: 0, sequence: shop.run.end, rejections: [] })
})

test('times may be dates, and values that JSON cannot hold are errors', async () => {
  const { api, requests } = caller({ url })
  assert.equal((await api.send(payments, [{ ...pay('date'), at: new Date(pay('date').at) }])).accepted, 1)
  for (const [wrong, message] of [
    [{ amount: NaN }, /^event 1 has NaN as 'amount'/],
    [{ amount: -Infinity }, /has -Infinity as 'amount'/],
    [{ at: new Date(NaN) }, /has Invalid Date as 'at'/],
    [{ more: { of: [1, { it: Infinity }], none: null } }, /has Infinity as 'more\.of\[1\]\.it'/],
    [{ more: [new Date(NaN)] }, /has Invalid Date as 'more\[0\]'/],
    [{ more: { toJSON: () => [NaN] } }, /has NaN as 'more\[0\]'/],
    [{ toJSON: () => undefined }, /^event 1 is nothing as JSON: its toJSON gives undefined/],
    [{ amount: 1n as never }, /^event 1 cannot be written as JSON/],
  ] as const)
    await assert.rejects(api.send(payments, [pay('good'), { ...pay('x'), ...wrong }]), { code: 'SPILL_INPUT', message, from: 0 })
  for (const events of [pay('one'), undefined, 'abc'] as never[])
    await assert.rejects(api.send(payments, events), { code: 'SPILL_INPUT', message: /^events are an array.*\[event\] for one$/, from: 0 })
  await caller({ url }).api.send(payments, [{ ...pay('nulls'), more: [null, 'null'] } as never])
  await assert.rejects(api.send(payments, [null as never]), { code: 'SPILL_INPUT', message: 'event 0 is no object' })
  assert.equal(requests.length, 1)
})

test('many events are several requests in order, and rejected events have their index among all', async () => {
  const { api, requests } = caller({ url })
  async function* all() {
    yield* pays('m', 10_000)
    yield { ...pay('bad'), amount: 'much' }
    yield* pays('n', 12_000)
  }
  const sent = await api.send(payments, all())
  assert.deepEqual(counts(sent), [22_000, 0, 1])
  assert.deepEqual(
    sent.rejections.map(({ index }) => index),
    [10_000],
  )
  assert.deepEqual(requests, [path, path, path])
  assert.deepEqual(counts(await api.send(payments, pays('m', 10_000))), [0, 10_000, 0])
})

test('requests and events stay within the byte limits', async () => {
  const { api, requests } = caller({ url })
  const long = (of: string) => ({ ...pay(of), card: 'é'.repeat(150_000) })
  // The server rejects keys of that length, one by one; the client sends them.
  assert.deepEqual(counts(await api.send(payments, [long('l1'), long('l2'), long('l3'), long('l4')])), [0, 0, 4])
  assert.equal(requests.length, 2)
  const error = await failure(api.send(payments, [pay('before'), { ...pay('huge'), card: 'x'.repeat(1 << 20) }, pay('after')]))
  assert.deepEqual([error.code, error.from], ['SPILL_LIMIT', 1])
  assert.match(error.message, /^event 1 has more than 1048576 bytes .*; the 1 events before event 1 are acknowledged/)
  assert.deepEqual([error.sent?.accepted, requests.length], [1, 3])
})

test('events with ids are sent again after a lost answer, and count once', async () => {
  const { api, next, waits } = caller({ url })
  next.push(losing, failing, answering(502, '<html>'))
  const before = shop.run.end
  assert.deepEqual(counts(await api.send(payments, pays('lost', 3))), [0, 3, 0])
  assert.equal(shop.run.end, before + 3)
  assert.deepEqual(waits, [50, 100, 200])
  next.push(losing)
  assert.deepEqual(counts(await api.send(named<typeof payments>('payments', { ids: true }), pays('again', 2))), [0, 2, 0])
})

test('events without ids are not sent again after a lost answer', async () => {
  const { api, requests, next } = caller({ url })
  const byName = named<typeof payments>('payments')
  next.push(losing)
  const error = await failure(api.send(byName, pays('once', 2)))
  assert.deepEqual([error.code, error.status, error.from, error.sent?.accepted], ['SPILL_UNREACHABLE', undefined, 0, 0])
  assert.match(error.message, /cannot be reached, or broke off: fetch failed: read ECONNRESET/)
  next.push(go => go(), losing)
  const half = await failure(api.send(byName, pays('half', 10_050)))
  assert.deepEqual([half.from, half.sent?.accepted], [10_000, 10_000])
  assert.match(half.message, /the 10000 events before event 10000 are acknowledged/)
  assert.equal(requests.length, 3)
})

test('a rejected request is always sent again, no sooner than Retry-After', async () => {
  const { api, next, waits } = caller({ url })
  next.push(overload, answering(503, { code: 'SPILL_OVERLOAD', message: 'stopping' }, { 'retry-after': '1' }))
  assert.deepEqual(counts(await api.send(named<typeof payments>('payments'), pays('later', 2))), [2, 0, 0])
  assert.deepEqual(waits, [2000, 1000])
  next.push(answering(429, { code: 'SPILL_OVERLOAD', message: 'too much' }, { 'retry-after': '3600' }))
  await assert.rejects(api.send(payments, pays('never', 1)), { code: 'SPILL_OVERLOAD', status: 429, retryAfterMs: 3_600_000 })
  next.push(...Array.from({ length: 8 }, () => overload))
  await assert.rejects(api.send(payments, pays('never', 1)), { code: 'SPILL_OVERLOAD', message: 'too much' })
  assert.equal(next.length, 0)
})

test('a request that is too large for a proxy is halved', async () => {
  const { api, requests, next } = caller({ url })
  const tooLarge = answering(413, '<html>too large')
  next.push(tooLarge, tooLarge)
  const sent = await api.send(payments, [...pays('halved', 6), { ...pay('x'), amount: -1 }, pay('y')])
  assert.deepEqual([counts(sent), sent.rejections.map(({ index }) => index), requests.length], [[7, 0, 1], [6], 5])
  next.push(tooLarge)
  await assert.rejects(api.send(payments, pays('whole', 1)), { code: 'SPILL_UNREACHABLE', status: 413 })
})

test('a request of which a part may be durable is halved only if its events have ids', async () => {
  const { api, requests, next } = caller({ url })
  const inPart = answering(413, { code: 'SPILL_LIMIT', message: 'too large', mayBePartial: true })
  const withoutIds = named<typeof payments>('payments')
  next.push(inPart)
  const error = await failure(api.send(withoutIds, pays('part', 4)))
  assert.deepEqual([error.code, error.status, error.mayBePartial, error.from, requests.length], ['SPILL_LIMIT', 413, true, 0, 1])
  next.push(inPart)
  assert.deepEqual(counts(await api.send(payments, pays('part', 4))), [4, 0, 0])
  next.push(answering(413, { code: 'SPILL_LIMIT', message: 'too large' }))
  assert.deepEqual(counts(await api.send(withoutIds, pays('none', 4))), [4, 0, 0])
})

test('a signal ends a send that waits for the next event, and closes the iterable', async () => {
  const { api, requests } = caller({ url })
  const stop = new AbortController()
  let isTold = false
  const silent: AsyncIterable<ReturnType<typeof pay>> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        setImmediate(() => stop.abort(new Error('enough')))
        return new Promise(() => {})
      },
      return: () => {
        isTold = true
        return new Promise(() => {})
      },
    }),
  }
  await assert.rejects(api.send(payments, silent, { signal: stop.signal }), { message: 'enough' })
  async function* never() {
    yield pay('never given')
    await new Promise(() => {})
  }
  await assert.rejects(api.send(payments, never(), { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' })
  assert.deepEqual([isTold, requests], [true, []])
})

test('errors of an iterable, and promises in an array, behave as in `for await`', async () => {
  const { api } = caller({ url })
  let isEnded = false
  async function* broken() {
    yield* pays('broken', 2)
    throw new Error('the file broke off')
  }
  await assert.rejects(api.send(payments, broken()), { message: 'the file broke off' })
  function* left() {
    try {
      yield null
    } finally {
      isEnded = true
    }
  }
  await assert.rejects(api.send(payments, left() as never), { code: 'SPILL_INPUT' })
  assert.equal(isEnded, true)
  assert.deepEqual(counts(await api.send(payments, [Promise.resolve(pay('promised')), pay('given')] as never)), [2, 0, 0])
})

test('progress is reported after each request, also when the signal or the iterable ends the send', async () => {
  const { api, next } = caller({ url })
  const progress: SentSoFar[] = []
  const onSent = (soFar: SentSoFar) => void progress.push(soFar)
  const far = () => progress.splice(0).map(({ from, accepted, rejected, rejections }) => [from, accepted, rejected, rejections.length])
  const bad = (of: string) => ({ ...pay(of), amount: -1 })
  async function* broken() {
    yield* [...pays('f', 9999), bad('fx'), ...pays('g', 9999), bad('gx'), pay('never sent')]
    throw new Error('the file broke off')
  }
  await assert.rejects(api.send(payments, broken(), { onSent }), { message: 'the file broke off' })
  assert.deepEqual(far(), [
    [10_000, 9999, 1, 1],
    [20_000, 19_998, 2, 2],
  ])
  const stop = new AbortController()
  next.push(
    go => go(),
    async () => {
      stop.abort(new SpillwayError('SPILL_LIMIT', 'enough'))
      throw new TypeError('aborted')
    },
  )
  await assert.rejects(api.send(payments, pays('h', 10_001), { onSent, signal: stop.signal }), error => error === stop.signal.reason)
  assert.deepEqual(far(), [[10_000, 10_000, 0, 0]])
  // After each half, too.
  next.push(answering(413, '<html>too large'))
  await api.send(payments, pays('i', 4), { onSent })
  assert.deepEqual(far(), [
    [2, 2, 0, 0],
    [4, 4, 0, 0],
  ])
  await assert.rejects(api.send(payments, pays('j', 1), { onSent: () => assert.fail('I am full') }), { message: 'I am full' })
})

test('an event waits a short time for others to fill its batch', async () => {
  const { api, next, requests } = caller({ url }, { gatherMs: 20 })
  const { promise: isSent, resolve } = Promise.withResolvers<void>()
  next.push(go => {
    resolve()
    return go()
  })
  async function* live() {
    yield* pays('live', 3)
    await isSent
    yield pay('late')
  }
  assert.deepEqual(counts(await api.send(payments, live())), [4, 0, 0])
  assert.equal(requests.length, 2)
})

test('a source with a map accepts the input of the map, and an unknown source is an error', async () => {
  const { api } = caller({ url })
  const hook = { id: 'h', data: { cards: ['c', 'd'], at: pay(1).at } }
  assert.deepEqual(counts(await api.send(hooks as Source, [hook])), [2, 0, 0])
  await assert.rejects(api.send(named<typeof payments>('payment'), pays('p', 1)), {
    code: 'SPILL_NOT_FOUND',
    status: 404,
    message: "there is no source 'payment'; did you mean 'payments'?",
  })
})

async function failure(sending: Promise<unknown>): Promise<ClientError> {
  return sending.then(
    () => assert.fail('it was sent'),
    error => error as ClientError,
  )
}
