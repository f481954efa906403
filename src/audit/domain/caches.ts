/**
 * Caches of computed results: by an immutable object, by rows of one, the last result of each object, and the most recent results by id.
 */
import type { RowRange } from './cases.ts'

/** Memoizes a function of an immutable object. */
export function memoize<K extends WeakKey, T>(make: (of: K) => T): (of: K) => T {
  const last = lastResults<K, T>()
  return of => last(of, [], () => make(of))
}

/**
 * Memoizes a function of an immutable object and a row range. There are few ranges: the blocks of a history. Results live as long as the
 * object.
 */
export function memoizeByRows<K extends WeakKey, T>(make: (of: K, rows: RowRange) => T): (of: K, rows: RowRange) => T {
  const resultsOf = memoize<K, Map<string, T>>(() => new Map())
  return (of, rows) => {
    const results = resultsOf(of)
    const id = `${rows.from}-${rows.to}`
    if (!results.has(id)) results.set(id, make(of, rows))
    return results.get(id)!
  }
}

/**
 * The last result of each object. It is computed again if a part of its key differs: parts are compared by identity, texts and numbers by
 * value.
 *
 * @example
 * const lastTimes = lastResults<Timeline, Float64Array>()
 * const timesOf = (timeline: Timeline, delay: number) => lastTimes(timeline, [delay], () => shiftTimes(timeline.t, delay))
 */
export function lastResults<K extends WeakKey, T>(): (of: K, key: readonly unknown[], make: () => T) => T {
  const results = new WeakMap<K, { readonly key: readonly unknown[]; readonly value: T }>()
  return (of, key, make) => {
    const last = results.get(of)
    if (last?.key.every((part, i) => part === key[i])) return last.value
    const value = make()
    results.set(of, { key, value })
    return value
  }
}

/** The most recently used results by id, as far as their total size allows. The newest one stays, whatever its size. */
export class RecentResults<T> {
  readonly #sizeMax: number
  readonly #sizeOf: (result: T) => number
  /** In order of use. */
  readonly #results = new Map<string, T>()
  #size = 0

  /** By default each result has the size 1. */
  constructor(sizeMax: number, sizeOf: (result: T) => number = () => 1) {
    this.#sizeMax = sizeMax
    this.#sizeOf = sizeOf
  }

  getOrCompute(id: string, compute: () => T): T {
    const cached = this.#results.get(id)
    const result = cached ?? compute()
    if (cached === undefined) this.#size += this.#sizeOf(result)
    this.#results.delete(id)
    this.#results.set(id, result)
    for (const [oldestId, oldest] of this.#results) {
      if (this.#size <= this.#sizeMax || this.#results.size === 1) break
      this.#results.delete(oldestId)
      this.#size -= this.#sizeOf(oldest)
    }
    return result
  }

  /** Forgets a result, if it is there. */
  delete(id: string): void {
    const result = this.#results.get(id)
    if (result !== undefined && this.#results.delete(id)) this.#size -= this.#sizeOf(result)
  }
}
