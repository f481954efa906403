/** `spillway run` whose log is gone: the receivers know of it before the process ends, and a restart loop pages once. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, renameSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { type Receiver, receiver } from '../action/receiver.ts'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, model, on, pipeline, rules, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('10m') }) })
export default pipeline('shop', [model('busy', { decide: on(payments), inputs: p => recent.of(p.card), score: () => rules([], 0.1) })])
`
const config = `
import { env } from 'spillway'
import { alertWebhook, defineConfig } from 'spillway/config'
export default defineConfig({ alerts: { notify: [alertWebhook(env('OPS_URL'), { allowPrivate: true })] } })
`
const payment = (id: number) => `${JSON.stringify({ id: `${id}`, card: 'c1', at: '2026-01-05T00:00:00Z' })}\n`

let hook: Receiver
let project: Project
before(async () => {
  hook = await receiver((response, { connection }) => response.writeHead(connection === 0 && hook.received.length === 1 ? 503 : 200).end())
  project = new Project({ 'pipeline.ts': pipeline, 'spillway.config.ts': config })
  process.env['OPS_URL'] = hook.url
})
after(async () => {
  project[Symbol.dispose]()
  await hook.close()
})

test('a run that fails pages before it ends, after a failed attempt too, and a loop of restarts pages once', async () => {
  const [log, away] = [project.path('.spillway/log.db'), project.path('away.db')]
  const decided = () => project.spillway('decisions', '--json').then(({ stdout }) => stdout.trim().split('\n').length)
  // The file only grows: a run that finds it shorter pages about that too.
  const append = (id: number) => appendFileSync(project.path('payments.ndjson'), payment(id))
  for (let start = 0; start < 2; start++) {
    append(2 * start)
    const running = project.spillway('run', 'pipeline.ts', '--source', 'payments=payments.ndjson')
    while (!existsSync(log) || (await decided()) <= 2 * start) await pause(50)
    renameSync(log, away)
    append(2 * start + 1)
    const { status, stderr } = await running
    assert.equal(status, 1)
    assert.match(stderr, /was deleted or replaced while a process used it/)
    renameSync(away, log)
  }
  const messages = hook.received.map(({ headers, body }) => ({
    id: headers['webhook-id'],
    ...(JSON.parse(body) as { type: string; data: { alert: Alert } }),
  }))
  assert.ok(messages.length >= 2, 'the first attempt is answered by 503')
  assert.equal(new Set(messages.map(({ id }) => id)).size, 1, JSON.stringify(messages))
  const [{ type, data }] = messages
  assert.deepEqual([type, data.alert.cause, data.alert.severity], ['alert.opened', 'availability', 'page'])
  assert.match(data.alert.summary, /^the run has failed: .*was deleted or replaced while a process used it/)
})
