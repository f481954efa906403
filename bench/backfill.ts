/**
 * `bench backfill`: a store of job W from three million flights, Parquet to Parquet, beside DuckDB's `RANGE` windows written to Parquet,
 * both on two threads.
 *
 * Checked first: every value of the store equals DuckDB's, row by row. Events arrive as they happen here, so SQL's windows see exactly what
 * was known at a row's time. The time is that of the whole command, including its cost estimate.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backfillTarget, type BackfillTarget } from '../src/batch/backfill/target.ts'
import { fillGap, findGap, type BackfillOptions } from '../src/batch/backfill/backfill.ts'
import { BackfillWorkers } from '../src/batch/backfill/workers.ts'
import { historyOfFiles } from '../src/batch/backfill/histories.ts'
import type { PipelineIR } from '../src/define/ir/ir.ts'
import { inTurn, median, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { DuckDbBackfill } from './duckdb-backfill.ts'
import { jobW, source } from './job-w.ts'
import { Spark, type SparkSeconds } from './live/spark.ts'

/** Bounds of the issue: times the rate of DuckDB, in all and without the write; and of Spark, over the windows that it finishes. */
const bounds = { whole: 2, computed: 5, spark: 10 } as const
const THREADS = 2
const ROUNDS = 3
const sizes = { full: 3_000_000, small: 20_000 } as const

export const bench: Bench = {
  name: 'backfill',
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
    try {
      return await measure(folder, options)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

const ir: PipelineIR = { version: 1, name: 'w', sources: [source], groups: [jobW('exact')], models: [] }
const target = backfillTarget(ir, undefined, { kind: 'events' }, Infinity)

const shorter = ['w5m', 'w1h'] as const
const [w] = ir.groups
const features = w.features.filter(({ name }) => shorter.some(window => name.endsWith(window)))
const shorterTarget = backfillTarget({ ...ir, groups: [{ ...w, features }] }, undefined, { kind: 'events' }, Infinity)

async function measure(folder: string, options: BenchOptions): Promise<Outcome> {
  const { small, rounds = ROUNDS, progress } = options
  const file = join(folder, 'events.parquet')
  const store = join(folder, 'store')
  const theirs = join(folder, 'theirs.parquet')
  const peer = await DuckDbBackfill.open(THREADS)
  const events = await peer.prepare(file, small ? sizes.small : sizes.full)
  progress('checking against DuckDB')
  await peer.run(file, theirs)
  const filled = await whole(file, store)
  const equality = await peer.compare(store, theirs)
  progress(`${rounds} rounds in turn`)
  const seconds = await inTurn(rounds, {
    spillway: () => {
      rmSync(store, { recursive: true })
      return whole(file, store)
    },
    duckdb: () => peer.run(file, theirs),
    computed: () => computed(file, folder),
    duckdbComputed: () => peer.run(file),
  })
  progress('beside Spark')
  const spark = await besideSpark(file, folder, theirs, peer, options).catch((error: unknown) => {
    if (error instanceof MissingPeerError) return error.message
    throw error
  })
  peer.close()
  const wall = (side: keyof typeof seconds) => median(seconds[side].wall)
  const ratio = ratioOf('lower', wall('spillway'), wall('duckdb'))
  const ratioComputed = ratioOf('lower', wall('computed'), wall('duckdbComputed'))
  return {
    figure: {
      bench: 'backfill',
      unit: 's',
      spillway: wall('spillway'),
      peer: { name: 'duckdb', version: peer.version, value: wall('duckdb') },
      ratio,
      rounds,
      settings: {
        job: 'W: count, sum, min, max, mean over 5m, 1h, 24h, 7d at each event, exact windows; Parquet to Parquet',
        events,
        threads: THREADS,
        files: filled.files,
        bytes: filled.bytes,
        small,
      },
      withoutTheWrite: { spillway: wall('computed'), duckdb: wall('duckdbComputed'), ratio: ratioComputed },
      cpuSeconds: Object.fromEntries(Object.entries(seconds).map(([side, { cpu }]) => [side, median(cpu)])),
      equality,
      spark,
    },
    failures: [
      ...sparkFailures(spark, events, small),
      ...(equality.different > 0 || equality.rows !== events || equality.theirs !== events
        ? [`${equality.different} of ${equality.rows} rows are not DuckDB's, of ${events} events`]
        : []),
      ...(!small && ratio < bounds.whole ? [`${ratio.toFixed(2)} times DuckDB's rate, the bound is ${bounds.whole}`] : []),
      ...(!small && ratioComputed < bounds.computed
        ? [`${ratioComputed.toFixed(2)} times DuckDB's rate without the write, the bound is ${bounds.computed}`]
        : []),
    ],
  }
}

function sparkFailures(spark: BesideSpark | string, events: number, small: boolean): string[] {
  if (typeof spark === 'string') return []
  const { rows, different, ratio } = spark
  return [
    ...(rows !== events || different > 0 ? [`${different} of ${rows} rows are not Spark's`] : []),
    ...(!small && ratio < bounds.spark ? [`${ratio.toFixed(1)} times Spark's rate, the bound is ${bounds.spark}`] : []),
  ]
}

interface BesideSpark {
  readonly version: string
  readonly spillway: number
  readonly spark: number
  readonly ratio: number
  /** Seconds of all cores. */
  readonly cpuSeconds: { readonly spillway: number; readonly spark: number }
  /** Seconds until Spark accepts a job, and of its first job: part of no ratio. */
  readonly cold: { readonly start: number; readonly first: number }
  /**
   * Seconds in which DuckDB reads the events and writes the same rows without computing any, and Spark's over those: a lower limit for any
   * engine on its Parquet.
   */
  readonly floor: { readonly seconds: number; readonly ratio: number }
  readonly rows: number
  readonly different: number
}

/**
 * Seconds of both over the shorter windows, Parquet to Parquet. Spark's JVM has started and has done the job once; Spillway's threads and
 * compiled code start anew each time. Spark's output is checked as well.
 */
async function besideSpark(
  file: string,
  folder: string,
  theirs: string,
  peer: DuckDbBackfill,
  { rounds = ROUNDS }: BenchOptions,
): Promise<BesideSpark> {
  const [out, store] = [join(folder, 'spark'), join(folder, 'shorter')]
  const spark = await Spark.start(file, out, THREADS)
  try {
    const first = await spark.run()
    const equality = await peer.compareSpark(out, theirs, shorter)
    await peer.keep(theirs, shorter)
    const inSpark: SparkSeconds[] = []
    const { spillway, floor } = await inTurn(rounds, {
      spillway: () => {
        rmSync(store, { recursive: true, force: true })
        return whole(file, store, shorterTarget)
      },
      spark: async () => void inSpark.push(await spark.run()),
      floor: () => peer.floor(file, join(folder, 'floor.parquet')),
    })
    const [ours, its, least] = [median(spillway.wall), median(inSpark.map(({ wall }) => wall)), median(floor.wall)]
    return {
      version: spark.version,
      spillway: ours,
      spark: its,
      ratio: ratioOf('lower', ours, its),
      cpuSeconds: { spillway: median(spillway.cpu), spark: median(inSpark.map(({ cpu }) => cpu)) },
      cold: { start: spark.start, first: first.wall },
      floor: { seconds: least, ratio: ratioOf('lower', least, its) },
      ...equality,
    }
  } finally {
    await spark.stop()
  }
}

async function optionsOf(file: string, folder: string, target: BackfillTarget): Promise<BackfillOptions> {
  const files = [{ source: source.name, path: file }]
  const onRejected = ({ detail }: { readonly detail: string }): void => {
    throw new Error(detail)
  }
  const crew = BackfillWorkers.startEarly(files, THREADS)
  const history = await historyOfFiles({ ir, maps: new Map() }, target, files, 'month', { onRejected })
  return { target, history, folder, unit: 'month', threads: THREADS, workers: crew }
}

async function whole(file: string, folder: string, of = target) {
  const options = await optionsOf(file, folder, of)
  return fillGap(await findGap(options), options)
}

/** Computes all values and discards them. */
async function computed(file: string, folder: string): Promise<void> {
  const options = await optionsOf(file, join(folder, 'none'), target)
  const { work } = await findGap({ ...options, isMeasured: false })
  const { events: _, extents, from } = options.history
  const { until, forgotten } = extents
  await (options.workers ?? new BackfillWorkers(THREADS)).fill(work, {
    data: { groups: target.groups, from: from(), unit: 'month', folder, until, forgotten, scratch: undefined },
    signal: new AbortController().signal,
    onFilled: () => {},
  })
}
