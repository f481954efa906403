/**
 * `prove cut`: law 3. For random pipelines, histories and cuts, a snapshot over the cut and a delta of everything else, read as one, equal
 * one kernel without a cut, and the oracle.
 */
import { openEngine } from '../property/engines/engines.ts'
import { compareEngines, type Failure } from '../property/parity.ts'
import type { Engine } from '../property/case.ts'
import { cutKinds, type CutKind } from './cuts.ts'
import { layeredEngine } from './layered-kernel.ts'

export interface CutResult {
  readonly cases: number
  readonly values: number
  readonly notNull: number
  readonly mismatches: number
  /** Cuts by kind, and reads that two layers answered. */
  readonly cuts: Readonly<Record<CutKind, number>>
  readonly merged: number
  readonly seed: number
  readonly failures: readonly Failure[]
}

/** Layerings of each case, each with its own cuts. */
const LAYERINGS = 3
const NOT_NULL_LEAST = 0.6
/** From this number of cases on there is a cut of every kind. */
const COVERING_CASES = 40

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<CutResult> {
  const cuts = Object.fromEntries(cutKinds.map(kind => [kind, 0])) as Record<CutKind, number>
  let merged = 0
  const onCut = (kind: CutKind, asks: number): void => {
    cuts[kind]++
    merged += asks
  }
  const layered = Array.from({ length: LAYERINGS }, (_, salt): Engine => ({ ...layeredEngine({ onCut, salt }), name: `layered ${salt}` }))
  const engines = [await openEngine('oracle'), await openEngine('kernel'), ...layered]
  const { values, notNull, mismatches, failures } = await compareEngines(engines, {
    cases,
    seed,
    record: false,
    progress: line => console.error(line.replace('parity', 'cut')),
  })
  return { cases, values, notNull, mismatches, cuts, merged, seed, failures }
}

export function holds({ cases, values, notNull, mismatches, merged, cuts }: CutResult): boolean {
  const covers = cases < COVERING_CASES || Object.values(cuts).every(count => count > 0)
  return mismatches === 0 && merged > 0 && notNull >= NOT_NULL_LEAST * values && covers
}
