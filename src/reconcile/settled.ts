/**
 * Values that a repair has found to be another and noted as that. What was recorded stays as it was: the notes stand beside it, and what they name is counted as settled
 * and not compared again.
 */
import type { Value } from '../define/ir/ir.ts'
import type { StoredLog } from '../log/store.ts'
import type { Decided } from './decided.ts'
import type { Cell } from './report.ts'

/** One value, as it was when it was noted: another one in its place is compared again. */
export interface SettledCell {
  readonly model: string
  readonly input: string
  readonly entry: number
  readonly key: Value
  /** UTC ms. */
  readonly t: number
  readonly recorded: Cell
}

/** All values of an input that another version of the pipeline made. */
export interface SettledCode {
  readonly model: string
  readonly input: string
  readonly fingerprint: string
}

/** What one repair has noted. */
export interface Note {
  readonly number: number
  /** UTC ms. */
  readonly at: number
  readonly cells: readonly SettledCell[]
  readonly codes: readonly SettledCode[]
}

export interface SettledAsk {
  readonly cell: Cell
  readonly isOther: () => boolean
}

const PREFIX = 'settled/'
const DIGITS = 10

/** All of them, the oldest first. */
export const notesIn = (store: Pick<StoredLog, 'named'>): Note[] => store.named(PREFIX).map(([, text]) => JSON.parse(text) as Note)

export const notePut = (note: Note): readonly [name: string, value: string] => [
  `${PREFIX}${String(note.number).padStart(DIGITS, '0')}`,
  JSON.stringify(note),
]

export class Settled {
  readonly #codes: ReadonlySet<string>
  readonly #cells: ReadonlyMap<string, string>

  constructor(notes: readonly Note[]) {
    this.#codes = new Set(
      notes.flatMap(({ codes }) => codes.map(({ model, input, fingerprint }) => JSON.stringify([model, input, fingerprint]))),
    )
    const cells = notes.flatMap(note => note.cells)
    this.#cells = new Map(cells.map(({ recorded, ...of }) => [nameOf(of), JSON.stringify(recorded)]))
  }

  /** `isOther`: may the input mean something else to the pipeline that decided than to the one that it is held against? */
  has(model: string, input: string, { fingerprint, entry, key, t }: Decided, { cell, isOther }: SettledAsk): boolean {
    if (this.#codes.size > 0 && isOther() && this.#codes.has(JSON.stringify([model, input, fingerprint]))) return true
    return this.#cells.size > 0 && this.#cells.get(nameOf({ model, input, entry, key, t })) === JSON.stringify(cell)
  }
}

const nameOf = ({ model, input, entry, key, t }: Omit<SettledCell, 'recorded'>): string => JSON.stringify([model, input, entry, key, t])
