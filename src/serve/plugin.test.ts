import fastify from 'fastify'
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { open, pay, posted, shop as pipeline } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { errorCodes, SpillwayError } from '../base/errors.ts'
import { CommitFeed } from './events/journal.ts'
import { servePlugin } from './plugin.ts'
import { httpStatuses } from './http/serve-error.ts'
import { serve } from './server.ts'
import type { ServedRun } from './http/served-run.ts'

const shop = await open()
after(() => shop.close())

/** A run that fails each submission with the given error. */
const failing = (failure: unknown): ServedRun => ({
  submit: async () => {
    throw failure
  },
  whenRoom: async () => {},
  decide: () => {
    throw failure
  },
  requestDecision: () => {
    throw failure
  },
  end: 0,
  waiting: 0,
  isHeldBack: false,
  idRooms: () => [],
  counts: shop.run.counts,
  ended: new Promise(() => {}),
})

test('of an internal error a client gets the code, and the log all details', async () => {
  const place = ['', 'home', 'someone', 'log.db'].join('/')
  const cases: readonly (readonly [unknown, number, string, string | undefined])[] = [
    [new SpillwayError('SPILL_STORE', 'the disk is full', { place }), 503, 'SPILL_STORE', errorCodes.SPILL_STORE],
    [new SpillwayError('SPILL_DATA', 'is damaged', { place }), 500, 'SPILL_DATA', errorCodes.SPILL_DATA],
    [new SpillwayError('SPILL_ASSERT', `a bug at ${place}`), 500, 'SPILL_ASSERT', errorCodes.SPILL_ASSERT],
    [new TypeError(`cannot read ${place}`), 500, 'SPILL_ASSERT', undefined],
    [place, 500, 'SPILL_ASSERT', undefined],
    [new SpillwayError('SPILL_INPUT', 'your mistake'), 400, 'SPILL_INPUT', 'your mistake'],
  ]
  for (const [error, status, code, message] of cases) {
    const errors: unknown[] = []
    const app = serve({ run: failing(error), pipeline, data: shop.data, onError: thrown => errors.push(thrown) })
    for (const type of ['application/json', 'application/x-ndjson']) {
      const answer = await posted(app, '/sources/payments/events', pay(1), { 'content-type': type })
      const body = answer.json<{ code: string; message: string }>()
      assert.deepEqual([answer.statusCode, body.code], [status, code])
      if (message !== undefined) assert.ok(body.message.startsWith(message), body.message)
      assert.ok(!answer.body.includes(place) && !answer.body.includes('someone'), answer.body)
    }
    assert.equal(errors.length, status >= 500 ? 2 : 0)
    await app.close()
  }
  for (const status of Object.values(httpStatuses)) assert.ok([400, 401, 403, 404, 409, 413, 422, 429, 500, 503].includes(status))
})

test('a run in an existing server has its own prefix, and leaves the other routes as they are', async () => {
  const app = fastify()
  app.post('/echo', async ({ body }) => ({ got: body }))
  app.get('/broken', async () => {
    throw new Error('its own')
  })
  await app.register(servePlugin, { prefix: '/spillway', run: shop.run, pipeline, data: shop.data, feed: new CommitFeed() })
  assert.deepEqual((await posted(app, '/echo', { a: 1 })).json(), { got: { a: 1 } })
  assert.equal((await app.inject({ url: '/broken' })).json<{ message: string }>().message, 'its own')
  assert.equal((await posted(app, '/spillway/sources/payments/events', pay('embedded'))).json<{ accepted: number }>().accepted, 1)
  assert.equal((await app.inject({ url: '/spillway/readyz' })).statusCode, 200)
  assert.equal((await app.inject({ url: '/readyz' })).statusCode, 404)
  await app.close()
})

test('a server that stops answers accepted requests', async () => {
  const own = await open({ fsyncMs: 30 })
  await own.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = own.app.server.address() as { port: number }
  const sending = fetch(`http://127.0.0.1:${port}/sources/payments/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(pay(1)),
  })
  while (own.run.end === 0) await new Promise(resolve => setImmediate(resolve))
  const closing = own.close()
  assert.deepEqual(await (await sending).json(), { accepted: 1, duplicates: 0, rejected: 0, sequence: 1 })
  await closing
})

test('a stream that a full disk ends in its middle says how much is durable, and that more may be', async () => {
  let batches = 0
  const full = new SpillwayError('SPILL_STORE', 'the disk is full')
  const submit: ServedRun['submit'] = async (_, { records }) => {
    if (++batches > 1) throw full
    return { accepted: records.length, duplicates: 0, rejected: 0, sequence: records.length }
  }
  const errors: unknown[] = []
  const run = { ...failing(new Error('no requests')), submit }
  const app = serve({ run, pipeline, data: shop.data, onError: error => errors.push(error) })
  const lines = (from: number): string => Array.from({ length: 5000 }, (_, i) => `${JSON.stringify(pay(from + i))}\n`).join('')
  const payload = Readable.from([lines(0), lines(5000)].map(text => Buffer.from(text)))
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await app.inject({ method: 'POST', url: '/sources/payments/events', headers, payload })
  const { code, accepted, mayBePartial, message } = answer.json<Record<string, unknown>>()
  assert.deepEqual([answer.statusCode, code, mayBePartial], [503, 'SPILL_STORE', true])
  assert.ok(Number(accepted) > 0, answer.body)
  assert.ok(!String(message).includes('disk is full'), answer.body)
  assert.deepEqual(errors, [full])
  await app.close()
})

test('a job that takes longer than a connection may be silent is answered on its connection', async () => {
  const timeouts: unknown[] = []
  let connection: Socket | undefined
  const batch = async (): Promise<never> => {
    timeouts.push(connection?.timeout)
    await pause(4000)
    return { number: 1 } as never
  }
  const run: ServedRun = { ...failing(new Error('no events')), batch }
  const app = serve({ run, pipeline, data: shop.data, connectionLimits: { stillMs: 2000 } })
  app.server.on('connection', socket => (connection = socket))
  app.addHook('onSend', async () => void timeouts.push(connection?.timeout))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const response = await fetch(`${url}/groups/now/runs`, { method: 'POST' })
  assert.deepEqual([response.status, await response.json()], [200, { number: 1 }])
  assert.deepEqual(timeouts, [0, 2000], 'the silence limit is back before the answer')
  await app.close()
})
