/** What is asked again and again about the same thing, or the same rows of it, is made once. */
import type { RowRange } from '../domain/cases.ts'

/** What `make` makes of a thing that nobody changes and of rows of it: blocks of a history, which are few. Kept as long as the thing is there. */
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

/** The same of a thing as a whole. */
export function remembered<K extends WeakKey, T>(make: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly value: T }>()
  return of => {
    let found = known.get(of)
    if (!found) known.set(of, (found = { value: make(of) }))
    return found.value
  }
}
