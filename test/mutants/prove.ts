/**
 * `prove mutants`: makes one fault at a time in the named folders and checks whether a short run of the proofs and the folder's own tests
 * detects it.
 *
 * A survivor is a gap in the tests, or a fault that changes no value, which `accepted.json` lists with the reason. About 2 s a fault on one
 * core.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SpillwayError } from '../../src/base/errors.ts'
import { random } from '../../src/base/random.ts'
import { isTest, textFiles } from '../sources/files.ts'
import { parseModule } from '../sources/syntax.ts'
import { acceptedFaults, isSame } from './accepted-faults.ts'
import { runNode } from './child.ts'
import { faultsOf, type Fault } from './faults.ts'
import { writeReferences } from './references.ts'

export interface MutantsOptions {
  /** Number of faults; drawn without repetition, so a large number means all of them. */
  readonly cases: number
  readonly seed: number
  readonly folders?: readonly string[]
}

export interface Survivor {
  readonly place: string
  readonly change: string
  readonly code: string
  /** Reason why it is no gap in the tests, from `accepted.json`. */
  readonly reason: string
}

export interface MutantsResult {
  readonly cases: number
  readonly caught: number
  /** Survivors that change no value, each with its reason in `accepted.json`. */
  readonly accepted: number
  readonly survivors: readonly Survivor[]
  readonly seed: number
  /** Number of faults in the folders. */
  readonly faults: number
}

const CAUGHT_LEAST = 0.9
const UNEXPLAINED = 'unexplained'

/** Nine in ten of the detectable faults are caught. */
export function holds({ cases, caught, accepted }: MutantsResult): boolean {
  return cases > 0 && caught >= Math.floor(CAUGHT_LEAST * (cases - accepted))
}

const libraryFolders = ['src/kernel', 'src/aggregate', 'src/expression']

export async function prove({ cases, seed, folders = libraryFolders }: MutantsOptions): Promise<MutantsResult> {
  const faults = folders.flatMap(faultsIn)
  const drawn = shuffle(faults, seed).slice(0, cases)
  const room = mkdtempSync(join(tmpdir(), 'spillway-mutants-'))
  try {
    const checks = await preparedChecks(folders, room)
    const survivors = await survivorsOf(drawn, checks)
    const accepted = survivors.filter(({ reason }) => reason !== UNEXPLAINED).length
    return { cases: drawn.length, caught: drawn.length - survivors.length, accepted, survivors, seed, faults: faults.length }
  } finally {
    rmSync(room, { recursive: true })
  }
}

function faultsIn(folder: string): Fault[] {
  const files = textFiles('.ts').filter(({ path }) => path.startsWith(`${folder}/`) && !isTest(path))
  if (files.length === 0) throw new SpillwayError('SPILL_INPUT', `there is no source in '${folder}'`)
  return files.flatMap(file => faultsOf(parseModule(file)))
}

/** In a random order by the seed (Fisher and Yates). */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const next = random(seed)
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}

/** Arguments of Node that end with exit code 0 without a fault, and their duration then. */
interface Check {
  readonly args: readonly string[]
  readonly seconds: number
}

const KERNEL_CASES = 200
const DUCKDB_CASES = 60
const SECONDS_MAX = 120

/** The checks of each folder, the fastest first. They must pass without a fault. */
async function preparedChecks(folders: readonly string[], room: string): Promise<ReadonlyMap<string, readonly Check[]>> {
  const references = join(room, 'references')
  if (folders.some(isOfLibrary)) await writeReferences(references, KERNEL_CASES, 1)
  const checks = new Map<string, Check[]>()
  for (const folder of folders) {
    const timed: Check[] = []
    for (const args of checksOf(folder, references)) {
      const { passed, seconds, output } = await runNode(args, { seconds: SECONDS_MAX })
      if (!passed) throw new SpillwayError('SPILL_INPUT', `'${args.join(' ')}' fails without any fault, so it cannot find one:\n${output}`)
      timed.push({ args, seconds })
    }
    checks.set(folder, timed)
  }
  return checks
}

function checksOf(folder: string, references: string): string[][] {
  const check = join(import.meta.dirname, 'check.ts')
  const tests = globSync([`${folder}/**/*.test.ts`, ...(isOfLibrary(folder) ? ['src/testing/**/*.test.ts'] : [])]).sort()
  // A process a directory: the tests beside a fault can then run first.
  const testsByDirectory = Map.groupBy(tests, dirname)
  // The dialects take no part in the kernel.
  const hasSql = isOfLibrary(folder) && folder !== 'src/kernel'
  return [
    ...(isOfLibrary(folder) ? [[check, references, 'kernel', String(KERNEL_CASES)]] : []),
    ...[...testsByDirectory.values()].map(files => ['--test', '--test-isolation=none', ...files]),
    ...(hasSql ? [[check, references, 'duckdb', String(DUCKDB_CASES)]] : []),
  ]
}

const isOfLibrary = (folder: string): boolean => folder.startsWith('src/')

async function survivorsOf(faults: readonly Fault[], checks: ReadonlyMap<string, readonly Check[]>): Promise<Survivor[]> {
  const accepted = acceptedFaults()
  const survivors: Survivor[] = []
  const waiting = faults.values()
  let done = 0
  const work = async (): Promise<void> => {
    for (const fault of waiting) {
      if (!(await isCaught(fault, checks))) {
        const reason = accepted.find(one => isSame(one, fault))?.reason ?? UNEXPLAINED
        survivors.push({ place: `${fault.path}:${fault.line}`, change: `${fault.was} → ${fault.is}`, code: fault.code, reason })
        console.error(`survives: ${Object.values(survivors.at(-1)!).join('  ')}`)
      }
      done += 1
      if (done % 10 === 0) console.error(`${done} of ${faults.length} faults, ${survivors.length} survive`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return survivors.sort((a, b) => (a.place < b.place ? -1 : 1))
}

/**
 * True if a check fails, or takes five times as long as without a fault plus three seconds. The tests beside the fault come first: they
 * catch most faults.
 */
async function isCaught(fault: Fault, checks: ReadonlyMap<string, readonly Check[]>): Promise<boolean> {
  const folder = [...checks.keys()].find(name => fault.path.startsWith(`${name}/`))!
  const isBeside = ({ args }: Check): boolean => dirname(args.at(-1)!) === dirname(fault.path)
  for (const { args, seconds } of checks.get(folder)!.toSorted((a, b) => Number(isBeside(b)) - Number(isBeside(a)))) {
    const { passed } = await runNode(args, { fault, seconds: 3 + 5 * seconds })
    if (!passed) return true
  }
  return false
}
