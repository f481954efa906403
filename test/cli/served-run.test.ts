/** `spillway run --listen` in a separate process: `--rate`, `--host`, and its end. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { after, test, type TestContext } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => now.of(p.card), score: linear({ intercept: 0, weights: { n: 1 } }) })
export default pipeline('shop', [busy])
`
/** `fetch` sets the host itself. */
const statusOf = async (url: string, host: string): Promise<number | undefined> => {
  const [answer] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

const project = new Project({ 'pipeline.ts': pipeline })
after(() => project[Symbol.dispose]())

interface ServedRun {
  readonly url: string
  /** Sends SIGTERM. Resolves with the exit code and the signal. */
  readonly stop: () => Promise<unknown[]>
}

async function startRun(t: TestContext, ...options: readonly string[]): Promise<ServedRun> {
  const args = ['-C', 'spillway-source', project.bin, 'run', 'pipeline.ts', '--listen', '127.0.0.1:0', ...options]
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'inherit', 'pipe'] })
  const exited = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  let url: string | undefined
  for await (const line of createInterface({ input: child.stderr })) {
    url = /listening at (\S+),/.exec(line)?.[1]
    if (url !== undefined) break
  }
  child.stderr.resume()
  const stop = () => {
    child.kill('SIGTERM')
    return exited
  }
  return { url: url!, stop }
}

test('a client beyond its rate gets 429 with the time to retry; a host name that is not allowed gets 421', async t => {
  const { url, stop } = await startRun(t, '--rate', '1:2', '--host', 'flow.example.com')
  const ask = () => fetch(`${url}/features/now?key=c`)
  const answers = [await ask(), await ask(), await ask()]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 429],
  )
  assert.equal(answers[2].headers.get('retry-after'), '1')
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const statusFor = (host: string) => statusOf(`${url}/readyz`, host)
  assert.deepEqual([await statusFor('Flow.example.com:443'), await statusFor('evil.example')], [200, 421])
  for (const answer of answers) await answer.text()
  assert.deepEqual(await stop(), [0, null])
})

test('a stop ends a reconciliation in flight, and answers its request', async t => {
  const { url, stop } = await startRun(t)
  const at = Date.now()
  const events = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ id: String(i), card: `c${i % 100}`, at })).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  assert.equal((await fetch(`${url}/sources/payments/events`, { method: 'POST', headers, body: events })).status, 200)
  const request = fetch(`${url}/reconciliations`, { method: 'POST' })
  while (!(await (await fetch(`${url}/reconciliations`)).text()).includes('"running"')) await pause(1)
  const stopped = stop()
  const answer = await request
  assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [503, 'SPILL_STOPPED'])
  assert.deepEqual(await stopped, [0, null])
})
