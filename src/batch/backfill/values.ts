/** Values of a group's features at rows that come in order of time: events are applied up to what each row knows, and read there. */
import type { FeatureColumn } from '../../aggregate/aggregate.ts'
import type { Block } from '../../columns/block.ts'
import { countUpTo } from '../../columns/order.ts'
import { columnSlice } from '../../columns/slice.ts'
import type { GroupIR } from '../../define/ir/ir.ts'
import { refuseIncomplete } from '../../kernel/incomplete.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { featureColumns } from '../../kernel/output.ts'
import type { AskedFeature, AskedGroup } from './asked.ts'
import { Cursor } from './cursor.ts'
import { PIECE, type Events } from './events.ts'
import type { RowChunk } from './rows.ts'

export interface Values extends RowChunk {
  /** Good until the next. */
  readonly features: readonly FeatureColumn[]
}

export interface Reading {
  readonly asked: AskedGroup
  readonly features: readonly AskedFeature[]
  readonly events: Events
  /** Events that arrived earlier are not read, UTC ms. */
  readonly from: number
  /** What arrived up to here is forgotten, UTC ms. */
  readonly forgotten: number
}

/** Memory is that of the kernel's windows, and of some ten thousand rows. */
export class FeatureValues {
  readonly #reading: Reading
  readonly #group: GroupIR
  readonly #kernel: Kernel
  readonly #events: Cursor
  #out: FeatureColumn[] = []
  /** Rows that `#out` has room for. */
  #room = -1

  constructor(reading: Reading) {
    const { asked, features, events, from } = reading
    const { source, group } = asked
    const columns = new Set(features.flatMap(feature => feature.columns))
    this.#reading = reading
    this.#group = { ...group, features: features.map(({ feature }) => feature) }
    this.#kernel = new Kernel(this.#group, source, { strings: events.strings })
    this.#events = new Cursor(events, source, columns, from)
  }

  /** Events applied. */
  get applied(): number {
    return this.#events.taken
  }

  /** Values of all rows of a chunk, in parts. */
  *at(chunk: RowChunk): Generator<Values> {
    const { known } = this.#reading.asked.behind
    const cuts = known === 0 ? chunk.t : chunk.t.map(t => t - known)
    for (let row = 0; row < chunk.length;) {
      const { length } = chunk
      const { next } = this.#events
      const last = next?.arrival[next.length - 1] ?? Infinity
      // Rows that know the last of these events may know some of the next ones.
      const to = last > cuts[length - 1] ? length : firstFrom(cuts, row, last)
      const upto = next ? countUpTo(next.arrival, cuts.subarray(row, to)) : new Int32Array(to - row)
      const count = to < length ? next!.length : (upto.at(-1) ?? 0)
      const events = this.#events.take(count)
      if (to > row) yield this.#read(chunk, row, to, events, upto)
      else this.#kernel.apply(events)
      row = to
    }
  }

  #read(chunk: RowChunk, from: number, to: number, events: Block, upto: Int32Array): Values {
    const { asked, forgotten } = this.#reading
    const keys = chunk.keys.map(column => columnSlice(column, from, to))
    const t = chunk.t.subarray(from, to)
    const clock = asked.behind.clock === 0 ? t : t.map(time => time - asked.behind.clock)
    const length = to - from
    if (length > this.#room) this.#out = featureColumns(this.#group, (this.#room = Math.max(length, PIECE)), false)
    this.#kernel.replay(events, { length, keys, upto, clock }, this.#out)
    if (forgotten > -Infinity) refuseIncomplete(this.#group.features, this.#out, clock, forgotten)
    return { length, t, keys, features: this.#out }
  }
}

/** The first row from `row` on whose cut is not below a moment. */
function firstFrom(cuts: Float64Array, row: number, moment: number): number {
  let to = row
  while (to < cuts.length && cuts[to] < moment) to++
  return to
}
