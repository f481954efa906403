/**
 * Generates sample events of a source from its schema. Values stay within the bounds of their columns.
 * Numbers of a key follow a bounded random walk, as measurements do.
 *
 * Values depend only on the source: the seed is fixed. Times, and ids that contain them, are current.
 */
import { SpillwayError, random, type Random, HOUR_MS } from '../../base/index.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/index.ts'

/** Number of keys of an entity, `card-1` to `card-5`. */
const KEYS = 5
const SEED = 7
/** Range of a number without bounds. */
const RANGE = 100
/** Share of NULLs in a nullable column. */
const NULLS = 0.1
/** Largest step of the random walk, as a share of the range. */
const STEP = 0.1

/** True if events can be generated. Only the user's `map` knows the records of a source that has one. */
export const hasSamples = ({ mapVersion }: SourceIR): boolean => mapVersion === undefined

/** A generator of sample events. */
export class SampleEvents {
  readonly #source: SourceIR
  readonly #random: Random = random(SEED)
  /** Positions of the random walks by column and key, 0 to 1 of the range. */
  readonly #positions = new Map<string, number>()
  #count = 0

  constructor(source: SourceIR) {
    if (!hasSamples(source)) throw new SpillwayError('SPILL_ASSERT', `records of '${source.name}' are known to its map alone`)
    this.#source = source
  }

  /** The next event as a JSON object; `now` in UTC milliseconds. */
  next(now: number): Readonly<Record<string, unknown>> {
    const number = ++this.#count
    const key = 1 + Math.floor(this.#random() * KEYS)
    return Object.fromEntries(this.#source.columns.map(column => [column.name, this.#value(column, key, number, now)]))
  }

  #value(column: ColumnIR, key: number, number: number, now: number): unknown {
    const { id, key: keyColumn, time, arrives, deleted } = this.#source
    const { name, entity, type } = column
    if (name === id) return type === 'string' ? `sample-${now}-${number}` : now
    if (name === time || (arrives.kind === 'column' && name === arrives.column)) return new Date(now).toISOString()
    if (name === deleted) return false
    if (column.nullable && this.#random() < NULLS) return null
    if (entity !== undefined || name === keyColumn) {
      // The event's own key, or a random key of a different entity.
      const keyNumber = name === keyColumn ? key : 1 + Math.floor(this.#random() * KEYS)
      if (type === 'string' && !column.values) return `${entity ?? name}-${keyNumber}`
      if (type === 'int') return keyNumber
    }
    return this.#attribute(column, key, now)
  }

  #attribute(column: ColumnIR, key: number, now: number): unknown {
    const { name, type, scale = 0, values = ['a', 'b', 'c'].map(letter => `${name}-${letter}`) } = column
    switch (type) {
      case 'string':
        return values[Math.floor(this.#random() * values.length)]
      case 'bool':
        return this.#random() < 0.5
      case 'timestamp':
        return new Date(now - Math.floor(this.#random() * HOUR_MS)).toISOString()
      case 'double':
        return this.#between(column, key, RANGE)
      case 'decimal':
        return (Math.round(this.#between(column, key, RANGE * 10 ** scale)) / 10 ** scale).toFixed(scale)
      case 'int':
        return Math.round(this.#between(column, key, RANGE))
      case 'duration':
        return Math.round(this.#between(column, key, HOUR_MS))
    }
  }

  /** The next value of the random walk, within the column's bounds. A missing bound is `range` away from the other. */
  #between({ name, min, max }: ColumnIR, key: number, range: number): number {
    const low = min ?? (max === undefined ? 0 : Math.min(0, max - range))
    const high = max ?? low + range
    const walk = `${name} ${key}`
    const step = (this.#random() * 2 - 1) * STEP
    const next = Math.min(1, Math.max(0, (this.#positions.get(walk) ?? this.#random()) + step))
    this.#positions.set(walk, next)
    return low + (high - low) * next
  }
}
