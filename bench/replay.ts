/**
 * `bench replay`: the whole path over the flights, Parquet to decisions, beside one query of DuckDB over the same file.
 *
 * Checked first: every value of every vector is equal, and scores to 1e-12 (`exp` differs in the last bit between platforms). Events are
 * those of both sources, a departure and a landing for each flight; both sides keep all vectors and scores in memory.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { flightsFile } from '../examples/flights/data.ts'
import { decisions, readLog, type Decisions } from '../examples/flights/decisions.ts'
import { stopwatch } from '../src/base/clock.ts'
import { inTurn, median, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { DuckDbFlights } from './duckdb-flights.ts'
import { timeByRoom } from './profile.ts'

const ROUNDS = 3
const SMALL = 50_000
const SCORES_APART_MAX = 1e-12

export const bench: Bench = {
  name: 'replay',
  async run(options) {
    if (!options.small) return measure(flightsFile, options)
    const folder = await mkdtemp(join(tmpdir(), 'spillway-bench-'))
    try {
      return await measure(await firstFlights(join(folder, 'flights.parquet')), options)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

async function measure(file: string, { small, rounds = ROUNDS, progress }: BenchOptions): Promise<Outcome> {
  progress('checking against DuckDB')
  const peer = await DuckDbFlights.open(file)
  await peer.run()
  const checked = await replay(file)
  const equality = await peer.compare(checked.decisions)
  progress('profiling a run')
  const timeIn = await timeByRoom(() => replay(file))
  progress(`${rounds} rounds in turn`)
  const stages: { load: number[]; decide: number[] } = { load: [], decide: [] }
  const { events } = checked
  const seconds = await inTurn(rounds, {
    spillway: async () => {
      const run = await replay(file)
      stages.load.push(run.load)
      stages.decide.push(run.decide)
    },
    duckdb: () => peer.run(),
  })
  peer.close()
  const [ours, theirs] = [events / median(seconds.spillway.wall), events / median(seconds.duckdb.wall)]
  return {
    figure: {
      bench: 'replay',
      unit: 'events/s',
      spillway: ours,
      peer: { name: 'duckdb', version: peer.version, value: theirs },
      ratio: ratioOf('higher', ours, theirs),
      rounds,
      settings: { job: 'flights: Parquet to vectors and scores in memory', events, duckdbThreads: peer.threads, small },
      seconds: { load: median(stages.load), decide: median(stages.decide), duckdb: median(seconds.duckdb.wall) },
      cpuSeconds: { spillway: median(seconds.spillway.cpu), duckdb: median(seconds.duckdb.cpu) },
      timeIn,
      equality,
    },
    failures: failuresOf(equality, checked.decisions.t.length),
  }
}

interface Run {
  readonly events: number
  readonly decisions: Decisions
  /** Seconds. */
  readonly load: number
  readonly decide: number
}

async function replay(file: string): Promise<Run> {
  const start = stopwatch()
  const log = await readLog(file)
  const loaded = stopwatch()
  const decisionCount = decisions(log)
  return { events: log.length, decisions: decisionCount, load: (loaded - start) / 1000, decide: (stopwatch() - loaded) / 1000 }
}

function failuresOf(equality: Awaited<ReturnType<DuckDbFlights['compare']>>, decisionCount: number): string[] {
  const { decisions: compared, differentValues, scoresApart } = equality
  const failures: string[] = []
  if (compared !== decisionCount) failures.push(`${decisionCount} decisions were made, DuckDB has ${compared}`)
  if (differentValues > 0) failures.push(`${differentValues} values of the vectors are not DuckDB's`)
  if (!(scoresApart <= SCORES_APART_MAX)) failures.push(`scores are up to ${scoresApart} apart from DuckDB's`)
  return failures
}

async function firstFlights(file: string): Promise<string> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (SELECT * FROM read_parquet('${flightsFile}') LIMIT ${SMALL}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  return file
}
