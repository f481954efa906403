/**
 * The receiving process of `bench ingest`: its processor time is that of the whole path, and of nothing else.
 *
 * Arguments: the folder and the pipeline. Messages control it. For `take` it generates the bodies itself before the timing; otherwise they
 * come over HTTP.
 */
import { pause, stopwatch } from '../../src/base/clock.ts'
import { ndjsonBatches } from '../../src/files/ndjson.ts'
import { JsonLineReader } from '../../src/intake/line-reader.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { startServer } from '../../src/serve/listen.ts'
import { openReaders } from '../../src/sources/open-readers.ts'
import { feedSource } from '../../src/sources/reader/source-feed.ts'
import { timeByRoom } from '../profile.ts'
import { watchLoop } from './loop.ts'
import { CARDS, contentsOf, linesOf, pipelines, type LogContents } from './payments.ts'
import { runConcurrently } from './concurrency.ts'

/**
 * Requests of the parent. `take`: bodies with this many payments each, from payment `first` on; the very first payment is at `since`, UTC
 * ms.
 */
export type Ask =
  | { readonly kind: 'cpu' }
  | { readonly kind: 'take'; readonly first: number; readonly bodies: number; readonly payments: number; readonly since: number }
  /** `take` again, with a CPU profile. */
  | { readonly kind: 'profile'; readonly first: number; readonly bodies: number; readonly payments: number; readonly since: number }
  /** So many payments of a topic of Kafka. */
  | { readonly kind: 'read'; readonly broker: string; readonly topic: string; readonly payments: number; readonly isWatched: boolean }
  | { readonly kind: 'end' }

export type Answer =
  | { readonly kind: 'ready'; readonly port: number }
  /** Seconds of processor time of all threads since the start of the process. */
  | { readonly kind: 'cpu'; readonly seconds: number }
  | { readonly kind: 'taken'; readonly cpu: number; readonly wall: number }
  /** `blockedMs`: the most processor time of the main thread between two turns of its event loop, in a round that is watched. */
  | { readonly kind: 'topic'; readonly cpu: number; readonly wall: number; readonly blockedMs?: number }
  /** By room, of the main thread. */
  | { readonly kind: 'profiled'; readonly parts: Readonly<Record<string, number>> }
  /** `read`: payments in the windows of the kernel. */
  | { readonly kind: 'ended'; readonly contents: LogContents; readonly read: number; readonly decisions: number; readonly rssMb: number }

/** Size of a socket's chunks. */
const CHUNK_BYTES = 1 << 16
const POLL_MS = 5
const BODIES_IN_FLIGHT = 2

const [folder, which] = process.argv.slice(2)
const pipeline = pipelines[which as keyof typeof pipelines]
const feed = new CommitFeed()
const running = await LiveRun.open(pipeline, folder, { onRecorded: feed.notify })
const { run } = running
const fail = (error: unknown): never => {
  throw error
}
const server = await startServer({ port: 0, run, pipeline, data: folder, feed, onError: fail })
const answer = (message: Answer): void => void process.send!(message)

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

process.on('message', (ask: Ask) => {
  if (ask.kind === 'cpu') answer({ kind: 'cpu', seconds: cpuSeconds() })
  else if (ask.kind === 'take') void take(bodiesOf(ask))
  else if (ask.kind === 'profile') void profile(bodiesOf(ask))
  else if (ask.kind === 'read') void readTopic(ask)
  else void end()
})
answer({ kind: 'ready', port: server.port })

function bodiesOf({ first, bodies, payments, since }: Extract<Ask, { kind: 'take' | 'profile' }>): Buffer[] {
  const payloads = Array.from({ length: bodies }, (_, i) => linesOf(first + i * payments, payments, since))
  globalThis.gc?.()
  return payloads
}

async function take(bodies: readonly Buffer[]): Promise<void> {
  const [cpu, wall] = [cpuSeconds(), stopwatch()]
  await takeAll(bodies)
  answer({ kind: 'taken', cpu: cpuSeconds() - cpu, wall: (stopwatch() - wall) / 1000 })
}

async function readTopic({ broker, topic, payments, isWatched }: Extract<Ask, { kind: 'read' }>): Promise<void> {
  const setting = { env: { KAFKA_BROKERS: broker }, data: folder }
  const [{ reader }] = openReaders(pipeline, [{ source: 'payments', input: `kafka:${topic}` }], setting)
  const over = new AbortController()
  const until = run.counts.accepted + payments
  const loop = isWatched ? await watchLoop() : undefined
  const [cpu, wall] = [cpuSeconds(), stopwatch()]
  const reading = feedSource(run, 'payments', reader, { follow: true, signal: over.signal, onWarning: fail })
  // Accepted means durable.
  while (run.counts.accepted < until) await Promise.race([pause(POLL_MS), reading.then(() => fail(new Error('reading has ended')))])
  const work = { cpu: cpuSeconds() - cpu, wall: (stopwatch() - wall) / 1000 }
  const stalls = await loop?.stop()
  answer({ kind: 'topic', ...work, ...(stalls && { blockedMs: stalls.cpuMs }) })
  over.abort()
  await reading
}

async function profile(bodies: readonly Buffer[]): Promise<void> {
  answer({ kind: 'profiled', parts: await timeByRoom(() => takeAll(bodies)) })
}

const takeAll = (bodies: readonly Buffer[]): Promise<void> => runConcurrently(bodies.length, BODIES_IN_FLIGHT, i => takeBody(bodies[i]))

/** Like the server, without HTTP. */
async function takeBody(body: Buffer): Promise<void> {
  const receipts: Promise<unknown>[] = []
  const reader = JsonLineReader.of(pipeline.ir.sources[0])
  for await (const { batch } of ndjsonBatches(chunksOf(body), 'memory', { reader })) {
    await run.whenRoom()
    receipts.push(run.submit('payments', batch))
  }
  await Promise.all(receipts)
}

async function* chunksOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) yield Buffer.from(body.subarray(at, at + CHUNK_BYTES))
}

async function end(): Promise<void> {
  const read = paymentsRead()
  const { decisions } = run.counts
  await server.close()
  await running.stop()
  const again = await openDataFolder(folder)
  const contents = contentsOf(again.store)
  await again.store.close()
  again.release()
  answer({ kind: 'ended', contents, read, decisions, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  process.disconnect()
}

/** The counts of all cards over the last hour, from the features. */
function paymentsRead(): number {
  const asks = Array.from({ length: CARDS }, (_, i) => ({ group: 'recent', key: [`c${String(i).padStart(5, '0')}`] }))
  return run.features(asks).reduce((sum, { features: { n } }) => sum + ('value' in n ? Number(n.value) : 0), 0)
}
