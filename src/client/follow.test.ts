import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { listen } from '../../test/action/receiver.ts'
import { answering, caller, failing } from '../../test/serve/caller.ts'
import { check, fraud, open, pay, payments } from '../../test/serve/shop.ts'
import type { StreamedDecision } from './answers.ts'
import type { RecentOptions } from './client.ts'
import type { ClientError } from './client-error.ts'

const shop = await open()
after(() => shop.close())
const url = await shop.app.listen({ host: '127.0.0.1', port: 0 })
const sender = caller({ url }).api

/** Ids of the next `count` decisions. */
async function ids<V>(decisions: AsyncIterator<StreamedDecision<V>>, count: number): Promise<unknown[]> {
  const seen: unknown[] = []
  while (seen.length < count) seen.push((await decisions.next()).value.id)
  return seen
}

const iterate = <V>(decisions: AsyncIterable<StreamedDecision<V>>) =>
  decisions[Symbol.asyncIterator]() as AsyncGenerator<StreamedDecision<V>>

test('decisions come typed and in order, and a stream resumes after a place', async () => {
  await sender.send(payments, [pay(1), pay(2, 'd', 200), pay(3)])
  const seen: StreamedDecision<unknown>[] = []
  for await (const decision of sender.decisions(fraud, { after: '0' })) {
    seen.push(decision)
    if (decision.vector.amount > 100) assert.deepEqual([decision.id, decision.score, decision.vector.now.n], ['2', 0.9, 1])
    if (seen.length === 3) break
  }
  for (const [i, { place }] of seen.entries()) {
    const rest = iterate(sender.decisions(fraud, { after: place }))
    await sender.send(payments, [pay(`tail${i}`)])
    const expected = ['1', '2', '3', 'tail0', 'tail1', 'tail2'].slice(i + 1, 4 + i)
    assert.deepEqual(await ids(rest, expected.length), expected)
    await rest.return(undefined)
  }
  assert.equal((await sender.recent(fraud, { limit: 1 })).decisions[0].id, 'tail2')
  assert.deepEqual(
    (await sender.recent(fraud, { key: 'd' })).decisions.map(({ id }) => id),
    ['2'],
  )
})

test('the newest decisions come in pages, by key, time and score', async () => {
  const { api } = caller({ url })
  const { decisions: all, next } = await api.recent(fraud, { limit: 1000 })
  assert.ok(all.length >= 6)
  assert.equal(next, undefined)
  const paged: (typeof all)[number][] = []
  for (let before: string | undefined, pages = 1; ; pages++) {
    const page = await api.recent(fraud, { limit: 2, ...(before !== undefined && { before }) })
    paged.unshift(...page.decisions)
    before = page.next
    if (before !== undefined) continue
    assert.equal(pages, Math.ceil(all.length / 2))
    break
  }
  assert.deepEqual(paged, all)
  const { t } = all[2]
  for (const [options, isIn] of [
    [{ since: t }, decision => decision.t >= t],
    [{ until: t }, decision => decision.t <= t],
    [{ min: 0.9 }, ({ score }) => score! >= 0.9],
    [{ key: 'd', min: 0.9 }, ({ key, score }) => key === 'd' && score! >= 0.9],
  ] satisfies [RecentOptions, (decision: (typeof all)[number]) => boolean][])
    assert.deepEqual((await api.recent(fraud, options)).decisions, all.filter(isIn))
})

test('a stream that breaks anywhere resumes after the last event that was read', async () => {
  const { api, next, waits, requests } = caller({ url })
  const breaks: string[] = []
  const stream = iterate(api.decisions(fraud, { after: '0', onBreak: ({ message }) => breaks.push(message) }))
  const expected = (await sender.recent(fraud, { limit: 1000 })).decisions.map(({ id }) => id)
  assert.ok(expected.length >= 4)
  // Each connection delivers some bytes more than the last one, and then breaks.
  const cuts = Array.from({ length: 60 }, (_, i) => 40 * i)
  next.push(failing, answering(503, { code: 'SPILL_OVERLOAD', message: 'full' }, { 'retry-after': '1' }), ...cuts.map(cutAfter))
  assert.deepEqual(await ids(stream, expected.length), expected)
  await stream.return(undefined)
  assert.ok(breaks.length > 10 && breaks.every(message => /broke off|full/.test(message)), breaks[0])
  assert.equal(waits.length, breaks.length)
  // The first attempt failed, the second got Retry-After, and the stream itself sets a retry time.
  assert.deepEqual(
    [waits.slice(0, 2), waits.at(-1), [...new Set(requests)]],
    [[50, 1000], 1000, ['GET /events?model=fraud&after=0', 'GET /events?model=fraud']],
  )
})

test('a deleted place ends the stream, unless there is `onGap`', async () => {
  const { api, waits } = caller({ url })
  const lost = iterate(api.decisions(fraud, { after: '999999.3' }))
  await assert.rejects(lost.next(), { code: 'SPILL_GAP', message: /another log.*onGap/ })
  const reasons: string[] = []
  const stream = iterate(api.decisions(check, { after: '999999.3', onGap: why => reasons.push(why) }))
  const first = stream.next()
  while (reasons.length === 0) await new Promise(resolve => setImmediate(resolve))
  const { entry } = await sender.decide(check, { card: 'c', amount: 1 })
  assert.equal((await first).value!.entry, entry)
  assert.match(reasons[0], /another log/)
  await stream.return(undefined)
  assert.deepEqual(waits, [])
})

test('a stream without a first connection is given up, a wrong request at once', async () => {
  const { api, next, waits } = caller({ url, tries: 3 })
  next.push(failing, failing, failing)
  await assert.rejects(iterate(api.decisions(fraud)).next(), { code: 'SPILL_UNREACHABLE' })
  assert.equal(waits.length, 2)
  await assert.rejects(iterate(api.decisions({ ...fraud, name: 'fruad' })).next(), { code: 'SPILL_NOT_FOUND', status: 404 })
  await assert.rejects(iterate(api.decisions(fraud, { after: 'x' })).next(), { code: 'SPILL_INPUT', status: 400 })
  assert.equal(waits.length, 2)
})

test('a signal ends a waiting stream', async () => {
  const stop = new AbortController()
  const stream = iterate(sender.decisions(fraud, { signal: stop.signal }))
  const waiting = stream.next()
  stop.abort(new Error('enough'))
  await assert.rejects(waiting, { message: 'enough' })
  assert.deepEqual(await stream.next(), { done: true, value: undefined })
})

test('a signal ends a stream at once, whatever came in the same chunk', async () => {
  await sender.send(
    payments,
    Array.from({ length: 200 }, (_, i) => pay(`together${i}`)),
  )
  const stop = new AbortController()
  const stream = iterate(sender.decisions(fraud, { after: '0', signal: stop.signal }))
  await ids(stream, 1)
  stop.abort(new Error('enough'))
  await assert.rejects(stream.next(), { message: 'enough' })
  assert.deepEqual(await stream.next(), { done: true, value: undefined })
})

test('a reader that leaves while it waits ends the stream, and closes its connection', async t => {
  const closed: Promise<unknown>[] = []
  const server = createServer((_, response) => {
    closed.push(once(response, 'close'))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 7.1\n\n')
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { api } = caller({ url: `http://127.0.0.1:${await listen(server)}` })
  const stream = iterate(api.decisions(fraud))
  const waiting = stream.next()
  await once(server, 'request')
  assert.deepEqual(await stream.return(undefined), { done: true, value: undefined })
  assert.deepEqual(await waiting, { done: true, value: undefined })
  const readable = Readable.from(api.decisions(fraud)).resume()
  await once(server, 'request')
  readable.destroy()
  await once(readable, 'close')
  assert.equal((await Promise.all(closed)).length, 2)
  // An iteration that was never read has sent no request.
  assert.deepEqual(await iterate(api.decisions(fraud)).return(undefined), { done: true, value: undefined })
  assert.equal(closed.length, 2)
})

test('a silent server is reconnected to', async t => {
  const requests: IncomingMessage[] = []
  const answers = [
    // No answer, then a head alone, then a decision.
    () => {},
    (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 7.1\n\n'),
    (response: ServerResponse) => response.end('id: 7.2\nevent: decision\ndata: {"id":"found"}\n\n'),
  ]
  const server = createServer((request, response) => {
    requests.push(request)
    answers[requests.length - 1]?.(response)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { api } = caller({ url: `http://127.0.0.1:${await listen(server)}` }, { stillMs: 100 })
  const breaks: ClientError[] = []
  const stream = iterate(api.decisions(fraud, { onBreak: error => breaks.push(error) }))
  assert.deepEqual(await ids(stream, 1), ['found'])
  await stream.return(undefined)
  assert.ok(breaks.every(({ message }) => /no sign of life .* for 100 ms/.test(message)))
  assert.deepEqual(
    requests.map(({ headers }) => headers['last-event-id']),
    [undefined, undefined, '7.1'],
  )
})

/** Passes a number of bytes of the answer, and then breaks. */
function cutAfter(bytes: number) {
  return async (go: () => Promise<Response>): Promise<Response> => {
    const response = await go()
    let left = bytes
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left))
        left -= chunk.length
        if (left <= 0) controller.error(new TypeError('terminated'))
      },
    })
    return new Response(response.body!.pipeThrough(cut), { status: response.status })
  }
}
