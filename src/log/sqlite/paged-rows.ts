/** Iterates over rows by number in pages; each page shows what is committed when it is read. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { ReadStatement } from './read-connection.ts'

/** Default page size, for the `LIMIT` of the statement. */
export const PAGE_ROWS = 500

/** `page` returns the rows after its first parameter, the number of the last row seen; `values` are its other parameters. */
export function* pagedRows<T>(
  page: ReadStatement,
  { from, numberOf, size = PAGE_ROWS }: { readonly from: number; readonly numberOf: (row: T) => number; readonly size?: number },
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
