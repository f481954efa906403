/**
 * `bench decide`: latency of inline decisions on the fraud example's payments, from the due time of a payment to its answer.
 *
 * Sender and run are separate processes; each payment is one request in an open loop. Once on the disk as it is; and once on a disk whose
 * fsyncs take a quarter of a second longer, where answers still come within their deadline and are marked as not durable. All answers are
 * compared with the log. No other system does this work.
 */
import { join } from 'node:path'
import { declineFrom } from '../examples/fraud/fraud.ts'
import { median, middleRound, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { decidedIn, answerFlags, wrongAnswers, type DecideAnswers } from './live/decide-answers.ts'
import type { City, DecideLoad } from './live/decide-sender.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { BenchProcess } from './live/bench-process.ts'
import type { ProcessWork } from './live/process-work.ts'
import { latencyOf, type Latency } from './statistics.ts'

const EVERY_MS = 1
const DEADLINE_MS = 100
const P99_MS_MAX = 10
/** The disk as it is, and one with this much longer fsyncs. */
const disks = { asItIs: 0, slow: 250 } as const
type Disk = keyof typeof disks

const sizes = {
  full: { customers: 50_000, history: 20_000, warmSeconds: 5, seconds: 60 },
  small: { customers: 2000, history: 1000, warmSeconds: 0.5, seconds: 1 },
}
type Size = (typeof sizes)['full']

export const bench: Bench = { name: 'decide', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const rounds = options.rounds ?? 1
  const size = sizeOf(options)
  const fsyncMsP50 = fsyncP50(folder)
  const measurements: Record<Disk, Measurement[]> = { asItIs: [], slow: [] }
  for (let round = 0; round < rounds; round++)
    for (const disk of Object.keys(disks) as Disk[]) {
      options.progress(`round ${round + 1} of ${rounds}, fsyncs take ${disks[disk]} ms longer`)
      measurements[disk].push(await measure(join(folder, `${disk}-${round}`), disks[disk], size))
    }
  const all = Object.entries(measurements).flatMap(([disk, of]) =>
    of.flatMap(({ failures }) => failures.map(failure => `${disk}: ${failure}`)),
  )
  const p99 = median(measurements.asItIs.map(p99Of))
  return {
    figure: {
      bench: 'decide',
      unit: 'ms',
      spillway: p99,
      peer: null,
      ratio: null,
      rounds,
      settings: {
        job: 'a payment posted over HTTP, with its id → durable (synchronous=FULL) → 12 features of its card and terminal → logistic → answer, two processes',
        scored: `p99 at ${1000 / EVERY_MS} payments/s, from when a payment was due until its answer was there, on the disk as it is`,
        slow: `each fsync takes ${disks.slow} ms longer; the answers' deadline is ${DEADLINE_MS} ms`,
        history: size.history,
        seconds: size.seconds,
        declineFrom,
        fsyncMsP50,
        small: options.small,
      },
      asItIs: middleRound(measurements.asItIs, p99Of),
      slow: middleRound(measurements.slow, p99Of),
    },
    failures: options.small ? all : [...all, ...missedBounds(p99, measurements)],
  }
}

function sizeOf({ small, minutes }: BenchOptions): Size {
  const size = small ? sizes.small : sizes.full
  return minutes === undefined ? size : { ...size, seconds: minutes * 60 }
}

function missedBounds(p99: number, { asItIs, slow }: Readonly<Record<Disk, readonly Measurement[]>>): string[] {
  const late = slow.reduce((sum, { answers }) => sum + answers.late, 0)
  return [
    ...(p99 <= P99_MS_MAX ? [] : [`p99 is ${p99.toFixed(2)} ms, the bound is ${P99_MS_MAX} ms`]),
    ...(asItIs.every(({ answers }) => answers.durable > 0) ? [] : ['no answer was durable on the disk as it is']),
    ...(late === 0 ? [] : [`slow: ${late} answers came later than ${DEADLINE_MS} ms`]),
  ]
}

const p99Of = ({ answerMs }: Measurement): number => answerMs.p99

interface Measurement {
  /** From the due time of a payment to its answer, and to its sending. */
  readonly answerMs: Latency
  readonly lateMs: Latency
  readonly answers: Readonly<Record<'late' | 'durable' | 'notDurable' | 'decided' | 'declined' | 'otherwise', number>>
  readonly fsyncs: number
  readonly paymentsPerFsync: number
  readonly stalls: ProcessWork['stalls']
  /** Processor cores in use, by process. */
  readonly cores: Readonly<Record<'run' | 'sender', number>>
  readonly rssMb: number
  readonly failures: readonly string[]
}

async function measure(data: string, fsyncMs: number, { customers, history, warmSeconds, seconds }: Size): Promise<Measurement> {
  const warm = { first: history, payments: (warmSeconds * 1000) / EVERY_MS, everyMs: EVERY_MS }
  const sending: DecideLoad = { ...warm, first: history + warm.payments, payments: Math.floor((seconds * 1000) / EVERY_MS) }
  const payments = sending.first + sending.payments
  const sender = new BenchProcess('./decide-sender.ts', [], { isClient: true })
  const server = new BenchProcess('./decide-run.ts', [data, String(fsyncMs)])
  try {
    await sender.ask('city', { url: await server.ask<string>('url'), customers, payments } satisfies City)
    await sender.ask('fill', history)
    await server.ask('watch')
    const early = await sender.ask<DecideAnswers>('send', warm)
    await server.ask('done')
    await server.ask('watch')
    const answered = await sender.ask<DecideAnswers>('send', sending)
    const done = await server.ask<ProcessWork>('done')
    const reports = await server.ask<readonly string[]>('end')
    const { decided, failures } = decidedIn(data)
    return {
      ...figuresOf(answered, done),
      failures: [
        ...reports,
        ...failures,
        ...wrongAnswers(decided, payments, [early, answered]),
        ...[early, answered].flatMap(of => wronglyMarked(of, fsyncMs)),
        ...(done.decisions === sending.payments ? [] : [`${done.decisions} decisions were made on ${sending.payments} payments`]),
      ],
    }
  } finally {
    for (const process of [sender, server]) process.end()
  }
}

/** A decision that took longer to become durable than its answer cannot have been durable then. */
function wronglyMarked({ flags, answeredMs }: DecideAnswers, fsyncMs: number): string[] {
  const wrong = flags.filter((bits, i) => (bits & answerFlags.durable) !== 0 && answeredMs[i] < fsyncMs).length
  return wrong === 0 ? [] : [`${wrong} answers were marked durable within ${fsyncMs} ms`]
}

function figuresOf(answered: DecideAnswers, done: ProcessWork): Omit<Measurement, 'failures'> {
  const having = (flag: number): number => answered.flags.filter(flags => (flags & flag) !== 0).length
  const durable = having(answerFlags.durable)
  return {
    answerMs: latencyOf(answered.answeredMs),
    lateMs: latencyOf(answered.lateMs),
    answers: {
      // A deadline counts from the request: the delay of this sender is not the run's.
      late: answered.answeredMs.filter((ms, i) => ms - answered.lateMs[i] > DEADLINE_MS).length,
      durable,
      notDurable: answered.flags.length - durable,
      decided: having(answerFlags.decided),
      declined: having(answerFlags.declined),
      otherwise: having(answerFlags.otherwise),
    },
    fsyncs: done.fsyncs,
    paymentsPerFsync: done.events / done.fsyncs,
    stalls: done.stalls,
    cores: { run: done.cpuMs / 1000 / done.seconds, sender: answered.cpuMs / 1000 / done.seconds },
    rssMb: done.rssMb,
  }
}
