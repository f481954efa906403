/** Rows of a table by their number, some hundreds at a time: each page is what is committed when it is come to. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Question } from './asking.ts'

/** Rows that a page has at most, for its `LIMIT`. */
export const PAGE = 500

/** `page` asks for those beyond its first value, the number of the last row that was seen, in order; further values follow it. */
export function* pages<T>(
  page: Question,
  { from, numberOf, size = PAGE }: { readonly from: number; readonly numberOf: (row: T) => number; readonly size?: number },
  rowOf: (row: Record<string, SQLOutputValue>) => T,
  ...values: readonly SQLInputValue[]
): Generator<T> {
  for (let last = from; ;) {
    const rows = page.all(last, ...values).map(rowOf)
    yield* rows
    if (rows.length < size) return
    last = numberOf(rows.at(-1)!)
  }
}
