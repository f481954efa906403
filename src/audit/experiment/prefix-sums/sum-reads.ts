/**
 * Reads of a summed group, in order: two entries of the key's list a window, which only ever move forward, and the difference of what stands at them.
 *
 * The values are the kernel's to the bit: the vectors are lowered by the same code. Cost: an event and an entry are passed once, and a read costs what its windows have.
 */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import { modulo54 } from '../../../aggregate/moments.ts'
import { CHUNK, PartialColumns } from '../../../kernel/chunk.ts'
import { floorTo, type Window } from '../../../kernel/window.ts'
import type { KeyLists } from './key-lists.ts'
import type { SummedGroup, SummedUnit } from './summed-group.ts'

/** As `kernel/asks.ts` has them, of all that was summed. Neither what is known nor the clock falls, and nothing is known that arrived after the clock. */
export interface SumAsks {
  readonly length: number
  /** Slots of keys, `lists.keys` for none. */
  readonly slots: Int32Array
  readonly upto: Int32Array
  readonly uptoBefore: Int32Array
  /** UTC ms. */
  readonly clock: Float64Array
}

/** Writes the columns of the features that are summed. */
export function readSums({ units }: SummedGroup, asks: SumAsks, out: readonly FeatureColumn[]): void {
  const cursors: Cursor[] = []
  const readers = units.map(summed => new UnitReader(summed, cursors, asks))
  for (let row = 0; row < asks.length; row += CHUNK) {
    const rows = Math.min(CHUNK, asks.length - row)
    for (const cursor of cursors) cursor.move(asks, row, rows)
    for (const reader of readers) reader.lower(asks.clock.subarray(row, row + rows), row, out)
  }
}

/** How far each key's list is known, and where windows begin in it: by row of a chunk, and by window. */
class Cursor {
  readonly lists: KeyLists
  readonly upto: Int32Array
  readonly heads = new Int32Array(CHUNK)
  readonly tails: { readonly window: Window; readonly reached: Int32Array; readonly rows: Int32Array }[] = []
  /** By slot: the entry behind the last that is known. */
  readonly #known: Int32Array
  #event = 0

  constructor(lists: KeyLists, upto: Int32Array) {
    this.lists = lists
    this.upto = upto
    this.#known = lists.begins.slice()
  }

  /** The rows of the tails of a window. */
  tailsOf({ span, hop }: Window): Int32Array {
    const same = this.tails.find(({ window }) => window.span === span && window.hop === hop)
    if (same) return same.rows
    const rows = new Int32Array(CHUNK)
    this.tails.push({ window: { span, hop }, reached: this.lists.begins.slice(), rows })
    return rows
  }

  move({ slots, clock }: SumAsks, row: number, rows: number): void {
    this.#moveHeads(slots.subarray(row, row + rows), this.upto.subarray(row, row + rows))
    for (const { window, reached, rows: tails } of this.tails)
      moveTails(window, this.lists.times, slots.subarray(row, row + rows), clock.subarray(row, row + rows), this.heads, reached, tails)
  }

  #moveHeads(asked: Int32Array, upto: Int32Array): void {
    const { slots } = this.lists
    const known = this.#known
    const { heads } = this
    let event = this.#event
    for (let i = 0; i < asked.length; i++) {
      for (const end = upto[i]; event < end; event++) {
        const slot = slots[event]
        known[slot] = known[slot] + 1
      }
      heads[i] = known[asked[i]]!
    }
    this.#event = event
  }
}

function moveTails(
  { span, hop }: Window,
  times: Float64Array,
  slots: Int32Array,
  clock: Float64Array,
  heads: Int32Array,
  reached: Int32Array,
  tails: Int32Array,
): void {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]
    const start = floorTo(clock[i] - span, hop)
    const head = heads[i]
    let tail = reached[slot]
    while (tail < head && times[tail] < start) tail++
    reached[slot] = tail
    tails[i] = tail
  }
}

class UnitReader {
  readonly #summed: SummedUnit
  readonly #cursor: Cursor
  readonly #tails: readonly Int32Array[]
  readonly #partials: PartialColumns

  constructor(summed: SummedUnit, cursors: Cursor[], asks: SumAsks) {
    const { unit, lists, windows } = summed
    const upto = unit.before ? asks.uptoBefore : asks.upto
    let cursor = cursors.find(other => other.lists === lists && other.upto === upto)
    if (!cursor) cursors.push((cursor = new Cursor(lists, upto)))
    this.#summed = summed
    this.#cursor = cursor
    this.#tails = windows.map(window => cursor.tailsOf(window))
    this.#partials = new PartialColumns(windows.length, unit.layout!.width)
  }

  /** Of the rows to which the cursor has moved; the first is row `at` of the output. */
  lower(clock: Float64Array, at: number, out: readonly FeatureColumn[]): void {
    const { unit, sums } = this.#summed
    const { layout } = unit
    const { heads } = this.#cursor
    this.#tails.forEach((tails, w) => {
      const [n, ...moments] = this.#partials.views[w]
      for (let i = 0; i < clock.length; i++) n[i] = heads[i] - tails[i]
      moments.forEach((column, f) => subtract(column, sums, moments.length, f, heads, tails, clock.length))
    })
    for (const { feature, index, aggregate, window } of unit.readers)
      aggregate.lower({ feature, rows: clock.length, partial: this.#partials.views[window], layout, clock, out: out[index], at })
  }
}

function subtract(
  into: Float64Array,
  sums: Float64Array,
  width: number,
  f: number,
  heads: Int32Array,
  tails: Int32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) into[i] = modulo54(sums[heads[i] * width + f], -sums[tails[i] * width + f])
}
