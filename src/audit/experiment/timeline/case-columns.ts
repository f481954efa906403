/** Access to the feature columns of one group read, by case: stored, or streamed in case order. */
import { type FeatureColumn, featureSlice, selectFeatureRows } from '../../../aggregate/index.ts'
import { assert } from '../../../base/index.ts'
import type { GroupIR } from '../../../define/ir/index.ts'
import { featureColumns } from '../../../kernel/index.ts'

/** The columns of a group's features. */
export type GroupColumns = readonly FeatureColumn[]

export interface CaseColumns {
  /** The columns of the cases [from, to), valid until the next call. */
  range(from: number, to: number): GroupColumns
  /** The columns of these cases, in this order. */
  select(cases: Uint32Array): GroupColumns
}

/** Columns of all cases, stored. */
export class StoredColumns implements CaseColumns {
  readonly out: GroupColumns

  constructor(out: GroupColumns) {
    this.out = out
  }

  range(from: number, to: number): GroupColumns {
    return this.out.map(column => featureSlice(column, from, to))
  }

  select(cases: Uint32Array): GroupColumns {
    return this.out.map(column => selectFeatureRows(column, cases))
  }
}

/** A forward producer of columns: writes the next cases into new columns. */
export interface ColumnProducer {
  next(cases: number, out: GroupColumns): void
}

/**
 * Columns computed on demand, once and in order: ranges of at most `most` cases after the first `head` cases, which are stored. All columns
 * of a plan over three million decisions take a hundred megabytes. A range is read while it is still in a core's cache.
 */
export class StreamedColumns implements CaseColumns {
  readonly #forward: ColumnProducer
  readonly #buffer: GroupColumns
  readonly #head: StoredColumns
  readonly #headLength: number
  #at: number

  constructor(group: GroupIR, forward: ColumnProducer, { head, most }: { readonly head: number; readonly most: number }) {
    this.#forward = forward
    this.#buffer = featureColumns(group, most, false)
    this.#head = new StoredColumns(featureColumns(group, head, false))
    this.#headLength = this.#at = head
    forward.next(head, this.#head.out)
  }

  range(from: number, to: number): GroupColumns {
    if (to <= this.#headLength) return this.#head.range(from, to)
    assert(from === this.#at, 'columns that pass are asked for in order')
    this.#at = to
    const columns = this.#buffer.map(column => featureSlice(column, 0, to - from))
    for (const { values, nulls, rejected, counts } of columns) for (const array of [values, nulls, rejected, counts]) array?.fill(0)
    this.#forward.next(to - from, columns)
    return columns
  }

  /** Cases of the head alone. */
  select(cases: Uint32Array): GroupColumns {
    return this.#head.select(cases)
  }
}
