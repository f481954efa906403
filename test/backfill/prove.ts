/**
 * `prove backfill`: after random damage to a store, and random changes of its definitions and its history, a backfill writes exactly the
 * missing files, and the store equals byte for byte one that is made at once.
 */
import { changeCase, damageCase } from './planted-gaps.ts'

export interface BackfillResult {
  readonly cases: number
  /** Missing files by cause. */
  readonly damaged: number
  readonly columns: number
  readonly days: number
  readonly mismatches: number
  readonly seed: number
  /** The first mismatch of the first cases that have one. The seed identifies the case. */
  readonly failures: readonly { readonly seed: number; readonly mismatch: string }[]
}

const FAILURES_KEPT = 5
const PROGRESS_EVERY = 10
/** From this number of cases on every kind occurs. */
const COVERING_CASES = 4

/** A case is a damaged store, and one whose definitions and history change. */
export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<BackfillResult> {
  const failures: { seed: number; mismatch: string }[] = []
  const sums = { damaged: 0, columns: 0, days: 0, mismatches: 0 }
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    for (const planted of [await damageCase(own), await changeCase(own)]) {
      for (const name of ['damaged', 'columns', 'days'] as const) sums[name] += planted[name]
      sums.mismatches += planted.mismatches.length
      if (planted.mismatches.length > 0 && failures.length < FAILURES_KEPT) failures.push({ seed: own, mismatch: planted.mismatches[0] })
    }
    if (done % PROGRESS_EVERY === 0)
      console.error(`backfill: ${done} of ${cases} cases, ${sums.damaged} files damaged, ${sums.mismatches} mismatches`)
  }
  return { cases, ...sums, seed, failures }
}

export const holds = ({ cases, damaged, columns, days, mismatches }: BackfillResult): boolean =>
  mismatches === 0 && damaged > 0 && (cases < COVERING_CASES || (columns > 0 && days > 0))
