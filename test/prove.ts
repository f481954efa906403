/**
 * `npm run prove -- NAME --cases N --seed S [--engines a,b] [--json]`: a randomised proof of the laws of the semantics.
 *
 * Exit code 0 only if the proof holds. With `--json` the last line of standard output is the result as one JSON object;
 * progress goes to standard error. The same seed and cases give the same result.
 */
import { didYouMean } from '../src/base/message-text.ts'
import { parseArgs } from 'node:util'
import { SpillwayError } from '../src/base/errors.ts'

export interface ProofOptions {
  readonly cases: number
  readonly seed: number
  readonly engines?: readonly string[]
  /** `mutants` only: the folders in which faults are made. */
  readonly folders?: readonly string[]
}

/** The counts of a proof, ready for JSON. */
export type ProofResult = Readonly<Record<string, unknown>>

interface Proof {
  readonly prove: (options: ProofOptions) => Promise<ProofResult> | ProofResult
  readonly holds: (result: ProofResult) => boolean
}

/** Modules are loaded on demand, so that one proof does not wait for the imports of another. */
const proofs: Readonly<Record<string, { module: string; cases: number; shows: string }>> = {
  parity: { module: './property/parity.ts', cases: 2000, shows: 'every engine computes the same values' },
  cut: { module: './cut/prove.ts', cases: 1000, shows: 'a snapshot over any cut and a delta of the rest give the values of one kernel' },
  placements: {
    module: './placements/prove.ts',
    cases: 500,
    shows: 'stream, lag(0), partial(0) and hybrid are identical on live runs, through swaps and crashes',
  },
  rebuild: { module: './rebuild/prove.ts', cases: 500, shows: 'SQL rebuilds recorded vectors from raw events, cuts and as-of times' },
  reconcile: {
    module: './reconcile/prove.ts',
    cases: 200,
    shows: 'every mismatch with a recorded value is reported, with the right cause',
  },
  backfill: { module: './backfill/prove.ts', cases: 200, shows: 'a backfill writes exactly the missing files of a store' },
  crash: { module: './crash/prove.ts', cases: 1000, shows: 'a run that crashes and recovers is the run that did not' },
  inputs: { module: './inputs/prove.ts', cases: 20_000, shows: 'every input is accepted, rejected with a reason, or rejected' },
  kafka: {
    module: './kafka/prove.ts',
    cases: 1000,
    shows: 'over a broker that fails, a gate decides each raw record once, and a run each event, with one effect under one key',
  },
  threads: { module: './threads/prove.ts', cases: 500, shows: 'an audit gives the same report byte for byte on 0, 1 and several threads' },
  hostile: {
    module: './hostile/prove.ts',
    cases: 200,
    shows: 'under attack, another client is never turned away and waits at most 250 ms at p99',
  },
  operations: {
    module: './operations/prove.ts',
    cases: 50,
    shows: 'each planted fault is one alert, of its cause, in minutes, and nothing else is a page',
  },
  verdict: { module: './verdict/prove.ts', cases: 1000, shows: 'verdicts and intervals of an audit are right as often as they claim' },
  faults: { module: './faults/prove.ts', cases: 1000, shows: 'each planted fault is detected by its proof' },
  mutants: { module: './mutants/prove.ts', cases: 100, shows: 'the tests detect faults made in the sources' },
}

const options = {
  cases: { type: 'string' },
  seed: { type: 'string', default: '1' },
  engines: { type: 'string' },
  folders: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof SpillwayError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const { name, json, proofOptions } = readArguments(process.argv.slice(2))
  const { prove, holds } = (await import(proofs[name].module)) as Proof
  const started = performance.now()
  const result = await prove(proofOptions)
  const holding = holds(result)
  if (json) console.log(JSON.stringify(result))
  else printTable(name, result, holding, (performance.now() - started) / 1000)
  return holding ? 0 : 1
}

function readArguments(args: readonly string[]): { name: string; json: boolean; proofOptions: ProofOptions } {
  const { values, positionals } = parse(args)
  const [name, ...rest] = positionals
  const names = Object.keys(proofs)
  if (name === undefined || rest.length > 0) throw wrong(`name one proof of ${names.join(', ')}: npm run prove -- parity --cases 2000`)
  if (!Object.hasOwn(proofs, name)) throw wrong(`there is no proof '${name}'${didYouMean(name, names)}`)
  const list = (text: string | undefined) => text?.split(',').map(part => part.trim())
  const engines = list(values.engines)
  const folders = list(values.folders)
  const cases = count('cases', values.cases ?? String(proofs[name].cases), 1)
  return {
    name,
    json: values.json,
    proofOptions: { cases, seed: count('seed', values.seed, 0), ...(engines && { engines }), ...(folders && { folders }) },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    const unknown = args.find(arg => arg.startsWith('--') && !Object.hasOwn(options, arg.slice(2).split('=')[0]))
    throw wrong(unknown ? `no option ${unknown}${didYouMean(unknown.slice(2), Object.keys(options))}` : (error as Error).message)
  }
}

function count(name: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) >= 2 ** 32)
    throw wrong(`--${name} takes an integer from ${least} to 2^32 − 1, got '${text}'`)
  return Number(text)
}

function wrong(message: string): SpillwayError {
  return new SpillwayError('SPILL_INPUT', message)
}

function printTable(name: string, result: ProofResult, holding: boolean, seconds: number): void {
  console.log(`${name}: ${proofs[name].shows}\n`)
  for (const [field, value] of Object.entries(result)) {
    if (Array.isArray(value) && value.every(item => typeof item === 'object')) {
      console.log(`  ${field.padEnd(12)} ${value.length}`)
      for (const item of value) console.log(`    ${Object.values(item as object).join('  ')}`)
    } else console.log(`  ${field.padEnd(12)} ${cell(value)}`)
  }
  console.log(`\n${name} ${holding ? 'holds' : 'DOES NOT HOLD'}, ${seconds.toFixed(1)} s`)
}

/** Numbers with separators, lists with commas, nested counters as their number and the number of zeros. */
function cell(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US')
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  const counters = leaves(value)
  return `${counters.length} counters, ${counters.filter(counter => counter === 0).length} of them zero`
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}
