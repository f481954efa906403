/**
 * `bench audit`: staleness sweeps of three million flights: ingestion, each group, inference and action at six ages and the literal ones,
 * without retraining, at the alert budget, and with retraining, with intervals of 1,000 draws. The baseline is a hand-written sweep in Python
 * with numpy (`live/audit-sweeps.py`) over the same levels; both use two cores.
 *
 * Checked: utility a week and AUC of every level equal the baseline's. Both sides start with the history in memory. Spillway computes more:
 * intervals over origin, destination and day with all their crossings (the baseline has destination and day), precision, recall, the worst
 * week, and each cluster left out in turn.
 */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { flightsFile } from '../examples/flights/data.ts'
import { inTurn, median, peerIfThere, MissingPeerError, ratioOf, type Bench, type BenchOptions, type Outcome, type Side } from './bench.ts'
import type { SweepsRequest, SweepsResult } from './live/audit-process.ts'
import { Child } from './live/child.ts'
import { inFolder } from './live/folder.ts'
import { apart, numpy as environment, NumpySweeps, type Apart, type NumpyResult } from './live/numpy-sweeps.ts'

/** Bounds of the issue, and the tolerance between equal numbers: the last bit of a score may decide an action. */
const bounds = { seconds: 60, peakMb: 4096, perWeek: 0.5, auc: 1e-4 } as const
const CORES = 2
const ROUNDS = 3
/** There are at least this many ages, four elements and literal questions. */
const LEVELS_MIN = 24
const ask: SweepsRequest = { draws: 1000, seed: 1 }
/** Every how many flights one is kept. */
const SMALL_EVERY = 300

export const bench: Bench = { name: 'audit', run: options => inFolder(folder => run(folder, options)) }

interface Measured {
  readonly ours: readonly SweepsResult[]
  readonly theirs: readonly NumpyResult[]
  readonly rounds: number
  readonly apart?: Apart
  readonly peer: unknown
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const peer = await peerIfThere(async () => environment.checkThere(), options)
  const file = options.small ? await fewer(folder) : flightsFile
  const spillway = Child.start<SweepsRequest, SweepsResult>(new URL('live/audit-process.ts', import.meta.url), [file, folder])
  try {
    options.progress('once before it counts, and so that the peer knows the settings')
    const first = await spillway.ask(ask)
    const { blocks, levels } = first
    const numpy =
      peer instanceof MissingPeerError ? undefined : await NumpySweeps.start(folder, { ...ask, blocks, levels, processes: CORES })
    try {
      return outcome({ ...(await measure(spillway, numpy, first, options)), peer }, options)
    } finally {
      await numpy?.stop()
    }
  } finally {
    await spillway.stop()
  }
}

async function measure(
  spillway: Child<SweepsRequest, SweepsResult>,
  numpy: NumpySweeps | undefined,
  { levels }: SweepsResult,
  options: BenchOptions,
): Promise<Omit<Measured, 'peer'>> {
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const [ours, theirs]: [SweepsResult[], NumpyResult[]] = [[], []]
  options.progress(`${levels.length} levels, ${rounds} rounds in turn`)
  const sides: Record<string, Side> = { ours: async () => ours.push(await spillway.ask(ask)) }
  if (numpy) sides['theirs'] = async () => theirs.push(await numpy.sweeps())
  await inTurn(rounds, sides)
  const points = (took: SweepsResult) => took.levels.map(({ modes }) => modes)
  return { ours, theirs, rounds, ...(numpy && { apart: apart(points(ours[0]), theirs[0].points) }) }
}

/** Some flights of every day, so that the numbers of ages and days stay the same. */
async function fewer(folder: string): Promise<string> {
  const file = join(folder, 'flights.parquet')
  const numbered = `SELECT *, row_number() OVER () AS number FROM '${flightsFile}'`
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(
    `COPY (SELECT * EXCLUDE number FROM (${numbered}) WHERE number % ${SMALL_EVERY} = 0 ORDER BY number) TO '${file}' (FORMAT parquet)`,
  )
  connection.closeSync()
  return file
}

function outcome({ ours, theirs, rounds, apart: differs, peer }: Measured, { small }: BenchOptions): Outcome {
  const medians = (took: readonly (SweepsResult | NumpyResult)[]) => ({
    seconds: median(took.map(({ seconds }) => seconds)),
    cpuSeconds: median(took.map(({ cpuSeconds }) => cpuSeconds)),
    peakMb: Math.max(...took.map(({ peakMb }) => peakMb)),
  })
  const spillway = medians(ours)
  const numpy = differs && medians(theirs)
  const [{ levels, flights }] = ours
  const ratio = numpy ? ratioOf('lower', spillway.seconds, numpy.seconds) : null
  return {
    figure: {
      bench: 'audit',
      unit: 's',
      spillway: spillway.seconds,
      peer: numpy ? { name: 'numpy', version: NumpySweeps.version, value: numpy.seconds } : null,
      ...(peer instanceof MissingPeerError && { peerMissing: peer.message }),
      ratio,
      rounds,
      settings: {
        job: 'sweeps of ingestion, the group, inference and action, without retraining, the same at the alert volume, and with retraining, intervals of all; history in memory',
        peer: 'audit-sweeps.py: sorted once, prefix sums, searchsorted; the same retraining by Newton; a bootstrap over destinations x days; a process for each core',
        draws: ask.draws,
        cores: CORES,
        flights,
        levels: levels.length,
        small,
      },
      cpuSeconds: { spillway: spillway.cpuSeconds, ...(numpy && { peer: numpy.cpuSeconds }) },
      peakMb: { spillway: spillway.peakMb, ...(numpy && { peer: numpy.peakMb }) },
      ...(differs && { differsAtMost: differs }),
    },
    failures: [
      ...(levels.length < LEVELS_MIN ? [`${levels.length} levels, there are to be ${LEVELS_MIN}`] : []),
      ...(differs ? differing(differs, levels.length) : []),
      ...(small ? [] : missed(spillway, ratio)),
    ],
  }
}

/** Differences between the two sides. */
export function differing({ perWeek, auc, compared, missing }: Apart, levels: number): string[] {
  return [
    ...(!(perWeek <= bounds.perWeek)
      ? [`a level differs by ${perWeek.toFixed(2)} late arrivals a week, the bound is ${bounds.perWeek}`]
      : []),
    ...(!(auc <= bounds.auc) ? [`an AUC differs by ${auc.toExponential(1)}, the bound is ${bounds.auc}`] : []),
    ...(missing > 0 || compared < 3 * levels ? [`${compared} of ${3 * levels} points are on both sides`] : []),
  ]
}

/** Bounds of the issue that were missed. */
function missed({ seconds, peakMb }: { seconds: number; peakMb: number }, ratio: number | null): string[] {
  return [
    ...(seconds > bounds.seconds ? [`${seconds.toFixed(1)} s, the bound is ${bounds.seconds} s`] : []),
    ...(peakMb > bounds.peakMb ? [`${peakMb.toFixed(0)} MB, the bound is ${bounds.peakMb} MB`] : []),
    ...(ratio !== null && ratio < 1 ? [`${(1 / ratio).toFixed(2)} times the seconds of numpy`] : []),
  ]
}
