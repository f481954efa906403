/**
 * The process of `bench ingest` that takes payments: its processor time is that of the whole way, and of nothing else.
 *
 * Arguments: the folder and which pipeline. It is told by messages what to do. Asked to `take`, it makes bodies itself, before it is timed; otherwise they come over HTTP.
 */
import { every, stopwatch } from '../../src/base/clock.ts'
import { limits } from '../../src/base/limits.ts'
import { openFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/run.ts'
import { linesFor, openDoor, takeBody } from './ingest-door.ts'
import { TICK_EVERY_MS } from './open-loop.ts'
import { CARDS, heldBy, linesOf, pipelines, type Held } from './payments.ts'

/** What the parent asks for. `take`: bodies of so many payments each, from payment `first` on, the first ever at `since`, UTC ms. */
export type Ask =
  | { readonly kind: 'cpu' }
  | { readonly kind: 'take'; readonly first: number; readonly bodies: number; readonly payments: number; readonly since: number }
  | { readonly kind: 'end' }

export type Answer =
  | { readonly kind: 'ready'; readonly port: number }
  /** Seconds of processor time since the process began, of all its threads. */
  | { readonly kind: 'cpu'; readonly seconds: number }
  | { readonly kind: 'taken'; readonly cpu: number; readonly wall: number }
  /** `read`: payments that the kernel has in its windows. */
  | { readonly kind: 'ended'; readonly held: Held; readonly read: number; readonly decisions: number; readonly rssMb: number }

/** Chunks as a socket gives them. */
const CHUNK_BYTES = 1 << 16
const BODIES_IN_FLIGHT = 2

const [folder, which] = process.argv.slice(2)
const data = await openFolder(folder)
const pipeline = pipelines[which as keyof typeof pipelines]
const [source] = pipeline.ir.sources
const run = new Run(pipeline, { store: data.store })
const timers = [every(TICK_EVERY_MS, () => run.tick()), every(limits.CHECKPOINT_ROUND_MS, () => run.checkpoint())]
const door = await openDoor(run, source)
const answer = (message: Answer): void => void process.send!(message)

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

process.on('message', (ask: Ask) => {
  if (ask.kind === 'cpu') answer({ kind: 'cpu', seconds: cpuSeconds() })
  else void (ask.kind === 'take' ? take(ask) : end())
})
answer({ kind: 'ready', port: door.port })

async function take({ first, bodies, payments, since }: Extract<Ask, { kind: 'take' }>): Promise<void> {
  const made = Array.from({ length: bodies }, (_, i) => linesOf(first + i * payments, payments, since))
  globalThis.gc?.()
  const [cpu, wall] = [cpuSeconds(), stopwatch()]
  const lines = linesFor(source)
  let next = 0
  const one = async (): Promise<void> => {
    while (next < made.length) await takeBody(run, lines, chunksOf(made[next++]))
  }
  await Promise.all(Array.from({ length: BODIES_IN_FLIGHT }, one))
  answer({ kind: 'taken', cpu: cpuSeconds() - cpu, wall: (stopwatch() - wall) / 1000 })
}

async function* chunksOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) yield Buffer.from(body.subarray(at, at + CHUNK_BYTES))
}

async function end(): Promise<void> {
  const read = paymentsRead()
  const { decisions } = run.counts
  await door.close()
  await run.stop()
  for (const timer of timers) timer.stop()
  data.release()
  const again = await openFolder(folder)
  const held = heldBy(again.store)
  await again.store.close()
  again.release()
  answer({ kind: 'ended', held, read, decisions, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  process.disconnect()
}

/** The counts of all cards over the last hour, from the features themselves. */
function paymentsRead(): number {
  const asks = Array.from({ length: CARDS }, (_, i) => ({ group: 'recent', key: [`c${String(i).padStart(5, '0')}`] }))
  return run.features(asks).reduce((sum, { features: { n } }) => sum + ('value' in n ? Number(n.value) : 0), 0)
}
