/**
 * `bench action`: latency from the due time of an event to the acknowledgement of its effect by a receiver, over HTTP on both sides, with
 * everything durable in between.
 *
 * Sender, run and receiver are three processes. Events are posted one by one or as small arrays; each has 20 features of its key and a
 * logistic score, and a share of them triggers an action. Latency counts from the due time by a clock that all processes share to the
 * receiver's answer. The baseline is a plain program on the same libraries (`action-plain.ts`), in the same run: it shows the share of the
 * machine.
 */
import { join } from 'node:path'
import { readDataFolder } from '../src/log/sqlite/data-folder.ts'
import { median, middleRound, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import type { ReceivedEffects } from './live/action-receiver.ts'
import type { ActionLoad, ActionSendResult } from './live/action-sender.ts'
import { alarmsAmong, KEYS } from './live/alarm-pipeline.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { BenchProcess } from './live/bench-process.ts'
import type { ProcessWork } from './live/process-work.ts'
import { latencyOf, type Latency } from './statistics.ts'

interface Level {
  readonly name: string
  readonly eventsPerSecond: number
  readonly everyMs: number
  readonly share: number
  readonly p99?: P99
  readonly stallMax?: number
}

/**
 * Latency targets of an effect, and the latency of the plainest prototype on an idle machine. On a busy machine the same ratio to a plain
 * program is required.
 */
interface P99 {
  readonly max: number
  readonly prototype: number
}

const SHARE = 0.02
const WARM_S = 5
const SECONDS = { full: 60, small: 1 }
const levels: readonly Level[] = [
  { name: '1k', eventsPerSecond: 1000, everyMs: 1, share: SHARE, p99: { max: 5, prototype: 3.7 } },
  { name: '1kAllActing', eventsPerSecond: 1000, everyMs: 1, share: 1 },
  { name: '5k', eventsPerSecond: 5000, everyMs: 10, share: SHARE, p99: { max: 10, prototype: 5 } },
  { name: '10k', eventsPerSecond: 10_000, everyMs: 10, share: SHARE, stallMax: 20 },
]
const HEADLINE = '5k'

/** A process that accepts events and sends effects; its output is compared with the receiver's input. */
interface Side {
  readonly file: string
  readonly wrongEffects: (data: string, keys: readonly string[], expected: number) => string[]
}
const SIDES = {
  spillway: { file: './action-run.ts', wrongEffects },
  plain: {
    file: './action-plain.ts',
    wrongEffects: (_, keys, expected) => wrongCount('effects of the plain program came', new Set(keys).size, expected),
  },
} satisfies Record<string, Side>
type SideName = keyof typeof SIDES

export const bench: Bench = { name: 'action', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const rounds = options.rounds ?? 1
  const fsyncMsP50 = fsyncP50(folder)
  const failures: string[] = []
  const measured: Record<string, unknown> = {}
  const headline = { spillway: NaN, plain: NaN }
  for (const level of levels) {
    const all: Record<SideName, Measurement[]> = { spillway: [], plain: [] }
    for (let round = 0; round < rounds; round++) {
      const order: SideName[] = round % 2 === 0 ? ['spillway', 'plain'] : ['plain', 'spillway']
      for (const side of order) {
        const one = await measure(join(folder, `${level.name}-${side}-${round}`), SIDES[side], level, options)
        failures.push(...one.failures.map(failure => `${level.name}: ${failure}`))
        all[side].push(one)
      }
    }
    const p99 = { spillway: median(all.spillway.map(p99Of)), plain: median(all.plain.map(p99Of)) }
    if (!options.small) failures.push(...tooSlow(level, p99), ...stoodStill(level, all.spillway))
    if (level.name === HEADLINE) Object.assign(headline, p99)
    measured[level.name] = {
      posted: postedText(level),
      share: level.share,
      toPlainP99: p99.spillway / p99.plain,
      spillway: middleRound(all.spillway, p99Of),
      plain: middleRound(all.plain, p99Of),
    }
  }
  return {
    figure: {
      bench: 'action',
      unit: 'ms',
      spillway: headline.spillway,
      peer: { name: 'a plain program of the same libraries', version: process.version, value: headline.plain },
      ratio: headline.plain / headline.spillway,
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

const p99Of = ({ effectMs }: Measurement): number => effectMs.p99

function tooSlow({ name, p99 }: Level, took: Readonly<Record<SideName, number>>): string[] {
  if (!p99) return []
  const may = Math.max(p99.max, took.plain * (p99.max / p99.prototype))
  if (took.spillway <= may) return []
  const plain = `the plain program's is ${took.plain.toFixed(2)} ms`
  return [`${name}: p99 is ${took.spillway.toFixed(2)} ms, the bound is ${p99.max} ms, here ${may.toFixed(2)} ms: ${plain}`]
}

/** A stall no longer than that of an idle thread was the machine's. */
function stoodStill({ name, stallMax = Infinity }: Level, all: readonly Measurement[]): string[] {
  return all
    .filter(({ stalls }) => !(stalls.ms <= Math.max(stallMax, stalls.idleMs)))
    .map(({ stalls }) => `${name}: the loop stood still for ${stalls.ms.toFixed(1)} ms, the bound is ${stallMax} ms`)
}

const secondsOf = ({ small, minutes }: BenchOptions): number => (minutes === undefined ? SECONDS[small ? 'small' : 'full'] : minutes * 60)

const postedText = ({ eventsPerSecond, everyMs }: Level): string =>
  everyMs * eventsPerSecond === 1000
    ? `one event each ${everyMs} ms`
    : `an array of ${(everyMs * eventsPerSecond) / 1000} each ${everyMs} ms`

interface Measurement {
  /** From the due time of an event to the acknowledgement of its effect. */
  readonly effectMs: Latency
  /** From the due time of a request to its acknowledgement, and to its sending. */
  readonly postedMs: Latency
  readonly lateMs: Latency
  readonly effects: number
  readonly fsyncs: number
  readonly eventsPerCommit: number
  readonly stalls: ProcessWork['stalls']
  /** Processor cores in use, by process. */
  readonly cores: Readonly<Record<'run' | 'sender' | 'receiver', number>>
  readonly rssMb: number
  readonly failures: readonly string[]
}

async function measure(data: string, side: Side, level: Level, options: BenchOptions): Promise<Measurement> {
  options.progress(`${level.name}, ${side.file.slice(2, -3)}: ${postedText(level)}, ${level.share * 100} % of them act`)
  const receiver = new BenchProcess('./action-receiver.ts', [], { isClient: true })
  const sender = new BenchProcess('./action-sender.ts', [], { isClient: true })
  const server = new BenchProcess(side.file, [data, await receiver.ask<string>('url')])
  try {
    await sender.ask('to', await server.ask<string>('url'))
    await sender.ask('fill')
    const { eventsPerSecond, everyMs, share } = level
    const seconds = secondsOf(options)
    const sending: ActionLoad = { eventsPerSecond, everyMs, share, seconds: Math.min(WARM_S, seconds), first: KEYS }
    await server.ask('watch')
    const warm = await sender.ask<ActionSendResult>('send', sending)
    await server.ask('done')
    const early = await receiver.ask<ReceivedEffects>('received')
    await server.ask('watch')
    const first = KEYS + warm.events
    const measuredSend = await sender.ask<ActionSendResult>('send', { ...sending, seconds, first })
    const done = await server.ask<ProcessWork>('done')
    const received = await receiver.ask<ReceivedEffects>('received')
    const reports = await server.ask<readonly string[]>('end')
    const expected = alarmsAmong(KEYS, first + measuredSend.events, share)
    const failures = [
      ...reports,
      ...wrongAnswers([warm, measuredSend]),
      ...side.wrongEffects(data, [...early.keys, ...received.keys], expected),
      ...(done.decisions === measuredSend.events ? [] : [`${done.decisions} decisions were made on ${measuredSend.events} events`]),
    ]
    return { ...figuresOf(measuredSend, done, received), failures }
  } finally {
    for (const process of [receiver, sender, server]) process.end()
  }
}

const figuresOf = (sendResult: ActionSendResult, done: ProcessWork, received: ReceivedEffects): Omit<Measurement, 'failures'> => ({
  effectMs: latencyOf(received.ms),
  postedMs: latencyOf(sendResult.answeredMs),
  lateMs: latencyOf(sendResult.lateMs),
  effects: received.keys.length,
  fsyncs: done.fsyncs,
  eventsPerCommit: done.events / done.fsyncs,
  stalls: done.stalls,
  cores: {
    run: done.cpuMs / 1000 / done.seconds,
    sender: sendResult.cpuMs / 1000 / done.seconds,
    receiver: received.cpuMs / 1000 / done.seconds,
  },
  rssMb: done.rssMb,
})

function wrongAnswers(sendResults: readonly ActionSendResult[]): string[] {
  return sendResults.flatMap(({ events, accepted, failed }) => [
    ...(failed.length > 0 ? [`${failed.length} requests were not acknowledged, the first: ${failed[0]}`] : []),
    ...(accepted === events ? [] : [`of ${events} events ${accepted} were accepted`]),
  ])
}

/** Compares the effects at the receiver with the outbox, and the outbox with the number of expected effects. */
function wrongEffects(data: string, keys: readonly string[], expected: number): string[] {
  const reader = readDataFolder(data)
  const effects = [...reader.effects.newestFirst()]
  reader.close()
  const ids = new Set(effects.map(({ id }) => id))
  const distinct = new Set(keys)
  return Object.entries({
    'effects are in the outbox': effects.length,
    'of them are delivered': effects.filter(({ state }) => state === 'delivered').length,
    'have an idempotency key of their own': ids.size,
    'of those keys came to the receiver': [...distinct].filter(key => ids.has(key)).length,
    'effects came to the receiver': keys.length,
  }).flatMap(([claim, count]) => wrongCount(claim, count, expected))
}

const wrongCount = (claim: string, count: number, expected: number): string[] =>
  count === expected ? [] : [`${count} ${claim}, not ${expected}`]
