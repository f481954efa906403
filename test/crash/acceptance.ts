/** Naive judge of a log: which records of a feed are accepted, in order (semantics, the log). */
import type { SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { Feed } from './case.ts'

export type Row = Readonly<Record<string, Value>>

/** Ruling on a row, with the reason of a rejection. */
export type Ruling = 'accepted' | 'duplicate' | 'conflict' | 'stale-revision'

/** State of a source: what its log has accepted. */
export class Acceptance {
  readonly #source: SourceIR
  /** Milliseconds for which the log knows what may be revised. */
  readonly #keep: number
  /** By append id: the content that was accepted last, and when. */
  readonly #ids = new Map<string, { readonly content: string; readonly arrival: number }>()
  /** By identity: arrival of the original event, which all later ones revise. */
  readonly #originals = new Map<string, number>()

  constructor(source: SourceIR, keep = Infinity) {
    this.#source = source
    this.#keep = keep
  }

  /** Ruling on a row that arrives at this time. */
  ruling(row: Row, arrival: number): Ruling {
    const source = this.#source
    const before = this.#ids.get(appendId(source, row) ?? '')
    const isKnown = before !== undefined && arrival - before.arrival <= source.dedupe
    if (isKnown && before.content === rowText(source, row)) return 'duplicate'
    if (isKnown && !source.identity) return 'conflict'
    const identity = identityOf(source, row)
    if (identity !== undefined && arrival - Number(row[source.time]) > this.#keep) return 'stale-revision'
    const original = this.#originals.get(identity ?? '')
    return original !== undefined && arrival - original > source.revisable! ? 'stale-revision' : 'accepted'
  }

  accept(row: Row, arrival: number): void {
    const id = appendId(this.#source, row)
    const identity = identityOf(this.#source, row)
    if (id !== undefined) this.#ids.set(id, { content: rowText(this.#source, row), arrival })
    if (identity !== undefined && !this.#originals.has(identity)) this.#originals.set(identity, arrival)
  }
}

/** The accepted rows if nothing is forgotten and no revision is late, since both periods exceed the history. */
export function acceptedRows(source: SourceIR, { records }: Feed): Row[] {
  const acceptance = new Acceptance(source)
  return records.flatMap(({ row }) => {
    if (!row || acceptance.ruling(row, 0) !== 'accepted') return []
    acceptance.accept(row, 0)
    return [row]
  })
}

/** The common part of two appends of one source that are compared; null if the row has none. */
export function appendId({ key, id }: SourceIR, row: Row): string | undefined {
  return id === undefined || (row[id] ?? null) === null ? undefined : JSON.stringify([row[key], row[id]])
}

/** The common part of two events of one source if the later one revises the other. */
function identityOf({ key, identity }: SourceIR, row: Row): string | undefined {
  const values = identity?.map(name => row[name] ?? null)
  return !values || values.includes(null) ? undefined : JSON.stringify([row[key], ...values])
}

/** All values of a row as text; −0 is 0. */
export const rowText = ({ columns }: SourceIR, row: Row): string =>
  JSON.stringify(
    columns.map(({ name }) => {
      const value = row[name] ?? null
      return typeof value === 'number' ? value + 0 : value
    }),
  )
