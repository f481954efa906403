/** Where what a model is given of one group read is found, case by case of those that are looked at. */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import { assert } from '../../../base/assert.ts'
import type { FeatureIR } from '../../../define/ir/ir.ts'
import type { GroupColumns } from './column-cache.ts'
import { featurePicked, featureSlice, ownColumn } from './feature-columns.ts'

export interface Columns {
  /** Cases [from, to). It may be good until the next part only. */
  part(from: number, to: number): GroupColumns
  /** These cases, in this order. */
  picked(cases: Uint32Array): GroupColumns
}

/** Of all of them, kept. */
export class WholeColumns implements Columns {
  readonly out: GroupColumns

  constructor(out: GroupColumns) {
    this.out = out
  }

  part(from: number, to: number): GroupColumns {
    return this.out.map(column => featureSlice(column, from, to))
  }

  picked(cases: Uint32Array): GroupColumns {
    return this.out.map(column => featurePicked(column, cases))
  }
}

/** What makes them forward: the next so many, into columns that are new. */
export interface Forward {
  next(cases: number, out: GroupColumns): void
}

/**
 * Made as they are asked for, once and in order: parts of at most `most` cases behind the first `head`, which are kept. Of three million decisions all columns of a plan are a hundred megabytes, which are written once and read twice; a
 * part is read while it is in a core's cache.
 */
export class PassingColumns implements Columns {
  readonly #forward: Forward
  readonly #room: GroupColumns
  readonly #head: WholeColumns
  readonly #kept: number
  #at: number

  constructor(features: readonly FeatureIR[], forward: Forward, { head, most }: { readonly head: number; readonly most: number }) {
    const columnsFor = (cases: number): GroupColumns => features.map(feature => ownColumn(feature, cases))
    this.#forward = forward
    this.#room = columnsFor(most)
    this.#head = new WholeColumns(columnsFor(head))
    this.#kept = this.#at = head
    forward.next(head, this.#head.out)
  }

  part(from: number, to: number): GroupColumns {
    if (to <= this.#kept) return this.#head.part(from, to)
    assert(from === this.#at, 'columns that pass are asked for in order')
    this.#at = to
    const columns = this.#room.map(column => featureSlice(column, 0, to - from))
    columns.forEach(clear)
    this.#forward.next(to - from, columns)
    return columns
  }

  /** Of the head. */
  picked(cases: Uint32Array): GroupColumns {
    return this.#head.picked(cases)
  }
}

function clear({ values, nulls, refused, counts }: FeatureColumn): void {
  values.fill(0)
  nulls.fill(0)
  refused.fill(0)
  counts?.fill(0)
}
