/** Iterates over rows by number in pages; each page shows what is committed when it is read. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Question } from './asking.ts'

/** Default page size, for the `LIMIT` of the statement. */
export const PAGE = 500

/** `page` returns the rows after its first parameter, the number of the last row seen; `values` are its other parameters. */
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
