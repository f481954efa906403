/**
 * `bench kafka`: a topic as the source of a run and as the destination of its decisions, and the gate, on one real broker on loopback.
 *
 * `read`: a topic of payments, validated, deduplicated, durable, and applied to features: events a second of processor time, beside the same
 * payments over HTTP and beside Kafka's own consumer, which does nothing with them. `decide`: from the due time of a record to the broker's
 * acknowledgement of its decision, everything durable in between, beside a plain program that copies each record. `gate`: throughput, and by how
 * much later a record is visible in the checked topic than in the raw one.
 */
import { join } from 'node:path'
import { wallClock } from '../src/base/clock.ts'
import { median, middleRound, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { BenchProcess } from './live/bench-process.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { IngestProcess, type Round } from './live/ingest-sender.ts'
import { BenchBroker, type Codec, codecs, type ConsumerRate } from './live/kafka-broker.ts'
import type { GateRound } from './live/kafka-gate.ts'
import type { TopicArrivals } from './live/kafka-observer.ts'
import type { DecidedRecords } from './live/due-times.ts'
import type { TopicLoad, TopicSendResult } from './live/kafka-sender.ts'
import { expected, linesOf } from './live/payments.ts'
import { latencyOf, type Latency } from './statistics.ts'

const sizes = {
  full: { payments: 640_000, rounds: 3, seconds: 60 },
  small: { payments: 4000, rounds: 1, seconds: 1 },
}
/** A broker and a run are compiled for many seconds. */
const WARM_S = 15
const BODIES = 8
/** 5 MB before their compression. */
const LARGE_BATCH_RECORDS = 48_000
/** Time of the first payment before now: within the features' shortest window. */
const SINCE_MS = 3_000_000
const [DECISION_P99_MAX, GATE_P99_MAX] = [10, 10]
/** The p99 of the copying program on an idle machine: on a busy one the bound grows by its ratio to this. */
const COPY_P99_IDLE = 5

interface Rate {
  readonly name: string
  readonly eventsPerSecond: number
  readonly everyMs: number
  readonly partitions: number
  readonly p99Max?: number
}
const rates: readonly Rate[] = [
  // Java's producer sends what came in 5 ms together, unless told otherwise (linger.ms, Kafka 4).
  { name: '1k', eventsPerSecond: 1000, everyMs: 5, partitions: 1, p99Max: DECISION_P99_MAX },
  { name: '1k-single', eventsPerSecond: 1000, everyMs: 1, partitions: 1 },
  { name: '5k', eventsPerSecond: 5000, everyMs: 10, partitions: 1 },
  // A reader that waits for one quiet partition must not hold the others up.
  { name: 'sparse', eventsPerSecond: 25, everyMs: 40, partitions: 6, p99Max: DECISION_P99_MAX },
]

export const bench: Bench = { name: 'kafka', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? size.rounds
  const broker = await BenchBroker.start(join(folder, 'broker'))
  try {
    const setting = { folder, broker, rounds, options, seconds: options.minutes === undefined ? size.seconds : options.minutes * 60 }
    const read = await measureReading(setting, size.payments)
    const decide: Record<string, unknown> = {}
    const failures = [...read.failures]
    for (const rate of rates) {
      const measured = await measureDeciding(setting, rate)
      decide[rate.name] = measured.figures
      failures.push(...measured.failures)
    }
    const gate = await measureGate(setting, size.payments)
    return {
      figure: {
        bench: 'kafka',
        unit: 'events/s/core',
        spillway: read.topic.eventsPerCore,
        peer: { name: 'kafka-consumer-perf-test', version: broker.version, value: read.consumer.eventsPerCore },
        ratio: ratioOf('higher', read.topic.eventsPerCore, read.consumer.eventsPerCore),
        rounds,
        settings: {
          job: 'one partition of JSON records → checked → ids within 1h → durable → a group of 4 features over 1h and 24h; the consumer only counts',
          core: 'processor time of all threads of the process; the broker and the sender are others',
          payments: size.payments,
          seconds: setting.seconds,
          fsyncMsP50: fsyncP50(folder),
          small: options.small,
        },
        read: { topic: read.topic, http: read.http, consumer: read.consumer, toHttp: read.topic.eventsPerCore / read.http.eventsPerCore },
        decide,
        gate: gate.figures,
      },
      failures: [...failures, ...gate.failures],
    }
  } finally {
    broker.end()
  }
}

interface Setting {
  readonly folder: string
  readonly broker: BenchBroker
  readonly rounds: number
  readonly seconds: number
  readonly options: BenchOptions
}

/**
 * The same payments from a topic and over HTTP, in turn, and read by Kafka's own consumer. Before that the event loop is watched, which costs
 * processor time, while a topic of large batches is read, for each compression.
 */
async function measureReading({ folder, broker, rounds, options }: Setting, payments: number) {
  const sending = { bodies: BODIES, payments: payments / BODIES, inFlight: 2, since: wallClock() - SINCE_MS }
  const [topic, http] = await Promise.all(['topic', 'http'].map(name => IngestProcess.start(join(folder, name), 'features', sending)))
  const measured: Record<'topic' | 'http', Round[]> = { topic: [], http: [] }
  const consumers: ConsumerRate[] = []
  options.progress('reading: warming up')
  const blockedMs: Partial<Record<Codec, number | undefined>> = {}
  // The first pass is not watched: it loads the client's modules and is not compiled yet.
  const passes = [codecs[0], ...codecs]
  const share = Math.floor(payments / passes.length)
  for (const [i, codec] of passes.entries()) {
    const name = `payments-${i}-${codec}`
    const [from, count] = [i * share, i === codecs.length ? payments - i * share : share]
    await broker.fill(name, linesOf(from, count, sending.since), { codec, records: LARGE_BATCH_RECORDS })
    const { blockedMs: ms } = await topic.read(broker.address, name, count, i > 0)
    if (i > 0) blockedMs[codec] = ms
  }
  const failures = options.small ? [] : codecs.flatMap(codec => blockedFailure(`reading ${codec}`, blockedMs[codec]))
  await http.send(0)
  for (let round = 1; round <= rounds; round++) {
    options.progress(`reading: round ${round} of ${rounds}`)
    const name = `payments-${round}`
    await broker.fill(name, linesOf(round * payments, payments, sending.since))
    measured.topic.push(await topic.read(broker.address, name, payments, false))
    measured.http.push(await http.send(round * payments))
    consumers.push(broker.consume(name, payments))
  }
  const total = (rounds + 1) * payments
  for (const process of [topic, http]) {
    const { contents, read } = await process.end()
    const [has, should] = [JSON.stringify(contents), JSON.stringify(expected(total))]
    if (has !== should) failures.push(`${process.name}: ${has} is there, and should be ${should}`)
    if (read !== total) failures.push(`${process.name}: ${total} payments were sent, the features count ${read}`)
  }
  return {
    topic: { ...rateOf(measured.topic, payments), blockedMs },
    http: rateOf(measured.http, payments),
    consumer: rateOf(consumers, payments),
    failures,
  }
}

/** The event loop of a run and of a gate is blocked for at most this long, ms of processor time. */
const BLOCKED_MS_MAX = 20

const blockedFailure = (pass: string, ms: number | undefined): string[] =>
  ms !== undefined && ms <= BLOCKED_MS_MAX ? [] : [`${pass}: the event loop was blocked for ${ms} ms, the bound is ${BLOCKED_MS_MAX} ms`]

const rateOf = (rounds: readonly Round[], payments: number) => ({
  eventsPerCore: payments / median(rounds.map(({ cpu }) => cpu)),
  eventsPerSecond: payments / median(rounds.map(({ wall }) => wall)),
})

interface Deciding {
  /** From the due time of a record to the acknowledgement of its decision. */
  readonly decisionMs: Latency
  /** From the due time of a record to its acknowledgement. */
  readonly sentMs: Latency
  readonly lateMs: Latency
  readonly cores: number
  readonly failures: readonly string[]
}

/** The run and the copying program at a rate of records, in turn. */
async function measureDeciding(setting: Setting, rate: Rate) {
  const all: Record<'spillway' | 'copy', Deciding[]> = { spillway: [], copy: [] }
  for (let round = 0; round < setting.rounds; round++)
    for (const side of round % 2 === 0 ? (['spillway', 'copy'] as const) : (['copy', 'spillway'] as const))
      all[side].push(await decideOnce(setting, rate, side, round))
  const p99Of = ({ decisionMs }: Deciding): number => decisionMs.p99
  const [ours, copy] = [median(all.spillway.map(p99Of)), median(all.copy.map(p99Of))]
  const bound = Math.max(rate.p99Max ?? Infinity, ((rate.p99Max ?? Infinity) * copy) / COPY_P99_IDLE)
  const failures = Object.values(all).flatMap(measured => measured.flatMap(one => one.failures))
  if (!setting.options.small && !(ours <= bound))
    failures.push(
      `${rate.name}: p99 is ${ours.toFixed(2)} ms, the bound is ${bound.toFixed(2)} ms: that of the copy is ${copy.toFixed(2)} ms`,
    )
  return {
    figures: { toCopyP99: ours / copy, spillway: middleRound(all.spillway, p99Of), copy: middleRound(all.copy, p99Of) },
    failures,
  }
}

async function decideOnce(
  { folder, broker, seconds, options }: Setting,
  rate: Rate,
  side: 'spillway' | 'copy',
  round: number,
): Promise<Deciding> {
  options.progress(`deciding: ${rate.name}, ${side}`)
  const [from, to] = [`${rate.name}-${side}-${round}`, `${rate.name}-${side}-${round}-decisions`]
  await broker.create([from], rate.partitions)
  await broker.create([to])
  const sender = new BenchProcess('./kafka-sender.ts', [broker.address], { isClient: true })
  const reader = new BenchProcess(side === 'spillway' ? './kafka-run.ts' : './kafka-copy.ts', [
    broker.address,
    from,
    to,
    join(folder, from),
    String(rate.partitions),
  ])
  try {
    await reader.ask('ready')
    const warm = await sender.ask<TopicSendResult>('send', {
      ...rate,
      topic: from,
      seconds: Math.min(WARM_S, seconds),
      first: 0,
    } satisfies TopicLoad)
    await reader.ask('until', warm.records)
    const sent = await sender.ask<TopicSendResult>('send', { ...rate, topic: from, seconds, first: warm.records } satisfies TopicLoad)
    const { ms, cpuMs, seconds: passed, reports } = await reader.ask<DecidedRecords>('until', sent.records)
    const failures = [...reports, ...sent.failed]
    if (ms.length !== sent.records)
      failures.push(`${rate.name}, ${side}: ${sent.records} records were sent, ${ms.length} decisions acknowledged`)
    return {
      decisionMs: latencyOf(ms),
      sentMs: latencyOf(sent.answeredMs),
      lateMs: latencyOf(sent.lateMs),
      cores: cpuMs / 1000 / passed,
      failures,
    }
  } finally {
    for (const process of [sender, reader]) process.end()
  }
}

/** Throughput over a full topic, and the latency that the gate adds at a thousand records a second. */
async function measureGate({ broker, seconds, options }: Setting, payments: number) {
  options.progress('gate: throughput')
  const since = wallClock() - SINCE_MS
  const full = ['gate-raw', 'gate-checked', 'gate-rejected']
  const again = ['gate-raw', 'again-checked', 'again-rejected']
  await broker.create([...full.slice(1), ...again.slice(1)])
  await broker.fill(full[0], linesOf(0, payments, since))
  const rate = rates[0]
  const paced = ['paced-raw', 'paced-checked', 'paced-rejected']
  await broker.create(paced)
  const gate = new BenchProcess('./kafka-gate.ts', [broker.address])
  const sender = new BenchProcess('./kafka-sender.ts', [broker.address], { isClient: true })
  const observer = new BenchProcess('./kafka-observer.ts', [broker.address, paced[0], paced[1]], { isClient: true })
  try {
    const throughput = await gate.ask<GateRound>('whole', { source: 'payments', topics: full })
    const failures =
      throughput.accepted === payments ? [] : [`gate: ${payments} payments were in the raw topic, ${throughput.accepted} accepted`]
    // Watching the loop costs processor time, so that this is a pass of its own.
    const blockedMs = await gate.ask<number>('blockedMs', { source: 'payments', topics: again })
    if (!options.small) failures.push(...blockedFailure('gate', blockedMs))
    options.progress('gate: latency')
    await gate.ask('follow', { source: 'signals', topics: paced })
    await observer.ask('ready')
    const warm = await sender.ask<TopicSendResult>('send', {
      ...rate,
      topic: paced[0],
      seconds: Math.min(WARM_S, seconds),
      first: 0,
    } satisfies TopicLoad)
    await observer.ask('until', warm.records)
    const sent = await sender.ask<TopicSendResult>('send', { ...rate, topic: paced[0], seconds, first: warm.records } satisfies TopicLoad)
    const { raw, checked } = await observer.ask<TopicArrivals>('until', sent.records)
    const added = latencyOf(checked.map((ms, record) => ms - raw[record]))
    const bound = Math.max(GATE_P99_MAX, (GATE_P99_MAX * latencyOf(raw).p99) / COPY_P99_IDLE)
    if (checked.length !== sent.records) failures.push(`gate: ${sent.records} records were sent, ${checked.length} are checked`)
    if (!options.small && !(added.p99 <= bound))
      failures.push(`gate: it adds ${added.p99.toFixed(2)} ms (p99), the bound is ${bound.toFixed(2)} ms`)
    return {
      figures: {
        eventsPerCore: payments / throughput.cpu,
        eventsPerSecond: payments / throughput.wall,
        blockedMs,
        rawMs: latencyOf(raw),
        checkedMs: latencyOf(checked),
        addedMs: added,
      },
      failures,
    }
  } finally {
    for (const process of [gate, sender, observer]) process.end()
  }
}
