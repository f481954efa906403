/**
 * The same path of an event without Spillway, in a separate process: the least latency on these libraries and this machine.
 *
 * One thread: all input since the last turn is one transaction of event, decision and effect; then requests are answered and effects
 * posted. Features are 20 decaying sums of a key. Only the wall clock, no duplicates, no late events, no recovery, no retries. Arguments:
 * its data folder, and the receiver's address.
 */
import fastify from 'fastify'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Pool } from 'undici'
import { pause, callSoon, wallClock } from '../../src/base/clock.ts'
import { sqlite } from '../../src/log/sqlite/sqlite.ts'
import type { Signal } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { measureWork } from './process-work.ts'

const FEATURES = 20
const CONNECTIONS = 16
const CHECKPOINT_EVERY_MS = 100
const BODY_BYTES_MAX = 1 << 26

const [data, hook] = process.argv.slice(2)
mkdirSync(data, { recursive: true })
const path = join(data, 'plain.db')
const db = new sqlite.DatabaseSync(path)
db.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
  CREATE TABLE event (number INTEGER PRIMARY KEY, arrival INTEGER, body TEXT);
  CREATE TABLE decision (event INTEGER PRIMARY KEY, score REAL, features BLOB);
  CREATE TABLE effect (event INTEGER PRIMARY KEY, body TEXT, acknowledged INTEGER)`)
const begin = db.prepare('BEGIN IMMEDIATE')
const commit = db.prepare('COMMIT')
const putEvent = db.prepare('INSERT INTO event VALUES (?, ?, ?)')
const putDecision = db.prepare('INSERT INTO decision VALUES (?, ?, ?)')
const putEffect = db.prepare('INSERT INTO effect VALUES (?, ?, NULL)')
const acknowledge = db.prepare('UPDATE effect SET acknowledged = ? WHERE event = ?')
const checkpointer = new Worker(
  `const db = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)})
   const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
   setInterval(() => checkpoint.get(), ${CHECKPOINT_EVERY_MS})`,
  { eval: true },
)
const { origin, pathname } = new URL(hook)
const receiver = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })

const sums = new Map<string, Float64Array>()
const decays = Float64Array.from({ length: FEATURES }, (_, i) => 1 - 0.5 ** (i / 2 + 1))
let waiting: { readonly signals: readonly Signal[]; readonly answer: (accepted: number) => void }[] = []
let acknowledged: number[] = []
let isDue = false
let events = 0
let fsyncs = 0
const unacknowledged = new Set<number>()

function schedule(): void {
  if (isDue) return
  isDue = true
  callSoon(turn)
}

function turn(): void {
  isDue = false
  const [requests, settled] = [waiting, acknowledged]
  ;[waiting, acknowledged] = [[], []]
  const now = wallClock()
  begin.run()
  const effects = requests.flatMap(({ signals }) => signals.flatMap(signal => decide(signal, now)))
  for (const number of settled) acknowledge.run(now, number)
  commit.run()
  fsyncs++
  for (const { signals, answer } of requests) answer(signals.length)
  for (const effect of effects) void post(effect)
}

interface Effect {
  readonly number: number
  readonly body: string
}

function decide(signal: Signal, now: number): Effect[] {
  const number = events++
  const { device, level, alarms, due } = signal
  let features = sums.get(device)
  if (!features) sums.set(device, (features = new Float64Array(FEATURES)))
  let logit = 12 * alarms - 6
  for (let i = 0; i < FEATURES; i++) {
    features[i] = features[i] * decays[i] + level
    logit += 0.01 * features[i]
  }
  const score = 1 / (1 + Math.exp(-logit))
  putEvent.run(number, now, JSON.stringify(signal))
  putDecision.run(number, score, new Uint8Array(features.buffer))
  if (score < 0.5) return []
  const body = JSON.stringify({ event: number, score, vector: { due, features: [...features] } })
  putEffect.run(number, body)
  unacknowledged.add(number)
  return [{ number, body }]
}

async function post({ number, body }: Effect): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `plain-${number}` }
  const { statusCode, body: answer } = await receiver.request({ path: pathname, method: 'POST', headers, body })
  await answer.dump()
  if (statusCode >= 300) throw new Error(`an effect was answered with ${statusCode}`)
  acknowledged.push(number)
  unacknowledged.delete(number)
  schedule()
}

const take = (signals: readonly Signal[]): Promise<{ accepted: number }> =>
  new Promise(resolve => {
    waiting.push({ signals, answer: accepted => resolve({ accepted }) })
    schedule()
  })

const app = fastify({ bodyLimit: BODY_BYTES_MAX })
app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_, body, done) =>
  done(null, JSON.parse(`[${(body as string).trimEnd().replaceAll('\n', ',')}]`)),
)
app.post('/sources/signals/events', ({ body }) => take(Array.isArray(body) ? (body as Signal[]) : [body as Signal]))
const url = await app.listen({ port: 0, host: '127.0.0.1' })

const idle = async (): Promise<void> => {
  while (unacknowledged.size > 0) await pause(1)
}

answerNamedRequests({
  url: () => url,
  ...measureWork(() => ({ events, decisions: events, fsyncs }), idle),
  end: async (): Promise<readonly string[]> => {
    await app.close()
    await receiver.close()
    await checkpointer.terminate()
    const { left } = db.prepare('SELECT count(*) AS left FROM effect WHERE acknowledged IS NULL').get() as { left: number }
    db.close()
    return left === 0 ? [] : [`${left} effects of the plain program were not acknowledged`]
  },
})
