/**
 * `bench freshness`: latency from an event's acknowledgement to an independent reader that sees its value, at 1,000 and 10,000 events a
 * second.
 *
 * Three processes on one machine share a clock: one runs and serves, one sends arrays of readings and records the time of each answer, one
 * polls a feature that identifies its arrays. A run applies events before they are durable, so most are seen before they are acknowledged:
 * these count as 0. No other system does this work.
 */
import { join } from 'node:path'
import { median, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { Child } from './live/child.ts'
import { SENSORS } from './live/freshness-pipeline.ts'
import { POLL_MS_MIN, type ReadAsk, type BatchTimes } from './live/freshness-reader.ts'
import type { FreshnessLoad, FreshnessSendResult } from './live/freshness-sender.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { watchLoop } from './live/loop.ts'
import type { ServeAsk, ServedAt } from './live/serving-process.ts'
import { latencyOf, percentile, type Latency } from './statistics.ts'

const ROUNDS = 3
const EVERY_MS = 10
const RATES = { thousand: 1000, tenThousand: 10_000 } as const
const P99_MS_MAX = 5
const sizes = { full: { warmMs: 3000, ms: 20_000 }, small: { warmMs: 200, ms: 1000 } }

export const bench: Bench = { name: 'freshness', run: options => inFolder(folder => run(folder, options)) }

type Rate = keyof typeof RATES

interface Round {
  /** From acknowledged to seen, 0 if seen before. */
  readonly freshMs: readonly number[]
  /** From the due time of the batch. */
  readonly acknowledgedMs: readonly number[]
  readonly seenMs: readonly number[]
  readonly pollMs: Latency
  /** The longest stall of an idle thread: the share of the machine. */
  readonly idleMs: number
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const fsyncMsP50 = fsyncP50(folder)
  const processes = new Processes(join(folder, 'data'))
  try {
    options.progress('warming up')
    await processes.start()
    await processes.round(RATES.tenThousand, size.warmMs)
    const roundsOf: Record<Rate, Round[]> = { thousand: [], tenThousand: [] }
    for (let round = 0; round < rounds; round++)
      for (const name of Object.keys(RATES) as Rate[]) {
        options.progress(`round ${round + 1} of ${rounds}, ${RATES[name]} events/s`)
        roundsOf[name].push(await processes.round(RATES[name], size.ms))
      }
    const figures = { thousand: figuresOf(roundsOf.thousand), tenThousand: figuresOf(roundsOf.tenThousand) }
    const failures = [...processes.failures]
    for (const [name, { freshMs }] of Object.entries(figures))
      if (!options.small && !(freshMs.p99 <= P99_MS_MAX))
        failures.push(`${RATES[name as Rate]} events/s: p99 is ${freshMs.p99.toFixed(2)} ms, the bound is ${P99_MS_MAX} ms`)
    return {
      figure: {
        bench: 'freshness',
        unit: 'ms',
        spillway: figures.tenThousand.freshMs.p99,
        peer: null,
        ratio: null,
        rounds,
        settings: {
          job: `p99 at ${RATES.tenThousand} events/s; readings with ids, a group of 4 features over 1h, a decision on each; ${SENSORS} sensors`,
          freshMs: 'from the answer to the array until the reader has the answer that shows it; what it had before counts as 0',
          sent: `a JSON array each ${EVERY_MS} ms, of ${(RATES.thousand * EVERY_MS) / 1000} or ${(RATES.tenThousand * EVERY_MS) / 1000} readings, open loop, by another process`,
          read: `GET on a connection of another process, one at a time, ${POLL_MS_MIN} ms apart at least`,
          idleMs: 'the longest stall of a thread that does nothing: what the machine was busy with',
          clock: 'the monotonic clock of the machine, which its processes share',
          secondsARound: size.ms / 1000,
          fsyncMsP50,
          small: options.small,
        },
        ...figures,
      },
      failures,
    }
  } finally {
    await processes.stop()
  }
}

class Processes {
  readonly failures: string[] = []
  readonly #server: Child<ServeAsk, ServedAt>
  readonly #sender = Child.start<FreshnessLoad, FreshnessSendResult>(new URL('live/freshness-sender.ts', import.meta.url))
  readonly #reader = Child.start<ReadAsk, BatchTimes>(new URL('live/freshness-reader.ts', import.meta.url))
  #port = 0
  #batches = 0

  constructor(folder: string) {
    this.#server = Child.start(new URL('live/serving-process.ts', import.meta.url), [folder])
  }

  async start(): Promise<void> {
    this.#port = (await this.#server.ask({ kind: 'fresh' })).port
  }

  async round(eventsPerSecond: number, ms: number): Promise<Round> {
    const [port, first, batches] = [this.#port, this.#batches, ms / EVERY_MS]
    const size = (eventsPerSecond * EVERY_MS) / 1000
    this.#batches += batches
    const loop = await watchLoop()
    await this.#reader.ask({ kind: 'start', port, first })
    const { due, acknowledged, accepted } = await this.#sender.ask({ port, everyMs: EVERY_MS, size, first, batches })
    const { firstVisible, count, pollMs } = await this.#reader.ask({ kind: 'stop', upto: this.#batches - 1 })
    const { idleMs } = await loop.stop()
    if (accepted !== batches * size) this.failures.push(`${batches * size} events were sent, ${accepted} accepted`)
    if (count !== this.#batches) this.failures.push(`${this.#batches} arrays were sent, the features have ${count}`)
    return {
      freshMs: firstVisible.map((at, i) => Math.max(0, at - acknowledged[i])),
      acknowledgedMs: acknowledged.map((at, i) => at - due[i]),
      seenMs: firstVisible.map((at, i) => at - due[i]),
      pollMs,
      idleMs,
    }
  }

  async stop(): Promise<void> {
    await this.#reader.stop()
    await this.#sender.stop()
    await this.#server.stop()
  }
}

function figuresOf(rounds: readonly Round[]) {
  const middle = (of: (round: Round) => Latency): Latency => ({
    p50: median(rounds.map(round => of(round).p50)),
    p99: median(rounds.map(round => of(round).p99)),
    p999: median(rounds.map(round => of(round).p999)),
    max: median(rounds.map(round => of(round).max)),
  })
  const all = rounds.flatMap(({ freshMs }) => freshMs)
  return {
    freshMs: middle(({ freshMs }) => latencyOf(freshMs)),
    p999Ms: percentile(all, 0.999),
    seenBefore: all.filter(ms => ms === 0).length / all.length,
    fromDueToAcknowledgedMs: middle(({ acknowledgedMs }) => latencyOf(acknowledgedMs)),
    fromDueToSeenMs: middle(({ seenMs }) => latencyOf(seenMs)),
    pollMs: middle(({ pollMs }) => pollMs),
    idleMs: median(rounds.map(({ idleMs }) => idleMs)),
  }
}
