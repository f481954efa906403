/** Memoization by object identity, and by rows of the object. */
import type { RowRange } from '../domain/cases.ts'

/**
 * Memoizes a function of an immutable object and a row range. There are few ranges: the blocks of a history. Results live as long as the
 * object.
 */
export function rememberedRows<K extends WeakKey, T>(make: (of: K, rows: RowRange) => T): (of: K, rows: RowRange) => T {
  const known = new WeakMap<K, Map<string, T>>()
  return (of, rows) => {
    const name = `${rows.from}-${rows.to}`
    const made = known.get(of) ?? new Map<string, T>()
    if (made.size === 0) known.set(of, made)
    if (!made.has(name)) made.set(name, make(of, rows))
    return made.get(name)!
  }
}

/** Memoizes a function of an immutable object. */
export function remembered<K extends WeakKey, T>(make: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly value: T }>()
  return of => {
    let found = known.get(of)
    if (!found) known.set(of, (found = { value: make(of) }))
    return found.value
  }
}
