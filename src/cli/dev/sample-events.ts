/**
 * Events of a source made up from its schema: values within the bounds of their columns, which wander from event to event of a key as measured ones do.
 *
 * The same source gives the same values in the same order, whenever it is asked; only times, and the ids made with them, are those of the moment.
 */
import { SpillwayError } from '../../base/errors.ts'
import { random, type Random } from '../../base/random.ts'
import type { ColumnIR, SourceIR } from '../../define/ir/ir.ts'

/** Keys of an entity, `card-1` to `card-5`. */
const KEYS = 5
const SEED = 7
/** Where a number has no bounds. */
const RANGE = 100
const NULLS = 0.1
/** Of a number's range, in either direction from one event to the next. */
const STEP = 0.1
const HOUR_MS = 3_600_000

/** What nothing can be made up for: only the user's `map` knows what a record is. */
export const hasSamples = ({ mapVersion }: SourceIR): boolean => mapVersion === undefined

export class SampleEvents {
  readonly #source: SourceIR
  readonly #random: Random = random(SEED)
  /** By column and key, where a number has wandered to: 0 to 1 of its range. */
  readonly #places = new Map<string, number>()
  #count = 0

  constructor(source: SourceIR) {
    if (!hasSamples(source)) throw new SpillwayError('SPILL_ASSERT', `records of '${source.name}' are known to its map alone`)
    this.#source = source
  }

  /** The next event, as JSON takes it; `now` in UTC milliseconds. */
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
      // The key of the event, and other entities as they meet it.
      const other = name === keyColumn ? key : 1 + Math.floor(this.#random() * KEYS)
      if (type === 'string' && !column.values) return `${entity ?? name}-${other}`
      if (type === 'int') return other
    }
    return this.#measured(column, key, now)
  }

  #measured(column: ColumnIR, key: number, now: number): unknown {
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

  /** A physical value within the bounds, or as wide as `range` where one is missing. */
  #between({ name, min, max }: ColumnIR, key: number, range: number): number {
    const low = min ?? (max === undefined ? 0 : Math.min(0, max - range))
    const high = max ?? low + range
    const place = `${name} ${key}`
    const step = (this.#random() * 2 - 1) * STEP
    const next = Math.min(1, Math.max(0, (this.#places.get(place) ?? this.#random()) + step))
    this.#places.set(place, next)
    return low + (high - low) * next
  }
}
