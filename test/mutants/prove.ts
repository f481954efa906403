/**
 * `prove mutants`: makes one fault at a time in the named folders and checks whether the tests that execute it, or a short run of the
 * proofs, detect it.
 *
 * A survivor is a gap in the tests, or a fault that changes no value, which `accepted.json` lists with the reason. About 2 s a fault on one
 * core in the kernel. In `src/run`, which is tested from end to end, a survivor takes about 70 s. Before the first fault every check runs
 * once, which takes minutes; the result is stored until a source changes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpillwayError } from '../../src/base/errors.ts'
import { random } from '../../src/base/random.ts'
import { isTest, textFiles } from '../sources/files.ts'
import { parseModule } from '../sources/syntax.ts'
import { acceptedFaults, isSame } from './accepted-faults.ts'
import { orderedChecks, preparedChecks, type Check } from './checks.ts'
import { runNode } from './child.ts'
import { faultsOf, type Fault } from './faults.ts'

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
    const checks = await preparedChecks(folders, faults, room)
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

async function survivorsOf(faults: readonly Fault[], checks: readonly Check[]): Promise<Survivor[]> {
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

/** True if a check fails, or takes five times the processor time that it takes without a fault, and three seconds. */
async function isCaught(fault: Fault, checks: readonly Check[]): Promise<boolean> {
  for (const { args, seconds, cpuSeconds } of orderedChecks(fault, checks)) {
    const { passed } = await runNode(args, { fault, seconds: 30 + 5 * seconds, cpuSeconds: 3 + 5 * cpuSeconds })
    if (!passed) return true
  }
  return false
}
