/**
 * `bench distinct`: error of `countDistinct` beyond its exact limit, over random sets of 5,000 to a million values, beside DuckDB's
 * `approx_count_distinct` of the same sets. And its cost: events/s of a kernel that reads three windows at each event, with many keys below
 * the limit and few beyond it.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { codeOfNumber, estimateDistinct, Registers } from '../src/aggregate/hyperloglog.ts'
import { limits } from '../src/base/limits.ts'
import { random } from '../src/base/random.ts'
import type { Block } from '../src/columns/block.ts'
import { Strings } from '../src/columns/strings.ts'
import { defaultHop } from '../src/define/expression/window.ts'
import type { FeatureIR, GroupIR } from '../src/define/ir/ir.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import { step } from '../test/kernel/step.ts'
import { inTurn, median, ratioOf, type Bench, type BenchOptions, type Outcome, type Side } from './bench.ts'
import { source } from './job-w.ts'

const SMALLEST = 5000
const ROUNDS = 3
const sizes = { full: { sets: 1000, largest: 1_000_000, events: 400_000 }, small: { sets: 40, largest: 20_000, events: 20_000 } }
/** In percent: the stated error, and twice the standard error of a mean of a thousand. */
const DEVIATION_MAX = 1.75
const BIAS_MAX = 0.12

export const bench: Bench = { name: 'distinct', run }

interface Job {
  readonly keys: number
  readonly values: number
  /** A hop of one millisecond, so that tails move at each read. */
  readonly exact: boolean
}
const jobs: Readonly<Record<string, Job>> = {
  'below the limit, exact windows': { keys: 1000, values: 1000, exact: true },
  'below the limit, default hops': { keys: 1000, values: 1000, exact: false },
  'beyond it, exact windows': { keys: 4, values: 1_000_000, exact: true },
  'beyond it, default hops': { keys: 4, values: 1_000_000, exact: false },
}

/** `values` different numbers: every `step`th from `from` on. */
interface Progression {
  readonly values: number
  readonly from: number
  readonly step: number
}

async function run(options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const next = random(7)
  const sets = Array.from({ length: size.sets }, (): Progression => {
    const values = Math.round(SMALLEST * (size.largest / SMALLEST) ** next())
    return { values, from: Math.floor((next() - 0.5) * 2 ** 50), step: 1 + Math.floor(next() ** 4 * 2 ** 28) }
  })
  options.progress(`${sets.length} sets`)
  const ours = errorsOf(sets.map(ourEstimate), sets)
  options.progress('the same sets by DuckDB')
  const { version, estimates } = await theirEstimates(sets)
  const theirs = errorsOf(estimates, sets)
  options.progress('costs')
  const rounds = options.rounds ?? ROUNDS
  const costs = await inTurn(rounds, Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, stepped(size.events, job)])))
  const failures = options.small ? [] : failuresOf(ours)
  return {
    figure: {
      bench: 'distinct',
      unit: '% standard deviation of the relative error',
      spillway: ours.deviation,
      peer: { name: 'duckdb', version, value: theirs.deviation },
      ratio: ratioOf('lower', ours.deviation, theirs.deviation),
      rounds,
      settings: { sets: sets.length, values: `${SMALLEST} to ${size.largest}`, registers: limits.SKETCH_REGISTERS, small: options.small },
      percent: { ours, theirs },
      eventsPerSecondOfCpu: Object.fromEntries(
        Object.entries(costs).map(([name, { cpu }]) => [name, Math.round(size.events / median(cpu))]),
      ),
    },
    failures,
  }
}

function ourEstimate({ values, from, step }: Progression): number {
  const registers = new Registers()
  for (let i = 0; i < values; i++) registers.add(codeOfNumber(from + i * step))
  return estimateDistinct(registers.rankSum, registers.empty, limits.DISTINCT_MAX)
}

async function theirEstimates(sets: readonly Progression[]): Promise<{ version: string; estimates: number[] }> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()[0][0]
  const estimates: number[] = []
  for (const { values, from, step } of sets)
    estimates.push(Number(await one(`SELECT approx_count_distinct(${from} + i * ${step}) FROM range(${values}) t(i)`)))
  const version = String(await one('SELECT version()'))
  connection.closeSync()
  return { version, estimates }
}

/** In percent. */
function errorsOf(estimates: readonly number[], sets: readonly Progression[]) {
  const errors = estimates.map((estimate, i) => (100 * (estimate - sets[i].values)) / sets[i].values)
  const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - bias) ** 2, 0) / (errors.length - 1))
  return { deviation, bias, largest: Math.max(...errors.map(Math.abs)) }
}

function failuresOf({ deviation, bias }: ReturnType<typeof errorsOf>): string[] {
  const failures: string[] = []
  if (deviation > DEVIATION_MAX) failures.push(`the error's standard deviation is ${deviation.toFixed(2)} %, the bound is ${DEVIATION_MAX}`)
  if (Math.abs(bias) > BIAS_MAX) failures.push(`estimates are ${bias.toFixed(2)} % off in the mean, the bound is ${BIAS_MAX}`)
  return failures
}

/** A kernel over five events a second, with a read of three windows at each. */
function stepped(events: number, { keys, values, exact }: Job): Side {
  const next = random(11)
  const time = Float64Array.from({ length: events }, (_, i) => i * 200)
  const block: Block = {
    length: events,
    time,
    arrival: time,
    sourcePosition: time.map((_, i) => i),
    columns: {
      key: { values: Int32Array.from({ length: events }, () => Math.floor(next() * keys)) },
      value: { values: Float64Array.from({ length: events }, () => Math.floor(next() * values)) },
      time: { values: time },
    },
  }
  const features = [3_600_000, 43_200_000, 'lifetime' as const].map((window, i): FeatureIR => {
    const hop = exact || window === 'lifetime' ? 1 : defaultHop(window)
    return { name: `f${i}`, agg: 'countDistinct', window, hop, type: 'int', input: { op: 'column', name: 'value', type: 'int' } }
  })
  const group: GroupIR = { name: 'g', source: 'events', entity: ['key'], key: ['key'], place: { kind: 'stream' }, features }
  return () => step(new Kernel(group, source, { strings: new Strings() }), block)
}
