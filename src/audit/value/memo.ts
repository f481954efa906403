/** Memoization by object identity, and by rows of the object. */
import type { RowRange } from '../domain/cases.ts'

/**
 * Memoizes a function of an immutable object and a row range. There are few ranges: the blocks of a history. Results live as long as the
 * object.
 */
export function memoizeByRows<K extends WeakKey, T>(make: (of: K, rows: RowRange) => T): (of: K, rows: RowRange) => T {
  const cache = new WeakMap<K, Map<string, T>>()
  return (of, rows) => {
    const name = `${rows.from}-${rows.to}`
    const byRows = cache.get(of) ?? new Map<string, T>()
    if (byRows.size === 0) cache.set(of, byRows)
    if (!byRows.has(name)) byRows.set(name, make(of, rows))
    return byRows.get(name)!
  }
}

/** Memoizes a function of an immutable object. */
export function memoize<K extends WeakKey, T>(make: (of: K) => T): (of: K) => T {
  const cache = new WeakMap<K, { readonly value: T }>()
  return of => {
    let entry = cache.get(of)
    if (!entry) cache.set(of, (entry = { value: make(of) }))
    return entry.value
  }
}
