import { SpillwayError } from '../../src/base/errors.ts'
import { groupOf, type Case, type Engine } from './case.ts'
import { differences, outcomeOf, type Difference, type Outcome } from './compare.ts'
import { addCover, binCount, combinationOf, emptyBins, emptyCover, type Cover } from './cover.ts'
import { engineNames, openEngine } from './engines/engines.ts'
import { generate } from './generate/generate.ts'
import { latenesses } from './lateness.ts'
import { record } from './regressions.ts'
import { shrink } from './shrink.ts'

/**
 * `prove parity`: law 1. Each case is computed by every engine and compared with the first one named, which is the reference.
 *
 * The case of seed S + i is the i-th; a failure is replayed alone by its own seed and one case. A mismatch is shrunk and written to
 * test/regressions.
 */
export interface ParityOptions {
  readonly cases: number
  readonly seed: number
  readonly engines?: readonly string[]
}

export interface ParityResult {
  readonly cases: number
  /** Feature values of all reads; each is computed by every engine. */
  readonly values: number
  readonly notNull: number
  /** Values, or whole cases, in which an engine differs from the reference. */
  readonly mismatches: number
  readonly engines: readonly string[]
  readonly seed: number
  /** Counts by aggregate, type of input and class of window, for events in order, out of order, and late. */
  readonly cover: Cover
  readonly bins: number
  readonly emptyBins: number
  /** The first mismatches, one for each case, with the file of the shrunk case if one was written. */
  readonly failures: readonly Failure[]
}

export interface Failure extends Difference {
  readonly seed: number
  readonly file?: string
}

/** From this number of cases on no bin of the cover may be empty: each combination was then visited several times. */
const COVERING_CASES = 2000
const NOT_NULL_LEAST = 0.6
const FAILURES_KEPT = 5

export async function prove({ cases, seed, engines: names = engineNames }: ParityOptions): Promise<ParityResult> {
  if (names.length < 2) throw new SpillwayError('SPILL_INPUT', `parity compares engines: name two or more of ${engineNames.join(', ')}`)
  const engines = await Promise.all(names.map(openEngine))
  try {
    return await compareEngines(engines, { cases, seed, record: true, progress: line => console.error(line) })
  } finally {
    for (const engine of engines) engine.close()
  }
}

export function holds({ cases, values, notNull, mismatches, emptyBins }: ParityResult): boolean {
  return mismatches === 0 && notNull >= NOT_NULL_LEAST * values && (cases < COVERING_CASES || emptyBins === 0)
}

interface Comparison {
  readonly cases: number
  readonly seed: number
  /** Shrink mismatches and write them to files. */
  readonly record: boolean
  /** Called after every hundred cases. */
  readonly progress?: (line: string) => void
  /** Stop at the first case with a mismatch. */
  readonly first?: boolean
}

export async function compareEngines(engines: readonly Engine[], options: Comparison): Promise<ParityResult> {
  const { cases, seed, first = false } = options
  const cover = emptyCover()
  const failures: Failure[] = []
  let [done, values, notNull, mismatches] = [0, 0, 0, 0]
  for (let i = 0; i < cases; i++) {
    const of = generate((seed + i) >>> 0)
    const outcomes: Outcome[] = []
    for (const engine of engines) outcomes.push(await outcomeOf(engine, of))
    const counted = count(of, outcomes[0], cover)
    const caseDifferences = outcomes.slice(1).flatMap((outcome, other) => differences(of, engines[other + 1].name, outcomes[0], outcome))
    done += 1
    values += counted.values
    notNull += counted.notNull
    mismatches += caseDifferences.length
    if (caseDifferences.length > 0 && failures.length < FAILURES_KEPT)
      failures.push(await failure(engines, of, caseDifferences[0], options.record))
    if (caseDifferences.length > 0 && first) break
    if (done % 100 === 0) options.progress?.(`parity: ${done} of ${cases} cases, ${values} values, ${mismatches} mismatches`)
  }
  const empty = emptyBins(cover).length
  return {
    cases: done,
    values,
    notNull,
    mismatches,
    engines: engines.map(({ name }) => name),
    seed,
    cover,
    bins: binCount,
    emptyBins: empty,
    failures,
  }
}

function count(of: Case, reference: Outcome, cover: Cover): { values: number; notNull: number } {
  if (!('answers' in reference)) return { values: 0, notNull: 0 }
  const lateness = latenesses(of)
  let [values, notNull] = [0, 0]
  for (const [i, ask] of of.asks.entries())
    for (const [j, feature] of groupOf(of, ask.group).features.entries()) {
      values += 1
      if (reference.answers[i][j].value !== null) notNull += 1
      addCover(cover, combinationOf(feature), lateness[i])
    }
  return { values, notNull }
}

async function failure(engines: readonly Engine[], of: Case, original: Difference, toRecord: boolean): Promise<Failure> {
  if (!toRecord) return { seed: of.seed, ...original }
  const [reference, other] = [engines[0], engines.find(({ name }) => name === original.engine)!]
  const smallest = await shrink(of, async smaller =>
    (await compare(smaller, reference, other)).some(difference => sameKind(difference, original)),
  )
  const difference = (await compare(smallest, reference, other)).find(candidate => sameKind(candidate, original))!
  return {
    seed: of.seed,
    ...difference,
    file: record({ proof: 'parity', engines: [reference.name, other.name], found: difference, case: smallest }),
  }
}

/** A wrong value must not shrink into an exception of the engine by a case that no generator would make, nor vice versa. */
const sameKind = (a: Difference, b: Difference): boolean => (a.ask === undefined) === (b.ask === undefined)

export async function compare(of: Case, reference: Engine, other: Engine): Promise<Difference[]> {
  return differences(of, other.name, await outcomeOf(reference, of), await outcomeOf(other, of))
}
