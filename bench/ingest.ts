/**
 * `bench ingest`: NDJSON in large bodies over HTTP, decoded, deduplicated by id, durable, and applied to features; beside PostgreSQL's COPY
 * of the same payments into typed columns with a primary key.
 *
 * The figure is events a second of processor time, of all threads of the receiving process, or of all processes of the baseline; the sender
 * is another process and does not count. Checked at the end: every payment is stored once, with its amount, and in the features.
 */
import { join } from 'node:path'
import { wallClock } from '../src/base/clock.ts'
import { median, peerIfThere, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { CopyPeer } from './live/ingest-postgres.ts'
import { IngestProcess, type Round } from './live/ingest-sender.ts'
import { CARDS, expected, linesOf, TERMINALS, type LogContents } from './live/payments.ts'
import { Postgres } from './live/postgres.ts'

const ROUNDS = 5
/** Eight MiB of lines. */
const PAYMENTS = 80_000
const IN_FLIGHT = 2
const sizes = { full: { bodies: 8, payments: PAYMENTS }, small: { bodies: 2, payments: 2000 } }
const EVENTS_PER_CORE_MIN = 300_000
/** Time of the first payment before now: within the features' shortest window. */
const SINCE_MS = 3_000_000

export const bench: Bench = { name: 'ingest', run: options => inFolder(folder => run(folder, options)) }

/** One way of ingesting payments, in rounds. */
interface Side {
  round(first: number): Promise<Round>
  /** The final state, and its faults. */
  end(payments: number): Promise<readonly string[]>
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const postgres = await peerIfThere(() => Postgres.start(), options)
  try {
    return await measure(folder, postgres, options)
  } finally {
    if (!(postgres instanceof MissingPeerError)) await postgres.stop()
  }
}

async function measure(folder: string, postgres: Postgres | MissingPeerError, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const sending = { ...size, inFlight: IN_FLIGHT, since: wallClock() - SINCE_MS }
  const start = (name: string, pipeline: 'features' | 'deciding') => IngestProcess.start(join(folder, name), pipeline, sending)
  const [http, memory, deciding] = [await start('http', 'features'), await start('memory', 'features'), await start('deciding', 'deciding')]
  const copy = postgres instanceof MissingPeerError ? undefined : await CopyPeer.start(postgres, sending)
  const payments = size.bodies * size.payments
  let mainThread: Readonly<Record<string, number>> = {}
  const sides: Readonly<Record<string, Side>> = {
    http: { round: first => http.send(first), end: payments => endOf(http, payments) },
    memory: {
      round: first => memory.take(first),
      end: async payment => {
        mainThread = await memory.profile(payment)
        return endOf(memory, payment + payments)
      },
    },
    deciding: { round: first => deciding.send(first), end: payments => endOf(deciding, payments, true) },
    ...(copy && { copy: { round: (first: number) => copy.send(first), end: async payments => wrong('copy', await copy.end(), payments) } }),
  }
  const roundsOf = Object.fromEntries(Object.keys(sides).map(name => [name, [] as Round[]]))
  for (let round = 0; round <= rounds; round++)
    for (const [name, side] of Object.entries(sides)) {
      options.progress(round === 0 ? `${name}: warming up` : `${name}: round ${round} of ${rounds}`)
      const measured = await side.round(round * payments)
      if (round > 0) roundsOf[name].push(measured)
    }
  const fsyncMsP50 = fsyncP50(folder)
  const failures: string[] = []
  for (const side of Object.values(sides)) failures.push(...(await side.end((rounds + 1) * payments)))
  const rates = Object.fromEntries(Object.entries(roundsOf).map(([name, all]) => [name, ratesOf(all, payments)]))
  const ours = rates['http'].eventsPerCore
  if (!options.small && !(ours >= EVENTS_PER_CORE_MIN))
    failures.push(`${Math.round(ours)} events a second of processor time, the bound is ${EVENTS_PER_CORE_MIN}`)
  return {
    figure: {
      bench: 'ingest',
      unit: 'events/s/core',
      spillway: ours,
      peer:
        postgres instanceof MissingPeerError ? null : { name: 'postgresql', version: postgres.version, value: rates['copy'].eventsPerCore },
      ...(postgres instanceof MissingPeerError && { peerMissing: postgres.message }),
      ratio: copy ? ratioOf('higher', ours, rates['copy'].eventsPerCore) : null,
      rounds,
      settings: {
        job: 'http: POST of NDJSON to the server of spillway run (id, card, terminal, decimal amount, ISO time), a group of 4 features over 1h and 24h, ids within 1h; memory: without HTTP; deciding: http, and a decision on each event',
        core: 'processor time of all threads of the process, or of all processes of the server; the sender is another process',
        peer: 'COPY of the same rows as text, typed columns, primary key id, synchronous_commit=on, a Unix socket; a transaction a body',
        bodies: size.bodies,
        eventsPerBody: size.payments,
        bytesPerEvent: linesOf(0, 1000, sending.since).length / 1000,
        inFlight: IN_FLIGHT,
        cards: CARDS,
        terminals: TERMINALS,
        fsyncMsP50,
        small: options.small,
      },
      ...rates,
      /** Of `memory`, in a separate round: the share of the main thread's time by room. */
      mainThread,
    },
    failures,
  }
}

interface Rates {
  readonly eventsPerCore: number
  readonly eventsPerSecond: number
}

const ratesOf = (rounds: readonly Round[], payments: number): Rates => ({
  eventsPerCore: payments / median(rounds.map(({ cpu }) => cpu)),
  eventsPerSecond: payments / median(rounds.map(({ wall }) => wall)),
})

async function endOf(process: IngestProcess, payments: number, decides = false): Promise<string[]> {
  const { contents, read, decisions } = await process.end()
  return [
    ...wrong(process.name, contents, payments),
    ...(read === payments ? [] : [`${process.name}: ${payments} payments were sent, the features count ${read}`]),
    ...(decisions === (decides ? payments : 0) ? [] : [`${process.name}: ${payments} payments were sent, ${decisions} decisions made`]),
  ]
}

function wrong(name: string, contents: LogContents, payments: number): string[] {
  const [has, should] = [JSON.stringify(contents), JSON.stringify(expected(payments))]
  return has === should ? [] : [`${name}: ${has} is there, and should be ${should}`]
}
