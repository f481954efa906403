/** Dead effects, beside the run that sends them: listed, retried, dropped. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { posted } from '../../../test/serve/shop.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { serveRunControl } from '../../operate/control/serve-control.ts'
import { serve } from '../server.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: () => rules([], 0.9) })
const start = Date.parse('2026-01-01T00:00Z')

const sent: string[] = []
let fails = true
const page = action('page', {
  when: busy.score.gte(0.8),
  do: ({ key, id }) => {
    if (fails) throw new Error('down')
    sent.push(`${key} ${id}`)
  },
})
const shop = pipeline('shop', [page])
const data = scratchFolder('dead')
const sendings = (await openActionDestinations(shop, {})).map(sending => ({ ...sending, attempts: 1 }))
const running = await LiveRun.open(shop, data, { sendings, clock: () => start })
const control = await serveRunControl(running, { pipeline: shop, data, onReport: assert.fail })
const app = serve({ run: running.run, pipeline: shop, data, control })
after(async () => {
  await app.close()
  await running.stop()
})

interface Listed {
  readonly effects: readonly { number: number; id: string; key: string; state: string; why?: string }[]
  readonly counts: readonly object[]
}
const listed = async (query = '') => (await app.inject({ url: `/effects${query}` })).json<Listed>()
const message = (answer: { json(): unknown }) => (answer.json() as { message: string }).message

test('they are listed with the reason, by action and state, and without the body', async () => {
  for (const id of ['a', 'b', 'c']) await posted(app, '/sources/payments/events', { id, card: id, at: start })
  await running.whenIdle()
  const { effects, counts } = await listed()
  assert.deepEqual(
    effects.map(({ number, key, state, why }) => [number, key, state, why]),
    [1, 2, 3].map(number => [number, 'abc'[number - 1], 'dead', 'down']),
  )
  assert.ok(!('body' in effects[0]))
  assert.deepEqual(counts, [{ action: 'page', state: 'dead', effects: 3 }])
  assert.deepEqual(await listed('?state=delivered'), { effects: [], counts: [] })
  assert.deepEqual(
    (await listed('?limit=2&action=page&state=dead')).effects.map(({ number }) => number),
    [2, 3],
  )
  for (const [query, status, expected] of [
    ['state=deed', 400, /there is no state 'deed'; did you mean 'dead'/],
    ['action=pgae', 404, /did you mean 'page'/],
    ['limit=0', 400, /from 1 to 1000/],
  ] as const) {
    const answer = await app.inject({ url: `/effects?${query}` })
    assert.equal(answer.statusCode, status)
    assert.match(message(answer), expected)
  }
})

test('a retry is one attempt of the running dispatcher, under the same key, however often it is requested', async context => {
  fails = false
  const [{ id }] = (await listed()).effects
  // The change that comes first is not durable until the other is answered.
  const { promise: isAnswered, resolve: answered } = Promise.withResolvers<void>()
  const settle = running.run.settle.bind(running.run)
  context.mock.method(running.run, 'settle', async (...changes: Parameters<typeof settle>) => {
    await isAnswered
    return settle(...changes)
  })
  const retries = [1, 2].map(() => app.inject({ method: 'POST', url: '/effects/1/retry' }))
  const conflict = await Promise.race(retries)
  answered()
  assert.deepEqual(
    (await Promise.all(retries)).map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
    [200, 409],
  )
  assert.equal(conflict.json<{ code: string }>().code, 'SPILL_CONFLICT')
  assert.match(message(conflict), /^effect 1 is being changed by someone else/)
  await running.whenIdle()
  assert.deepEqual(sent, [`a ${id}`])
  assert.deepEqual((await listed('?state=delivered')).effects[0].number, 1)
  const delivered = await app.inject({ method: 'POST', url: '/effects/1/retry' })
  assert.deepEqual([delivered.statusCode, delivered.json<{ code: string }>().code], [409, 'SPILL_PRECONDITION'])
  assert.match(message(delivered), /^effect 1 is delivered; only dead effects can be retried/)
  assert.equal((await posted(app, '/sources/payments/events', { id: 'd', card: 'a', at: start })).statusCode, 200)
  await running.whenIdle()
  assert.equal(sent.length, 2, 'the run goes on, and the key’s next has its turn')
})

test('a dead effect is dropped, with a reason', async () => {
  for (const body of [{}, { why: ' ' }]) assert.match(message(await posted(app, '/effects/2/drop', body)), /^the reason is missing/)
  const { number, state, why } = (await posted(app, '/effects/2/drop', { why: 'nobody listens' })).json<Listed['effects'][0]>()
  assert.deepEqual([number, state, why], [2, 'dropped', 'nobody listens'])
  assert.equal((await posted(app, '/effects/2/drop', { why: 'x' })).statusCode, 409)
  for (const number of ['9', '0', 'x'])
    assert.equal((await app.inject({ method: 'POST', url: `/effects/${number}/retry` })).statusCode, 404)
  const audited = readFileSync(operatorLogPath(data), 'utf8').trim().split('\n')
  assert.deepEqual(
    audited
      .map(line => JSON.parse(line) as Record<string, string>)
      .map(({ operator, command, target, outcome }) => [operator, command, target, outcome].join(' ')),
    [
      // The second request is rejected while the first waits for the disk.
      'http effects retry 1 rejected',
      'http effects retry 1 done',
      'http effects retry 1 rejected',
      'http effects drop 2 done',
      'http effects drop 2 rejected',
      'http effects retry 9 rejected',
    ],
  )
})

test('a server without a control of the run answers that it makes no changes', async () => {
  const lone = serve({ run: running.run, pipeline: shop, data })
  const answer = await lone.inject({ method: 'POST', url: '/effects/3/retry' })
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [400, 'SPILL_UNSUPPORTED'])
  await lone.close()
})
