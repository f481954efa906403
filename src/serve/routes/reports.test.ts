import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import type { ReportRun } from '../../batch/report-ledger.ts'
import { batch, count, entity, every, features, file, linear, model, pipeline, report, request, source, stream, t } from '../../index.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { servePlugin } from '../plugin.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const of = { from: payments, entity: card } as const
const now = features('now', { ...of, place: stream, values: () => ({ n: count('1h') }) })
const usual = features('usual', { ...of, place: batch(), values: () => ({ n: count('30d') }) })
const inputs = ({ card: key }: { readonly card: Parameters<typeof now.of>[0] }) => ({ n: now.of(key).n, usual: usual.of(key).n })
const risk = model('risk', { decide: request({ card }), inputs, score: linear({ intercept: 0, weights: { n: 1 } }) })
const own = model('own', { decide: request({ card }), inputs, score: { version: '1', compute: v => v.n * 2 } })

let data: string
let running: LiveRun
let app: FastifyInstance
before(async () => {
  data = scratchFolder('reports')
  const at = every('1d', { phase: '1ms' })
  const shop = pipeline('shop', [
    report('of-risk', { of: risk, at, freshness: '1h', to: file(join(data, 'risk-{date}.csv')) }),
    report('of-own', { of: own, at }),
  ])
  running = await LiveRun.open(shop, data)
  app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: shop, data })
})
after(async () => {
  await app.close()
  await running.stop()
})

test('a report is made on request, returned without its folder, and is then the latest', async () => {
  assert.equal((await app.inject('/reports/of-risk/latest')).statusCode, 404)
  const sent = await app.inject({ method: 'POST', url: '/sources/payments/events', payload: { card: 'c', at: Date.now() } })
  assert.equal(sent.statusCode, 200, sent.body)
  const answer = await app.inject({ method: 'POST', url: '/reports/of-risk' })
  assert.equal(answer.statusCode, 200, answer.body)
  const record = answer.json<ReportRun>()
  assert.deepEqual([record.report, record.why, record.state, record.done?.rows, record.done?.stale], ['of-risk', 'demand', 'done', 1, true])
  assert.match(record.file, /^risk-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.csv$/)
  const latest = await app.inject('/reports/of-risk/latest')
  assert.deepEqual([latest.headers['content-type'], latest.headers['spillway-stale']], ['text/csv; charset=utf-8', 'true'])
  assert.match(latest.body, /^t,key,score,.*\n[^,]+,c,1,1,0,,true,0,\n$/)
  const { reports } = (await app.inject('/reports?report=of-risk')).json<{ reports: ReportRun[] }>()
  assert.deepEqual(reports.at(-1), record)
  assert.match(
    readFileSync(operatorLogPath(data), 'utf8'),
    /"operator":"http","command":"reports now","target":"of-risk","outcome":"done","detail":"report \d+"/,
  )
})

test("a report of the user's own function is in the data folder by default", async () => {
  const record = (await app.inject({ method: 'POST', url: '/reports/of-own' })).json<ReportRun>()
  assert.equal(record.state, 'done', JSON.stringify(record))
  const latest = await app.inject('/reports/of-own/latest')
  assert.equal(latest.headers['content-type'], 'application/x-ndjson')
  assert.equal(latest.json<{ score: number }>().score, 2)
})

test('an unknown report is an error', async () => {
  const unknown = await app.inject({ method: 'POST', url: '/reports/of-rsk' })
  assert.deepEqual(
    [unknown.statusCode, unknown.json<{ message: string }>().message],
    [404, "there is no report 'of-rsk'; did you mean 'of-risk'?"],
  )
  assert.equal((await app.inject('/reports?report=nothing')).statusCode, 404)
})
