/** Operators change dead letters of an embedded run, and start reconciliations, over HTTP and at the control socket of its folder. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { scratchFolder } from '../../test/scratch.ts'
import { now, payments, shop } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { connectControl } from '../operate/control/open-control.ts'
import type { ReconciliationRecord } from '../reconcile/reconciliation-ledger.ts'
import { spillway } from '../public/embed.ts'

/** Wall clock time, as the run's. */
const at = Date.now()
const pay = (id: string) => ({ id, card: 'c', amount: 1.5, at })

test('dead letters are changed under its prefix and at the control socket of its folder, until it closes', async () => {
  const data = scratchFolder('embed-control')
  const app = fastify({ forceCloseConnections: true })
  await app.register(spillway, { pipeline: shop, data })
  await app.ready()
  await app.spillway.submit(payments, [
    { ...pay('1'), amount: -1 },
    { ...pay('2'), amount: -2 },
  ])
  const listed = await app.inject('/spillway/dead-letters')
  const [{ version }] = listed.json<{ letters: { version: string }[] }>().letters
  const edited = await app.inject({ method: 'PATCH', url: '/spillway/dead-letters/1', payload: { version, set: { amount: 3 } } })
  assert.equal(edited.statusCode, 200, edited.body)
  const control = await connectControl(data)
  assert.deepEqual((await control.replayDeadLetters({ ids: [1] }, 'cli:ann')).letters, [{ id: 1, outcome: 'accepted' }])
  assert.equal(app.spillway.features(now, 'c').features.sum, 3)
  await app.close()
  await assert.rejects(control.dropDeadLetters({ ids: [2], why: 'x' }, 'cli:ann'), { code: 'SPILL_STOPPED' })
  await assert.rejects(connectControl(data), { code: 'ENOENT' })
})

test('a reconciliation in flight ends when the server closes, and its requests are answered', async () => {
  // Connections whose last answer comes while the server closes are kept for this long. The usual 72 s would hold the test up.
  const app = fastify({ keepAliveTimeout: 500 })
  await app.register(spillway, { pipeline: shop, data: scratchFolder('embed-reconcile-close') })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
  await app.spillway.submit(
    payments,
    Array.from({ length: 20_000 }, (_, i) => pay(String(i))),
  )
  const start = () => fetch(`${url}/reconciliations`, { method: 'POST' })
  const requests = [start(), start()]
  while (!(await (await fetch(`${url}/reconciliations`)).text()).includes('"running"')) await pause(1)
  await app.close()
  const answers = await Promise.all(requests)
  assert.deepEqual(
    answers.map(({ status }) => status),
    [503, 503],
  )
  for (const answer of answers) assert.equal(((await answer.json()) as { code: string }).code, 'SPILL_STOPPED')
})

test('a reconciliation is started under its prefix, and known at the control socket', async () => {
  const data = scratchFolder('embed-reconcile')
  const app = fastify({ forceCloseConnections: true })
  await app.register(spillway, { pipeline: shop, data })
  await app.ready()
  await app.spillway.submit(payments, [pay('1')])
  const answer = await app.inject({ method: 'POST', url: '/spillway/reconciliations' })
  const { number, state, done } = answer.json<ReconciliationRecord>()
  assert.deepEqual([answer.statusCode, number, state, done?.decisions, done?.unexplained], [200, 1, 'done', 1, 0])
  const control = await connectControl(data)
  const message = 'no reconciliation runs or waits to run; it has ended, or has not begun'
  await assert.rejects(control.cancelJob({ kind: 'reconciliation' }, 'cli:ann'), { code: 'SPILL_PRECONDITION', message })
  await app.close()
})
