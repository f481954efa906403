/** The naive judge of what a log must hold: which records of a feed are accepted, one after the other (semantics §1). */
import type { SourceIR, Value } from '../../src/define/ir.ts'
import type { Feed, SentRecord } from './case.ts'

export type Row = Readonly<Record<string, Value>>

export interface Admitted {
  readonly accepted: readonly Row[]
  readonly duplicates: number
  /** Records that must be in the dead letters, each once if the sender goes on at its cursor. */
  readonly refused: readonly SentRecord[]
}

/** With ids that are never forgotten, which is where `dedupe` is longer than the history. */
export function admitted(source: SourceIR, { records }: Feed): Admitted {
  const known = new Map<string, string>()
  const accepted: Row[] = []
  const refused: SentRecord[] = []
  let duplicates = 0
  for (const record of records) {
    if (!record.row) {
      refused.push(record)
      continue
    }
    const id = appendId(source, record.row)
    const content = rowText(source, record.row)
    const before = id === undefined ? undefined : known.get(id)
    if (before === content) duplicates++
    else if (before !== undefined) refused.push(record)
    else accepted.push(record.row)
    if (id !== undefined && before === undefined) known.set(id, content)
  }
  return { accepted, duplicates, refused }
}

/** What two appends of one source must have in common to be held against one another. */
export function appendId({ key, id }: SourceIR, row: Row): string | undefined {
  return id === undefined || (row[id] ?? null) === null ? undefined : JSON.stringify([row[key], row[id]])
}

/** A row by all of its values; −0 is 0. */
export const rowText = ({ columns }: SourceIR, row: Row): string =>
  JSON.stringify(
    columns.map(({ name }) => {
      const value = row[name] ?? null
      return typeof value === 'number' ? value + 0 : value
    }),
  )
