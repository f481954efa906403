/**
 * `prove placements`: law 6 on live runs. `lag(0)`, `partial(0)` and `hybrid` give the values of `stream`, for the same events and as-of
 * time, in every decision: with results swapped in at random times, on schedule and on demand, and processes that crash, stop and are taken
 * over in between.
 */
import { isExact } from '../crash/exact-inputs.ts'
import { decisionsOf } from '../crash/inspect.ts'
import { runModel } from '../crash/model-run.ts'
import type { CrashCase } from '../crash/case.ts'
import type { Disk } from '../crash/model-store.ts'
import { runsOf } from '../crash/run-laws.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { alike, placedCase } from './case.ts'
import { comparePatterns, type PatternSums } from './patterns.ts'

export interface PlacementsResult {
  readonly cases: number
  readonly crashes: number
  readonly decisions: number
  /** Values of hybrid groups that were compared bit by bit, of exact features; of the others only the presence is compared. */
  readonly exact: number
  readonly inexact: number
  readonly notNull: number
  /** Results that were swapped in. */
  readonly swaps: number
  readonly mismatches: number
  readonly seed: number
  readonly failures: readonly { readonly seed: number; readonly mismatch: string }[]
  /** One history as four patterns, with their differences from Kappa's. */
  readonly patterns: readonly PatternSums[]
}

const FAILURES_KEPT = 5
const PROGRESS_EVERY = 50
const COVERING_CASES = 20

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<PlacementsResult> {
  const failures: { seed: number; mismatch: string }[] = []
  const sums = { crashes: 0, decisions: 0, exact: 0, inexact: 0, notNull: 0, swaps: 0, mismatches: 0 }
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    const of = placedCase(own)
    const { driven, disk, crashes } = await runModel(of)
    const compared = compare(of, disk)
    sums.crashes += crashes
    for (const name of ['decisions', 'exact', 'inexact', 'notNull', 'swaps'] as const) sums[name] += compared[name]
    const mismatches = [...driven.broken, ...driven.lost, ...compared.mismatches]
    sums.mismatches += mismatches.length
    if (mismatches.length > 0 && failures.length < FAILURES_KEPT) failures.push({ seed: own, mismatch: mismatches[0] })
    if (done % PROGRESS_EVERY === 0)
      console.error(`placements: ${done} of ${cases} cases, ${sums.exact} values, ${sums.mismatches} mismatches`)
  }
  const patterns = (await comparePatterns(seed)).map(({ recorded: _recorded, ...sums }) => sums)
  return { cases, ...sums, seed, failures, patterns }
}

export function holds({ cases, mismatches, exact, inexact, notNull, swaps, crashes, patterns }: PlacementsResult): boolean {
  const spillway = patterns.find(({ pattern }) => pattern === 'spillway')!
  const isKappa = spillway.otherScores + spillway.otherShort + spillway.otherLong + spillway.ageHours === 0
  const covers = cases < COVERING_CASES || (swaps > cases && crashes > 0 && exact > 0 && inexact > 0 && notNull > 0)
  return mismatches === 0 && covers && isKappa
}

/** Compares the decisions of a run: values by the placement of their groups. */
export function compare({ ir }: CrashCase, disk: Disk) {
  const compared = { decisions: 0, exact: 0, inexact: 0, notNull: 0, swaps: 0, mismatches: [] as string[] }
  compared.swaps = runsOf(disk).filter(({ swapped }) => swapped !== undefined).length
  for (const decision of decisionsOf(disk)) {
    compared.decisions++
    const { inputs } = ir.models.find(({ name }) => name === decision.model)!
    for (const input of inputs) {
      const [kind, ...rest] = input.name.split('.')
      if (kind === 'stream' || input.expr.op !== 'feature') continue
      const [expected, got] = [cellOf(decision, ['stream', ...rest]), cellOf(decision, [kind, ...rest])]
      if (kind === 'hybrid' && got !== null) compared.notNull++
      const exact = isExact(ir, input)
      if (kind === 'hybrid') compared[exact ? 'exact' : 'inexact']++
      const same = exact ? JSON.stringify(got) === JSON.stringify(expected) : (got === null) === (expected === null)
      if (!same)
        compared.mismatches.push(`${placeOf(decision)}: ${input.name} is ${JSON.stringify(got)}, and of stream ${JSON.stringify(expected)}`)
    }
    const reads = Map.groupBy(Object.entries(decision.read), ([id]) => id.slice(id.indexOf('_')))
    for (const [id, own] of reads) {
      const texts = new Set(own.map(([, read]) => JSON.stringify(read)))
      if (texts.size > 1 || own.length !== alike.length)
        compared.mismatches.push(`${placeOf(decision)} read ${id} as ${[...texts].join(' and as ')}`)
    }
  }
  return compared
}

const placeOf = ({ model, entry, key }: RecordedDecision): string => `'${model}' at entry ${entry} about ${JSON.stringify(key)}`

const cellOf = ({ vector }: RecordedDecision, path: readonly string[]): unknown =>
  path.reduce<unknown>((of, name) => (of as Record<string, unknown>)[name], vector)
