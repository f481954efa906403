import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { AdmissionControl } from './admission-control.ts'
import { defaultResourceLimits } from './resource-limits.ts'

const shop = await open({ bounds: { waiting: 1, streams: 1, bodyBytes: 200 }, idsMax: 3, fsyncMs: 50 })
after(() => shop.close())
const { app, run } = shop
const events = '/sources/payments/events'
const lined = (body: string) => posted(app, events, body, { 'content-type': 'application/x-ndjson' })
const statusesOf = (answers: readonly { statusCode: number }[]) => answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)

test('a request beyond the limit of waiting requests is rejected unprocessed', async () => {
  const answers = await Promise.all([posted(app, events, pay(1)), posted(app, events, pay(2))])
  assert.deepEqual(statusesOf(answers), [200, 429])
  const away = answers.find(({ statusCode }) => statusCode === 429)!
  assert.equal(away.headers['retry-after'], '1')
  assert.match(away.json<{ message: string }>().message, /1 requests of this client wait.*HTTP_WAITING_MAX.*send it again/)
  assert.equal(run.end, 1)
  const id = answers.indexOf(away) + 1
  assert.equal((await posted(app, events, pay(id))).json<{ accepted: number }>().accepted, 1)
})

test('streams, bytes and waiting records are limited, too', async () => {
  const streams = await Promise.all([lined('\n'), lined('\n')])
  assert.deepEqual(statusesOf(streams), [200, 429])
  const large = await posted(app, events, JSON.stringify(pay(3)).padEnd(201))
  assert.deepEqual([large.statusCode, large.json<{ code: string }>().code], [429, 'SPILL_OVERLOAD'])
  assert.equal((await posted(app, events, pay(2))).statusCode, 200, 'what was held was let go')
  const full = new AdmissionControl({ waiting: 1 << 17, isHeldBack: false, idRooms: () => [] }, defaultResourceLimits)
  await assert.rejects(
    full.shareOf('ingest', { client: undefined, ip: '127.0.0.1' }).awaitCommit(1, () => Promise.resolve()),
    { code: 'SPILL_OVERLOAD', message: /WAITING_RECORDS_MAX/ },
  )
})

test('while sources are held back, requests are rejected and the run is not ready', async () => {
  const openStream = lined(['a', 'b', 'c'].map(id => `${JSON.stringify(pay(id))}\n`).join(''))
  while (!run.isHeldBack) await new Promise(resolve => setImmediate(resolve))
  const away = await posted(app, events, pay('d'))
  assert.deepEqual([away.statusCode, away.headers['retry-after']], [429, '1'])
  assert.equal((await app.inject({ url: '/readyz' })).statusCode, 503)
  await run.stop()
  const answer = await openStream
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [503, 'SPILL_LIMIT'])
})
