/**
 * Notes of repairs about mismatched values. The recorded values stay unchanged. Noted values count as settled and are not compared again.
 */
import type { StrictOmit } from '../base/index.ts'
import type { Value } from '../define/ir/index.ts'
import { numberInName } from '../jobs/index.ts'
import type { NamedValues } from '../log/index.ts'
import type { DecisionCells } from './decision-selection.ts'
import type { RecordedCell } from './reconcile-report.ts'

/** One noted value. A different value in its place is compared again. */
export interface SettledCell {
  readonly model: string
  readonly input: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  readonly recorded: RecordedCell
}

/** All values of an input that another pipeline version computed. */
export interface SettledCode {
  readonly model: string
  readonly input: string
  readonly fingerprint: string
}

/** Note of one repair. */
export interface RepairNote {
  readonly number: number
  /** UTC ms. */
  readonly at: number
  readonly cells: readonly SettledCell[]
  readonly codes: readonly SettledCode[]
}

/** The value in question. */
export interface SettledQuery {
  readonly cell: RecordedCell
  readonly isOther: () => boolean
}

const PREFIX = 'settled/'

/** All notes, oldest first. */
export const repairNotesIn = (store: Pick<NamedValues, 'named'>): RepairNote[] =>
  store.named(PREFIX).map(([, text]) => JSON.parse(text) as RepairNote)

/** Put that stores a note. */
export const putOfNote = (note: RepairNote): readonly [name: string, value: string] => [
  `${PREFIX}${numberInName(note.number)}`,
  JSON.stringify(note),
]

/** True if a value is noted. `isOther` tells whether the deciding pipeline may have given the input another meaning. */
export type IsSettled = (model: string, input: string, decided: DecisionCells, query: SettledQuery) => boolean

/** Lookup of noted values. */
export function settledValues(notes: readonly RepairNote[]): IsSettled {
  const codes = new Set(
    notes.flatMap(note => note.codes.map(({ model, input, fingerprint }) => JSON.stringify([model, input, fingerprint]))),
  )
  const cells = new Map(notes.flatMap(note => note.cells.map(({ recorded, ...cell }) => [cellName(cell), JSON.stringify(recorded)])))
  return (model, input, { fingerprint, entry, key, t }, { cell, isOther }) => {
    if (codes.size > 0 && isOther() && codes.has(JSON.stringify([model, input, fingerprint]))) return true
    return cells.size > 0 && cells.get(cellName({ model, input, entry, key, t })) === JSON.stringify(cell)
  }
}

const cellName = ({ model, input, entry, key, t }: StrictOmit<SettledCell, 'recorded'>): string =>
  JSON.stringify([model, input, entry, key, t])
