import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import type { BatchRunRecord } from '../../batch/ledger.ts'
import type { BatchRunDue } from '../../batch/run-due.ts'
import { batch, count, entity, features, pipeline, source, stream, t } from '../../index.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { servePlugin } from '../plugin.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const usual = features('usual', { from: payments, entity: card, place: batch(), values: () => ({ n: count('30d') }) })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const shop = pipeline('shop', [usual, now])

const DAY = 86_400_000

let data: string
let running: LiveRun
let app: FastifyInstance
before(async () => {
  data = scratchFolder('runs')
  running = await LiveRun.open(shop, data)
  app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: shop, data })
})
after(async () => {
  await app.close()
  await running.stop()
})

test('a batch run of a source without events is a conflict, and the request does not wait for the first event', async () => {
  const answer = await app.inject({ method: 'POST', url: '/groups/usual/runs' })
  assert.deepEqual(
    [answer.statusCode, answer.json()],
    [409, { code: 'SPILL_PRECONDITION', message: "source 'payments' has no events yet: there is nothing to make a run of 'usual' from" }],
  )
})

test('a requested batch run is made, and its values are in use when the request is answered', async () => {
  const at = Date.now()
  const sent = await app.inject({ method: 'POST', url: '/sources/payments/events', payload: { card: 'c', at } })
  assert.equal(sent.statusCode, 200, sent.body)
  const answer = await app.inject({ method: 'POST', url: '/groups/usual/runs' })
  assert.equal(answer.statusCode, 200, answer.body)
  const record = answer.json<BatchRunRecord>()
  assert.deepEqual([record.group, record.why, record.state, record.done?.known], ['usual', 'demand', 'done', 1])
  const features = (await app.inject('/features/usual?key=c')).json<Record<string, unknown>>()
  assert.deepEqual([features['features'], features['layer'], features['asOf']], [{ n: 1 }, 'batch', record.s])
  const { runs, schedules } = (await app.inject('/runs?group=usual')).json<{ runs: BatchRunRecord[]; schedules: Required<BatchRunDue>[] }>()
  assert.deepEqual(runs.at(-1), record)
  assert.equal(schedules.length, 1)
  const [{ group, due, next, allowedMs, isOverdue }] = schedules
  assert.deepEqual([group, next - due, isOverdue], ['usual', DAY, false])
  assert.ok(due <= at && at < next && allowedMs > 0)
  const ofStream = (await app.inject('/runs?group=now')).json<{ schedules: unknown[] }>()
  assert.deepEqual(ofStream.schedules, [])
  assert.match(
    readFileSync(operatorLogPath(data), 'utf8'),
    /"operator":"http","command":"runs now","target":"usual","outcome":"done","detail":"run \d+"/,
  )
})

test('an unknown group, and a group without batch runs, are errors', async () => {
  const unknown = await app.inject({ method: 'POST', url: '/groups/usul/runs' })
  assert.deepEqual(
    [unknown.statusCode, unknown.json<{ message: string }>().message],
    [404, "there is no group 'usul'; did you mean 'usual'?"],
  )
  const streamed = await app.inject({ method: 'POST', url: '/groups/now/runs' })
  assert.match(streamed.body, /SPILL_INPUT.*group 'now' is not placed batch or hybrid, and has no runs/)
  assert.equal(streamed.statusCode, 400)
  assert.equal((await app.inject('/runs?group=nowhere')).statusCode, 404)
})
