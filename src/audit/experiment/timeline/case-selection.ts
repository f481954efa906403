/** The selected cases: those that get scores, and those that models learn from. Features of the others are not computed. */
import { lowerBound } from '../../../columns/index.ts'
import type { Cases, RowRange } from '../../domain/cases.ts'

/**
 * The range of cases that get scores: from the block `tune`, or from `lookBack` ms before the block `test`, whichever is earlier, to the
 * end of `test`. The gap between the two blocks gets scores too: it is cheap and keeps the range contiguous.
 */
export function scoredRange({ t, length, blocks: { tune, test } }: Pick<Cases, 't' | 'length' | 'blocks'>, lookBack: number): RowRange {
  if (lookBack === Infinity) return { from: 0, to: length }
  return { from: Math.min(tune.from, lowerBound(t, t[test.from] - lookBack)), to: test.to }
}

export interface CaseSelection {
  /** Ascending. */
  readonly cases: Uint32Array
  /** By case: the number of selected cases before it, so its index among them. */
  readonly places: Uint32Array
}

/** The selection; `undefined` where all cases are selected. `trainingRows` ascends. */
export function caseSelection(length: number, trainingRows: Uint32Array, scored: RowRange): CaseSelection | undefined {
  if (scored.to - scored.from === length) return undefined
  const isSelected = new Uint8Array(length).fill(1, scored.from, scored.to)
  for (let i = 0; i < trainingRows.length; i++) isSelected[trainingRows[i]] = 1
  const [cases, places] = [new Uint32Array(length), new Uint32Array(length)]
  let count = 0
  for (let row = 0; row < length; row++) {
    places[row] = count
    cases[count] = row
    count += isSelected[row]
  }
  return { cases: cases.slice(0, count), places }
}
