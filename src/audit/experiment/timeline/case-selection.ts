/** The selected cases: those that models learn from, and those that get scores. Features of the others are not computed. */
import type { RowRange } from '../../domain/cases.ts'

export interface CaseSelection {
  /** Ascending. */
  readonly cases: Uint32Array
  /** By case: the number of selected cases before it, so its index among them. */
  readonly places: Uint32Array
}

/** The selection; `undefined` where all cases are selected. `trainingRows` ascends. */
export function caseSelection(length: number, trainingRows: Uint32Array, scored: RowRange): CaseSelection | undefined {
  if (scored.to - scored.from === length) return undefined
  const isLookedAt = new Uint8Array(length).fill(1, scored.from, scored.to)
  for (let i = 0; i < trainingRows.length; i++) isLookedAt[trainingRows[i]] = 1
  const [cases, places] = [new Uint32Array(length), new Uint32Array(length)]
  let count = 0
  for (let row = 0; row < length; row++) {
    places[row] = count
    cases[count] = row
    count += isLookedAt[row]
  }
  return { cases: cases.slice(0, count), places }
}
