/**
 * `prove rebuild`: law 4, serve = train. A run decides, with late, duplicate and revised records, and crashes on the way. Its vectors are
 * removed and rebuilt by the DuckDB dialect from the raw events of its log and from the recorded cuts and as-of times of each decision.
 *
 * Recorded cuts and as-of times must equal the oracle's for the placements, so a run that reads too much or too little, and records that,
 * is detected as well.
 */
import { SpillwayError } from '../../src/base/errors.ts'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlWitness } from '../../src/sql/witness.ts'
import { rebuildCase, run, type Material } from './case.ts'
import { judge, type RebuildJudgement } from './judge.ts'
import { blindOf, rebuild } from './rebuild.ts'

export interface RebuildResult {
  readonly cases: number
  readonly decisions: number
  /** Compared cells of vectors, those that are not NULL, and cuts. */
  readonly values: number
  readonly notNull: number
  readonly cuts: number
  readonly mismatches: number
  /** Events out of order, superseded or deleted events, resent records. */
  readonly late: number
  readonly revised: number
  readonly repeated: number
  /** Cases with a sum of products beyond DuckDB's 128 bits: not compared. */
  readonly tooWide: number
  readonly seed: number
  /** The first mismatch of the first cases that have one. The seed identifies the case. */
  readonly failures: readonly { readonly seed: number; readonly mismatch: string }[]
}

const FAILURES_KEPT = 5
const PROGRESS_EVERY = 50
/** From this number of cases on every kind occurs. */
const COVERING_CASES = 20
const NOT_NULL_LEAST = 0.3
const TOO_WIDE_MOST = 0.05

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<RebuildResult> {
  const db = new SqlWitness(await DuckDbEngine.open())
  const failures: { seed: number; mismatch: string }[] = []
  const sums = { decisions: 0, values: 0, notNull: 0, cuts: 0, mismatches: 0, late: 0, revised: 0, repeated: 0, tooWide: 0 }
  try {
    for (let done = 1; done <= cases; done++) {
      const own = (seed + done - 1) >>> 0
      const material = await run(rebuildCase(own))
      const judged = await judgedBy(db, material)
      sums.decisions += material.recorded.length
      for (const name of ['late', 'revised', 'repeated'] as const) sums[name] += material.planted[name]
      if (!judged) sums.tooWide++
      for (const name of ['values', 'notNull', 'cuts'] as const) sums[name] += judged?.[name] ?? 0
      const mismatches = [...material.broken, ...(judged?.mismatches ?? [])]
      sums.mismatches += mismatches.length
      if (mismatches.length > 0 && failures.length < FAILURES_KEPT) failures.push({ seed: own, mismatch: mismatches[0] })
      if (done % PROGRESS_EVERY === 0)
        console.error(`rebuild: ${done} of ${cases} cases, ${sums.values} values, ${sums.mismatches} mismatches`)
    }
  } finally {
    await db.close()
  }
  return { cases, ...sums, seed, failures }
}

/** `undefined` if DuckDB cannot represent a sum that the semantics allow. */
export async function judgedBy(db: SqlWitness, material: Material): Promise<RebuildJudgement | undefined> {
  const { ir, entries, recorded } = material
  try {
    return judge(material, await rebuild(db, ir, entries, recorded.map(blindOf)))
  } catch (error) {
    if (error instanceof SpillwayError && error.code === 'SPILL_RANGE') return undefined
    throw error
  }
}

export function holds(result: RebuildResult): boolean {
  const { cases, values, notNull, mismatches, tooWide } = result
  const covers = result.late > 0 && result.revised > 0 && result.repeated > 0 && tooWide <= TOO_WIDE_MOST * cases
  return mismatches === 0 && values > 0 && notNull >= NOT_NULL_LEAST * values && (cases < COVERING_CASES || covers)
}
