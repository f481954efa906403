/**
 * A map of entries that live for milliseconds, such as what is in flight. It keeps the order of insertion.
 *
 * V8 gives a `Map` or `Set` a new table when it grows, shrinks, or is full of deleted entries, and the table before refers to the new one. Once
 * a full collection has moved such a table, all later ones live until the next full collection, each with what it had when it was replaced: the
 * collections of new objects in between find little to free, and copy the rest. Here the tables have numbers of slots for values.
 */
export class TransientMap<K, V> {
  readonly #slots = new Map<K, number>()
  readonly #values: (V | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#slots.size
  }

  get(key: K): V | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#values[slot]
  }

  set(key: K, value: V): void {
    const slot = this.#slots.get(key) ?? this.#free.pop() ?? this.#values.length
    this.#slots.set(key, slot)
    this.#values[slot] = value
  }

  delete(key: K): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    this.#slots.delete(key)
    this.#values[slot] = undefined
    this.#free.push(slot)
  }

  clear(): void {
    for (const key of this.#slots.keys()) this.delete(key)
  }

  *values(): Iterable<V> {
    for (const slot of this.#slots.values()) yield this.#values[slot]!
  }
}
