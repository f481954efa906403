/**
 * `bench training-set`: job W at 200,000 keys and times over the synthetic million, exact at the row's time and as known by arrival, beside
 * DuckDB with the same condition on arrival.
 *
 * Checked first: every value equals DuckDB's. Both sides start with events and rows in memory, and end with the columns in memory; ours
 * also reports the age of each key's data. Feast, if installed, runs on the first 2,000 rows, which is what it finishes, with three latest
 * values instead of 20 windows.
 */
import { random } from '../src/base/random.ts'
import { Strings } from '../src/columns/strings.ts'
import { IR_VERSION, type PipelineIR } from '../src/define/ir/ir.ts'
import type { SourceHistory } from '../src/intake/history-builder.ts'
import { inOrderOfTime, type EntityRows } from '../src/replay/entity-rows.ts'
import { replayLog, type ReplayLog } from '../src/replay/log.ts'
import { groupsQuestion, type Question } from '../src/replay/question.ts'
import { setOfRows } from '../src/replay/training-set.ts'
import { inTurn, median, peerIfThere, ratioOf, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { synthetic, type Events } from './data/synthetic.ts'
import { DuckDbRows, type AskedKeys } from './duckdb-rows.ts'
import { blockOf, jobW, source } from './job-w.ts'
import { Feast } from './live/feast.ts'
import { feastHistory, type FeastRows } from './live/feast-history.ts'
import { inFolder } from './live/folder.ts'

/** Bound of the issue: times DuckDB's rows/s. */
const BOUND = 3
const ROUNDS = 3
const SEED = 7
const sizes = { full: { events: 1_000_000, rows: 200_000, feast: 2000 }, small: { events: 20_000, rows: 4000, feast: 100 } }

export const bench: Bench = {
  name: 'training-set',
  run: options => inFolder(folder => run(folder, options)),
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const { small, rounds = ROUNDS, progress } = options
  const missing = await peerIfThere(async () => Feast.checkThere(), options)
  const size = small ? sizes.small : sizes.full
  const events = synthetic(size.events)
  const requested = keysAndTimes(events, size.rows)
  const group = jobW('exact')
  const ir: PipelineIR = { version: IR_VERSION, name: 'w', sources: [source], groups: [group], models: [] }
  const log = replayLog(ir, new Map([[source.name, { source, block: blockOf(events) } as SourceHistory]]), new Strings())
  const question = groupsQuestion(ir, [group.name])
  const peer = await DuckDbRows.load(events, requested)
  progress('checking against DuckDB')
  await peer.run()
  const equality = await peer.compare(vectors(question, requested, log))
  progress(`${rounds} rounds in turn`)
  const seconds = await inTurn(rounds, { spillway: () => vectors(question, requested, log), duckdb: () => peer.run() })
  if (!missing) await peer.writeForFeast(folder, size.feast)
  peer.close()
  const feast = missing ? missing.message : besides(feastHistory(folder, rounds))
  const rateOf = (side: keyof typeof seconds, of: 'wall' | 'cpu') => requested.length / median(seconds[side][of])
  const [ours, theirs] = [rateOf('spillway', 'wall'), rateOf('duckdb', 'wall')]
  const ratio = ratioOf('higher', ours, theirs)
  return {
    figure: {
      bench: 'training-set',
      unit: 'rows/s',
      spillway: ours,
      peer: { name: 'duckdb', version: peer.version, value: theirs },
      ratio,
      rounds,
      settings: {
        job: 'W: count, sum, min, max, mean over 5m, 1h, 24h, 7d, exact windows, as known by arrival: 20 columns',
        events: events.length,
        rows: requested.length,
        spillwayThreads: 1,
        duckdbThreads: peer.threads,
        small,
      },
      seconds: { spillway: median(seconds.spillway.wall), duckdb: median(seconds.duckdb.wall) },
      rowsPerCpuSecond: { spillway: rateOf('spillway', 'cpu'), duckdb: rateOf('duckdb', 'cpu') },
      feast,
      equality,
    },
    failures: failuresOf(equality, requested.length, small ? Infinity : ratio),
  }
}

/** Further figures, of other work. */
function besides(measured: readonly FeastRows[]): unknown {
  const seconds = median(measured.map(one => one.seconds))
  const [{ rows, notNull }] = measured
  return {
    version: Feast.version,
    does: 'the latest of 3 values before each time, by event time',
    rows,
    notNull,
    seconds,
    rowsPerSecond: rows / seconds,
  }
}

/** Keys in proportion to their events, at random times from the first arrival to the last. */
function keysAndTimes({ length, key, arrival }: Events, rows: number): AskedKeys {
  const next = random(SEED)
  const [first, span] = [arrival[0], arrival[length - 1] - arrival[0]]
  const requested = { length: rows, key: new Int32Array(rows), t: new Float64Array(rows) }
  for (let row = 0; row < rows; row++) {
    requested.key[row] = key[Math.floor(next() * length)]!
    requested.t[row] = first + Math.floor(next() * (span + 1))
  }
  return requested
}

/** By feature, by requested row; NaN for NULL. */
function vectors(question: Question, { length, key, t }: AskedKeys, log: ReplayLog): Float64Array[] {
  const requested: EntityRows = { length, t, row: Float64Array.from({ length }, (_, row) => row), columns: { key: { values: key } } }
  const set = setOfRows(question, inOrderOfTime(requested), log)
  const out = question.inputs.map(() => new Float64Array(length))
  const first = set.columns.findIndex(({ name }) => name.startsWith('vector.'))
  for (const { length: rows, columns } of set.batches) {
    const [{ values: row }] = columns
    out.forEach((column, i) => {
      const { values, nulls } = columns[first + i]
      for (let at = 0; at < rows; at++) column[row[at]] = nulls?.[at] ? NaN : values[at]
    })
  }
  return out
}

function failuresOf(
  { rows, differentValues }: Awaited<ReturnType<DuckDbRows['compare']>>,
  requested: number,
  ratio: number,
): Outcome['failures'] {
  const failures: string[] = []
  if (rows !== requested) failures.push(`DuckDB has ${rows} rows of ${requested}`)
  if (differentValues > 0) failures.push(`${differentValues} values are not DuckDB's`)
  if (ratio < BOUND) failures.push(`${ratio.toFixed(1)} times DuckDB's rows/s, the bound is ${BOUND}`)
  return failures
}
