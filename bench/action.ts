/**
 * `bench action`: from when an event is due until its effect is acknowledged by a receiver, over HTTP on both sides, with everything durable in between.
 *
 * Sender, run and receiver are three processes. Events are posted one by one or as small arrays; each has 20 features of its key and a logistic score, and a
 * share of them acts. Latency counts from when an event was due by a clock that all processes have until the receiver has answered. No peer does this work.
 */
import { join } from 'node:path'
import { readFolder } from '../src/log/sqlite/data-folder.ts'
import { median, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import type { Received } from './live/action-receiver.ts'
import type { Done } from './live/serving-run.ts'
import type { Sending, Sent } from './live/action-sender.ts'
import { alarmsAmong, KEYS } from './live/alarms.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { Forked } from './live/forked.ts'
import { latencyOf, type Latency } from './statistics.ts'

interface Level {
  readonly name: string
  readonly eventsPerSecond: number
  readonly everyMs: number
  readonly share: number
  readonly p99Max?: number
  readonly stallMax?: number
}

const SHARE = 0.02
const WARM_S = 5
const SECONDS = { full: 60, small: 2 }
const levels: readonly Level[] = [
  { name: '1k', eventsPerSecond: 1000, everyMs: 1, share: SHARE, p99Max: 5 },
  { name: '1kAllActing', eventsPerSecond: 1000, everyMs: 1, share: 1 },
  { name: '5k', eventsPerSecond: 5000, everyMs: 10, share: SHARE, p99Max: 10 },
  { name: '10k', eventsPerSecond: 10_000, everyMs: 10, share: SHARE, stallMax: 20 },
]
const HEADLINE = '5k'

export const bench: Bench = { name: 'action', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const rounds = options.rounds ?? 1
  const fsyncMsP50 = fsyncP50(folder)
  const failures: string[] = []
  const measured: Record<string, unknown> = {}
  let headline = NaN
  for (const level of levels) {
    const all: Measured[] = []
    for (let round = 0; round < rounds; round++) {
      const one = await measure(join(folder, `${level.name}-${round}`), level, options)
      failures.push(...one.failures.map(failure => `${level.name}: ${failure}`))
      all.push(one)
    }
    const p99 = median(all.map(({ effectMs }) => effectMs.p99))
    const stalled = Math.max(...all.map(({ stalls }) => stalls.ms))
    if (!options.small && !(p99 <= (level.p99Max ?? Infinity)))
      failures.push(`${level.name}: p99 is ${p99.toFixed(2)} ms, the bound is ${level.p99Max} ms`)
    if (!options.small && !(stalled <= (level.stallMax ?? Infinity)))
      failures.push(`${level.name}: the loop stood still for ${stalled.toFixed(1)} ms, the bound is ${level.stallMax} ms`)
    if (level.name === HEADLINE) headline = p99
    const { failures: _, ...shown } = all.toSorted((a, b) => a.effectMs.p99 - b.effectMs.p99)[all.length >> 1]
    measured[level.name] = { posted: postedText(level), share: level.share, ...shown }
  }
  return {
    figure: {
      bench: 'action',
      unit: 'ms',
      spillway: headline,
      peer: null,
      ratio: null,
      rounds,
      settings: {
        job: 'posted over HTTP, with ids → durable (synchronous=FULL) → 20 features of a key → logistic → webhook → acknowledged, three processes',
        scored: `p99 at ${HEADLINE} events/s, from when an event was due until its effect was acknowledged by the receiver`,
        keys: KEYS,
        seconds: secondsOf(options),
        fsyncMsP50,
        small: options.small,
      },
      ...measured,
    },
    failures,
  }
}

const secondsOf = ({ small, minutes }: BenchOptions): number => (minutes === undefined ? SECONDS[small ? 'small' : 'full'] : minutes * 60)

const postedText = ({ eventsPerSecond, everyMs }: Level): string =>
  everyMs * eventsPerSecond === 1000
    ? `one event each ${everyMs} ms`
    : `an array of ${(everyMs * eventsPerSecond) / 1000} each ${everyMs} ms`

interface Measured {
  /** From when an event was due until its effect was acknowledged by the receiver. */
  readonly effectMs: Latency
  /** From when a request was due until it was acknowledged to the sender, and until it was sent. */
  readonly postedMs: Latency
  readonly lateMs: Latency
  readonly effects: number
  readonly fsyncs: number
  readonly eventsPerCommit: number
  readonly stalls: Done['stalls']
  /** Of a processor, by process. */
  readonly cores: Readonly<Record<'run' | 'sender' | 'receiver', number>>
  readonly rssMb: number
  readonly failures: readonly string[]
}

async function measure(data: string, level: Level, options: BenchOptions): Promise<Measured> {
  options.progress(`${level.name}: ${postedText(level)}, ${level.share * 100} % of them act`)
  const receiver = new Forked('./action-receiver.ts')
  const sender = new Forked('./action-sender.ts')
  const server = new Forked('./action-run.ts', [data, await receiver.ask<string>('url')])
  try {
    await sender.ask('to', await server.ask<string>('url'))
    await sender.ask('fill')
    const { eventsPerSecond, everyMs, share } = level
    const seconds = secondsOf(options)
    const sending: Sending = { eventsPerSecond, everyMs, share, seconds: Math.min(WARM_S, seconds), first: KEYS }
    await server.ask('watch')
    const warm = await sender.ask<Sent>('send', sending)
    await server.ask('done')
    const early = await receiver.ask<Received>('received')
    await server.ask('watch')
    const first = KEYS + warm.events
    const sent = await sender.ask<Sent>('send', { ...sending, seconds, first })
    const done = await server.ask<Done>('done')
    const received = await receiver.ask<Received>('received')
    const reports = await server.ask<readonly string[]>('end')
    const expected = alarmsAmong(KEYS, first + sent.events, share)
    const failures = [
      ...reports,
      ...wrongAnswers([warm, sent]),
      ...wrongEffects(data, [...early.keys, ...received.keys], expected),
      ...(done.decisions === sent.events ? [] : [`${done.decisions} decisions were made on ${sent.events} events`]),
    ]
    return { ...figuresOf(sent, done, received), failures }
  } finally {
    for (const process of [receiver, sender, server]) process.end()
  }
}

const figuresOf = (sent: Sent, done: Done, received: Received): Omit<Measured, 'failures'> => ({
  effectMs: latencyOf(received.ms),
  postedMs: latencyOf(sent.answeredMs),
  lateMs: latencyOf(sent.lateMs),
  effects: received.keys.length,
  fsyncs: done.fsyncs,
  eventsPerCommit: done.events / done.fsyncs,
  stalls: done.stalls,
  cores: {
    run: done.cpuMs / 1000 / done.seconds,
    sender: sent.cpuMs / 1000 / done.seconds,
    receiver: received.cpuMs / 1000 / done.seconds,
  },
  rssMb: done.rssMb,
})

function wrongAnswers(sent: readonly Sent[]): string[] {
  return sent.flatMap(({ events, accepted, failed }) => [
    ...(failed.length > 0 ? [`${failed.length} requests were not acknowledged, the first: ${failed[0]}`] : []),
    ...(accepted === events ? [] : [`of ${events} events ${accepted} were accepted`]),
  ])
}

/** Holds what the receiver got against the outbox, and that against how many had to be in it. */
function wrongEffects(data: string, keys: readonly string[], expected: number): string[] {
  const reader = readFolder(data)
  const effects = [...reader.effects.newestFirst()]
  reader.close()
  const ids = new Set(effects.map(({ id }) => id))
  const distinct = new Set(keys)
  const wrong = {
    'effects are in the outbox': effects.length,
    'of them are delivered': effects.filter(({ state }) => state === 'delivered').length,
    'have an idempotency key of their own': ids.size,
    'of those keys came to the receiver': [...distinct].filter(key => ids.has(key)).length,
    'effects came to the receiver': keys.length,
  }
  return Object.entries(wrong).flatMap(([what, count]) => (count === expected ? [] : [`${count} ${what}, not ${expected}`]))
}
