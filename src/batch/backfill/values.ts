/** Features of a group at rows in time order: events are applied up to those visible at each row, then read. */
import type { FeatureColumn } from '../../aggregate/index.ts'
import { type Block, countUpTo, sliceColumn } from '../../columns/index.ts'
import type { GroupIR } from '../../define/ir/index.ts'
import { rejectIncomplete, Kernel, featureColumns } from '../../kernel/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import { EventCursor, EVENTS_AT_ONCE, type EventHistory } from './events.ts'
import type { RowChunk } from './rows.ts'

/** Rows with their features. */
export interface FeatureChunk extends RowChunk {
  /** Valid until the next iteration. */
  readonly features: readonly FeatureColumn[]
}

/** Input of `FeatureValues`. */
export interface FeatureValuesOptions {
  readonly target: BackfillGroup
  readonly features: readonly BackfillFeature[]
  readonly events: EventHistory
  /** Earlier arrivals are not read, UTC ms. */
  readonly from: number
  /** Arrivals up to here are forgotten, UTC ms. */
  readonly forgotten: number
}

/** Computes features row by row. Memory: the kernel's windows, and some ten thousand rows. */
export class FeatureValues {
  readonly #reading: FeatureValuesOptions
  readonly #group: GroupIR
  readonly #kernel: Kernel
  readonly #events: EventCursor
  #out: FeatureColumn[] = []
  /** Rows that fit into `#out`. */
  #room = -1

  constructor(reading: FeatureValuesOptions) {
    const { target, features, events, from } = reading
    const { source, group } = target
    const columns = new Set(features.flatMap(feature => feature.columns))
    this.#reading = reading
    this.#group = { ...group, features: features.map(({ feature }) => feature) }
    this.#kernel = new Kernel(this.#group, source, { strings: events.strings })
    this.#events = new EventCursor(events, source, columns, from)
  }

  /** Events applied. */
  get applied(): number {
    return this.#events.eventsRead
  }

  /** Features of all rows of a chunk, in several parts. */
  *at(chunk: RowChunk): Generator<FeatureChunk> {
    const { known } = this.#reading.target.behind
    const cuts = known === 0 ? chunk.t : chunk.t.map(t => t - known)
    for (let row = 0; row < chunk.length;) {
      const { length } = chunk
      const { peek: next } = this.#events
      const last = next?.arrival[next.length - 1] ?? Infinity
      // Rows that see the last of these events may see some of the next block.
      const to = last > cuts[length - 1] ? length : firstFrom(cuts, row, last)
      const upto = next ? countUpTo(next.arrival, cuts.subarray(row, to)) : new Int32Array(to - row)
      const count = to < length ? next!.length : (upto.at(-1) ?? 0)
      const events = this.#events.read(count)
      if (to > row) yield this.#read(chunk, row, to, events, upto)
      else this.#kernel.apply(events)
      row = to
    }
  }

  #read(chunk: RowChunk, from: number, to: number, events: Block, upto: Int32Array): FeatureChunk {
    const { target, forgotten } = this.#reading
    const keys = chunk.keys.map(column => sliceColumn(column, from, to))
    const t = chunk.t.subarray(from, to)
    const asOf = target.behind.clock === 0 ? t : t.map(time => time - target.behind.clock)
    const length = to - from
    if (length > this.#room) this.#out = featureColumns(this.#group, (this.#room = Math.max(length, EVENTS_AT_ONCE)), false)
    this.#kernel.applyAndRead(events, { length, keys, upto, asOf }, this.#out)
    if (forgotten > -Infinity) rejectIncomplete(this.#group.features, this.#out, asOf, forgotten)
    return { length, t, keys, features: this.#out }
  }
}

/** First row from `row` on whose cut is at least `time`. */
function firstFrom(cuts: Float64Array, row: number, time: number): number {
  let to = row
  while (to < cuts.length && cuts[to] < time) to++
  return to
}
