/**
 * `bench log`: durable appends through a run, beside PostgreSQL's inserts of the same rows on the same disk with `synchronous_commit=on`.
 *
 * Checked in every round: acknowledged readings are stored once. The headline's baseline is the fastest way to insert blocks that was
 * tried.
 */
import { join } from 'node:path'
import { wallClock } from '../src/base/clock.ts'
import { inTurn, median, peerIfThere, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { byPostgres, type Form } from './live/log-postgres.ts'
import { bySpillway, type AppendResult, type AppendLoad } from './live/log-spillway.ts'
import { Postgres } from './live/postgres.ts'
import { readingsFrom } from './live/readings.ts'
import { latencyOf, type Latency } from './statistics.ts'

const ROUNDS = 3
const BLOCK = 1000
/** Two turns of a run: one is written during the next. */
const IN_FLIGHT = 32
const FEW = 8
const SENSORS = 10_000
const SLOW_FSYNC_MS = 5
const sizes = { full: { blocks: 300, oneByOne: 2000 }, small: { blocks: 10, oneByOne: 20 } }

export const bench: Bench = {
  name: 'log',
  run: options => inFolder(folder => run(folder, options)),
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const peer = await peerIfThere(() => Postgres.start(), options)
  try {
    return await measure(
      folder,
      peer instanceof MissingPeerError ? undefined : peer,
      options,
      peer instanceof MissingPeerError ? peer.message : undefined,
    )
  } finally {
    if (!(peer instanceof MissingPeerError)) await peer.stop()
  }
}

type Way = Omit<AppendLoad, 'blocks'> & { readonly blocks: 'blocks' | 'oneByOne' }
const blocks: Way = { blocks: 'blocks', inFlight: IN_FLIGHT, ids: true }
const oneByOne: Way = { blocks: 'oneByOne', inFlight: 1, ids: true }

const ours: Readonly<Record<string, Way & { readonly fsyncMs?: number }>> = {
  blocks,
  blocksWithoutIds: { ...blocks, ids: false },
  blocksSlowDisk: { ...blocks, fsyncMs: SLOW_FSYNC_MS },
  blocksSlowDiskWithoutIds: { ...blocks, ids: false, fsyncMs: SLOW_FSYNC_MS },
  oneByOne,
  oneByOneWithoutIds: { ...oneByOne, ids: false },
  oneByOneSlowDisk: { ...oneByOne, fsyncMs: SLOW_FSYNC_MS },
  oneByOneSlowDiskWithoutIds: { ...oneByOne, ids: false, fsyncMs: SLOW_FSYNC_MS },
}
const theirs: Readonly<Record<string, Way & { readonly form: Form }>> = {
  postgresOneConnection: { ...blocks, inFlight: 1, form: 'values' },
  postgresInFlight: { ...blocks, form: 'values' },
  postgresFewInFlightArrays: { ...blocks, inFlight: FEW, form: 'arrays' },
  postgresInFlightArrays: { ...blocks, form: 'arrays' },
  postgresInFlightArraysWithoutIds: { ...blocks, ids: false, form: 'arrays' },
  postgresOneByOne: { ...oneByOne, form: 'values' },
  postgresOneByOneWithoutIds: { ...oneByOne, ids: false, form: 'values' },
}
/** Baselines of the headline. */
const comparable = ['postgresOneConnection', 'postgresInFlight', 'postgresFewInFlightArrays', 'postgresInFlightArrays']

export interface Measurement {
  readonly eventsPerSecond: number
  readonly acknowledgedMs: Latency
}

async function measure(folder: string, peer: Postgres | undefined, options: BenchOptions, peerMissing?: string): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const all = readingsFrom(0, size.blocks * BLOCK, SENSORS, wallClock())
  const inputs = {
    blocks: Array.from({ length: size.blocks }, (_, i) => all.slice(i * BLOCK, (i + 1) * BLOCK)),
    oneByOne: all.slice(0, size.oneByOne).map(reading => [reading]),
  }
  const failures: string[] = []
  const runsOf = new Map<string, AppendResult[]>()
  let folders = 0
  const side = (name: string, way: Way, append: (appending: AppendLoad) => Promise<AppendResult>) => async () => {
    const appending = { ...way, blocks: inputs[way.blocks] }
    const events = appending.blocks.reduce((sum, block) => sum + block.length, 0)
    const appended = await append(appending)
    if (appended.distinct !== events) failures.push(`${name}: ${events} events were acknowledged, ${appended.distinct} are there`)
    runsOf.set(name, [...(runsOf.get(name) ?? []), appended])
  }
  const sides = Object.fromEntries([
    ...Object.entries(ours).map(([name, way]) => [
      name,
      side(name, way, appending => bySpillway(join(folder, `data-${folders++}`), appending, way.fsyncMs)),
    ]),
    ...(peer
      ? Object.entries(theirs).map(([name, way]) => [name, side(name, way, appending => byPostgres(peer, appending, way.form))])
      : []),
  ]) as Record<string, () => Promise<void>>
  options.progress('warming up')
  for (const name of ['blocks', ...(peer ? comparable : [])]) await sides[name]()
  runsOf.clear()
  options.progress(`${rounds} rounds in turn`)
  const flushes: number[] = []
  await inTurn(rounds, { ...sides, flush: () => flushes.push(fsyncP50(folder)) })
  const fsyncMsP50 = median(flushes)
  const waysOf = (ways: Readonly<Record<string, Way>>) =>
    Object.fromEntries(
      Object.entries(ways).flatMap(([name, way]) => (runsOf.has(name) ? [[name, measuredOf(runsOf.get(name)!, inputs[way.blocks])]] : [])),
    )
  return {
    figure: figureOf({ ...waysOf(ours), ...waysOf(theirs) }, { peer, peerMissing, rounds, fsyncMsP50, size, small: options.small }),
    failures,
  }
}

function measuredOf(rounds: readonly AppendResult[], blocks: AppendLoad['blocks']): Measurement {
  const events = blocks.reduce((sum, block) => sum + block.length, 0)
  const latencies = rounds.map(({ acknowledged }) => latencyOf(acknowledged))
  const middle = (of: (latency: Latency) => number) => median(latencies.map(of))
  return {
    eventsPerSecond: events / median(rounds.map(({ seconds }) => seconds)),
    acknowledgedMs: {
      p50: middle(({ p50 }) => p50),
      p99: middle(({ p99 }) => p99),
      p999: middle(({ p999 }) => p999),
      max: middle(({ max }) => max),
    },
  }
}

interface Setting {
  readonly peer: Postgres | undefined
  readonly peerMissing: string | undefined
  readonly rounds: number
  readonly fsyncMsP50: number
  readonly size: (typeof sizes)['full']
  readonly small: boolean
}

function figureOf(measured: Readonly<Record<string, Measurement>>, setting: Setting): Outcome['figure'] {
  const { peer, peerMissing, rounds, fsyncMsP50, size, small } = setting
  const rateOf = (name: string) => measured[name].eventsPerSecond
  const [fastest] = comparable.filter(name => name in measured).sort((a, b) => rateOf(b) - rateOf(a))
  return {
    bench: 'log',
    unit: 'events/s',
    spillway: rateOf('blocks'),
    peer: peer ? { name: 'postgresql', version: peer.version, value: rateOf(fastest) } : null,
    ...(peerMissing !== undefined && { peerMissing }),
    ratio: peer ? ratioOf('higher', rateOf('blocks'), rateOf(fastest)) : null,
    rounds,
    settings: {
      ours: `Run.submit into a pipeline of one group (count over 1h), ${IN_FLIGHT} blocks of ${BLOCK} in flight, or one event at a time`,
      ...(peer && { comparedWith: `${fastest}, the fastest of ${comparable.join(', ')}` }),
      peer: `synchronous_commit=on, primary key id (or none), ON CONFLICT DO NOTHING, a Unix socket; 1, ${FEW} (few) or ${IN_FLIGHT} connections, blocks as a list of rows or as four arrays`,
      events: size.blocks * BLOCK,
      eventsOneByOne: size.oneByOne,
      sensors: SENSORS,
      fsyncMsP50,
      slowDisk: `${SLOW_FSYNC_MS} ms added to each fsync`,
      small,
    },
    ...measured,
    ...(peer && { oneByOneRatio: ratioOf('higher', rateOf('oneByOne'), rateOf('postgresOneByOne')) }),
  }
}
