/**
 * The checks that may detect a fault: test files, a process each, and short runs of proofs. A fault is tried only with checks that execute
 * its place, by a run without fault; those beside it come first.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { SpillwayError } from '../../src/base/errors.ts'
import { isTest, textFiles } from '../sources/files.ts'
import { runNode } from './child.ts'
import { executedPlaces, placeOf } from './coverage.ts'
import type { Fault } from './faults.ts'
import { writeReferences } from './references.ts'

/** Arguments of Node that end with exit code 0 without a fault, their time then, and the executed places of faults. */
export interface Check {
  readonly args: readonly string[]
  /** By the wall clock, and of the processor. */
  readonly seconds: number
  readonly cpuSeconds: number
  readonly executed: ReadonlySet<string>
}

const REFERENCE_CASES = 200
/** Time limit of a check without a fault. */
const SECONDS_MAX = 120

/** The proofs of a folder with their number of cases, those that are compared with references, and tests outside of the folder. */
interface FolderChecks {
  readonly proofs?: Readonly<Record<string, number>>
  readonly engines?: Readonly<Record<string, number>>
  readonly tests?: readonly string[]
}

const kernelEngines = { kernel: 200, 'kernel-restored': 60 }
const sqlEngines = { 'tiles-lifted': 100, tiles: 40, duckdb: 60 }
/** Tests that read what a run recorded. */
const readingTests = ['src/operate/**/*', 'src/cli/inspect/*', 'src/reconcile/chunk', 'src/runner/*', 'test/cli/{keep,once}']
const routeTests = ['src/serve/routes/{batch-runs,events,inline-decisions,models,read,reports,webhooks}']

const checksByFolder: Readonly<Record<string, FolderChecks>> = {
  'src/kernel': { engines: kernelEngines, proofs: { cut: 40 }, tests: ['src/testing/*'] },
  'src/aggregate': { engines: { ...kernelEngines, ...sqlEngines }, tests: ['src/testing/*'] },
  'src/expression': { engines: { ...kernelEngines, ...sqlEngines }, tests: ['src/testing/*'] },
  'src/run': {
    proofs: { rebuild: 15, crash: 20, placements: 6 },
    tests: [...readingTests, ...routeTests, 'src/cli/models/{drift,model-drift}'],
  },
  'src/log': {
    engines: { log: 60 },
    proofs: { rebuild: 15, crash: 20, power: 8 },
    tests: [...readingTests, 'src/run/{history,import,ingest,recovery}/*', 'src/cli/dlq/*'],
  },
}

/** Every check of the folders, with the places of their faults that it executes. They must pass without a fault. */
export async function preparedChecks(folders: readonly string[], faults: readonly Fault[], room: string): Promise<Check[]> {
  const references = join(room, 'references')
  const all = new Map(folders.flatMap(folder => checksOf(folder, references)).map(args => [args.join(' '), args]))
  if (folders.some(folder => checksByFolder[folder]?.engines)) await writeReferences(references, REFERENCE_CASES, 1)
  const preparation = new Preparation(faults, room)
  const checks: Check[] = []
  const waiting = all.values()
  const work = async (): Promise<void> => {
    for (const args of waiting) checks.push(await preparation.check(args))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return checks
}

/** Stored between runs: a check is prepared again if a test of its own, or any file but a test, has changed. */
const storedChecks = join(import.meta.dirname, '../../.cache/mutants/checks')

class Preparation {
  readonly #faults: readonly Fault[]
  readonly #room: string
  readonly #sources: string

  constructor(faults: readonly Fault[], room: string) {
    this.#faults = faults
    this.#room = room
    const sources = textFiles('.ts').filter(({ path }) => !isTest(path) && !path.startsWith('test/mutants/'))
    this.#sources = hash('sha256', JSON.stringify([sources, faults]))
    mkdirSync(storedChecks, { recursive: true })
  }

  async check(args: readonly string[]): Promise<Check> {
    const file = join(storedChecks, `${this.#keyOf(args)}.json`)
    try {
      const { executed, ...times } = JSON.parse(readFileSync(file, 'utf8')) as Omit<Check, 'executed'> & { executed: string[] }
      return { ...times, args, executed: new Set(executed) }
    } catch {
      const check = await this.#run(args)
      writeFileSync(file, JSON.stringify({ ...check, executed: [...check.executed] }))
      return check
    }
  }

  async #run(args: readonly string[]): Promise<Check> {
    const coverage = mkdtempSync(join(this.#room, 'coverage-'))
    const { passed, seconds, output } = await runNode(args, { coverage, seconds: SECONDS_MAX })
    if (!passed) throw new SpillwayError('SPILL_INPUT', `'${args.join(' ')}' fails without any fault, so it cannot find one:\n${output}`)
    const executed = executedPlaces(coverage, this.#faults)
    const cpuSeconds = Number(readFileSync(join(coverage, 'cpu-seconds'), 'utf8'))
    rmSync(coverage, { recursive: true })
    return { args, seconds, cpuSeconds, executed }
  }

  /** The folder of references differs from run to run. */
  #keyOf(args: readonly string[]): string {
    const names = args.map(arg => (arg.startsWith(this.#room) ? 'references' : arg))
    const test = names.filter(isTest).map(path => readFileSync(path, 'utf8'))
    return hash('sha256', JSON.stringify([this.#sources, names, test]))
  }
}

/** The checks of a fault in the order in which they run: of its file, of its directory, then the shortest. */
export function orderedChecks(fault: Fault, checks: readonly Check[]): Check[] {
  const distance = ({ args }: Check): number => {
    const file = args.at(-1)!
    if (dirname(file) !== dirname(fault.path)) return 2
    return basename(file, '.test.ts') === basename(fault.path, '.ts') ? 0 : 1
  }
  const place = placeOf(fault)
  return checks.filter(({ executed }) => executed.has(place)).toSorted((a, b) => distance(a) - distance(b) || a.cpuSeconds - b.cpuSeconds)
}

function checksOf(folder: string, references: string): string[][] {
  const { engines = {}, proofs = {}, tests = [] } = checksByFolder[folder] ?? {}
  const check = join(import.meta.dirname, 'check.ts')
  const found = globSync([`${folder}/**/*`, ...tests].map(name => `${name}.test.ts`))
  // These need brokers.
  const files = found.filter(file => !file.endsWith('.kafka.test.ts'))
  return [
    ...files.sort().map(file => ['--test', '--test-isolation=none', '--test-reporter=tap', file]),
    ...Object.entries(engines).map(([engine, cases]) => [check, engine, String(cases), references]),
    ...Object.entries(proofs).map(([proof, cases]) => [check, proof, String(cases)]),
  ]
}
