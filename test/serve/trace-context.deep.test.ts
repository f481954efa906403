/** W3C trace context from an HTTP request through decision and effect to the receiver, also across `kill -9` and a restart. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { spanIdOf, traceIdOf } from '../../src/base/index.ts'
import { receiver, type Received } from '../action/receiver.ts'
import { called, calledJson } from '../cli/called.ts'
import { Project } from '../cli/project.ts'

const pipeline = `
import { action, answer, count, entity, env, features, linear, model, on, pipeline, request, source, stream, t, webhook } from 'spillway'
const card = entity('card', t.string())
const schema = { id: t.string(), card, at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 1, weights: { n: 0 } })
const risk = model('risk', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score })
const check = model('check', { decide: request({ card, at: t.timestamp() }, { key: 'card' }), inputs: r => ({ n: now.of(r.card).n }), score })
const to = webhook(env('RECEIVER_URL'), { allowPrivate: true, attempts: 100, timeout: '1s' })
export default pipeline('shop', [
  action('tell', { when: risk.score.gte(0), do: to }),
  action('ask', { when: check.score.gte(0), do: to }),
  action('reply', { when: check.score.gte(0), reply: 'inline', do: answer({ ok: true }) }),
])
`
const project = new Project({ 'pipeline.ts': pipeline })
after(() => project[Symbol.dispose]())

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const context = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' }
const UNSAMPLED = '0af7651916cd43dd8448eb211c80319c'

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

/** Starts a run over a data folder of the project, and returns its address. */
async function start(data: string, receiverUrl: string): Promise<string> {
  const args = ['-C', 'spillway-source', project.bin, 'run', 'pipeline.ts', '--listen', '127.0.0.1:0', '--data', data]
  const started = spawn(process.execPath, args, {
    cwd: project.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, RECEIVER_URL: receiverUrl },
  })
  child = started
  const output: string[] = []
  for await (const line of createInterface({ input: started.stderr })) {
    output.push(line)
    const url = /listening at (\S+),/.exec(line)?.[1]
    if (url === undefined) continue
    started.stderr.resume()
    return url
  }
  throw new Error(output.join('\n'))
}

async function kill(): Promise<void> {
  const exited = once(child!, 'exit')
  child!.kill('SIGKILL')
  await exited
}

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  return answer
}

const payment = (id: string) => ({ id, card: id, at: new Date().toISOString() })
/** Of the effect about a card. */
const about = (received: readonly Received[], card: string): Received =>
  received.find(({ body }) => (JSON.parse(body) as { key: string }).key === card)!

test('the receiver gets the trace of the request with a new span; a request without a context or with a malformed one has none', async () => {
  const hooks = await receiver(response => response.writeHead(204).end())
  const url = await start('plain', hooks.url)
  const events = `${url}/sources/payments/events`
  await post(events, payment('a'), context)
  await post(events, payment('b'))
  await post(events, payment('c'), { traceparent: `00-${TRACE}-${SPAN}` })
  await post(events, payment('d'), { traceparent: `00-${UNSAMPLED}-${SPAN}-00` })
  const decided = await post(`${url}/models/check/decide`, { card: 'e', at: new Date().toISOString() }, context)
  const plain = await post(`${url}/models/check/decide`, { card: 'f', at: new Date().toISOString() })
  await post(`${url}/sources/payments/decide`, payment('g'), context)
  const received = await hooks.first(7)
  const headersOf = (card: string) => about(received, card).headers
  for (const card of ['a', 'e', 'g']) {
    const { traceparent, tracestate } = headersOf(card)
    assert.match(String(traceparent), new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`), card)
    assert.notEqual(spanIdOf(String(traceparent)), SPAN)
    assert.equal(tracestate, 'vendor=1')
  }
  for (const card of ['b', 'c', 'f'])
    assert.deepEqual([headersOf(card)['traceparent'], headersOf(card)['tracestate']], [undefined, undefined])
  assert.match(String(headersOf('d')['traceparent']), new RegExp(`^00-${UNSAMPLED}-[\\da-f]{16}-00$`), 'the flag is kept')
  const answered = decided.headers.get('traceresponse')!
  assert.equal(traceIdOf(answered), TRACE)
  assert.equal(plain.headers.get('traceresponse'), null)
  await sleep(0)
  await kill()
  await hooks.close()
})

test('a delivery after kill -9 and a restart is in the trace of the request, and `spillway trace` shows it', async () => {
  let isDown = true
  const hooks = await receiver(response => response.writeHead(isDown ? 503 : 204).end())
  const first = await start('killed', hooks.url)
  await post(`${first}/sources/payments/events`, payment('a'), context)
  // The effect is durable, and its receiver is down.
  await hooks.first(1)
  await kill()
  isDown = false
  const before = hooks.received.length
  const second = await start('killed', hooks.url)
  const delivered = (await hooks.first(before + 1))[before]
  assert.equal(traceIdOf(String(delivered.headers['traceparent'])), TRACE)
  assert.equal(delivered.headers['tracestate'], 'vendor=1')
  assert.notEqual(delivered.headers['traceparent'], hooks.received[0].headers['traceparent'], 'each attempt is a span of its own')
  assert.equal(delivered.headers['idempotency-key'], hooks.received[0].headers['idempotency-key'])
  const { traces } = (await (await fetch(`${second}/decisions/0/trace`)).json()) as { traces: { traceId?: string }[] }
  assert.deepEqual(
    traces.map(({ traceId }) => traceId),
    [TRACE],
  )
  await kill()
  const data = `${project.folder}/killed`
  const { out } = await called('trace', '0', '--data', data)
  assert.ok(out.includes(`  trace ${TRACE}\n`), out)
  const [{ decision }] = await calledJson<{ decision: object }>('trace', '0', '--data', data)
  assert.ok(!JSON.stringify(decision).includes(TRACE), 'a decision does not depend on its trace')
  await hooks.close()
})
