/**
 * Reads of a summed group, in order: two entries of the key's list a window, which only ever move forward, and the difference of what stands at them.
 *
 * The values are the kernel's to the bit: the vectors are lowered by the same code. Cost: an event and an entry are passed once, and a read costs what its windows have.
 */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import { modulo54, type MomentLayout } from '../../../aggregate/moments.ts'
import type { Reader } from '../../../kernel/build.ts'
import { CHUNK, COLUMN, PartialColumns } from '../../../kernel/chunk.ts'
import { floorTo, type Window } from '../../../kernel/window.ts'
import type { Entries } from './prefix-sums.ts'
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

/** Answers asks, those of the next rows and then of the next. */
export class SumReads {
  readonly #asks: SumAsks
  readonly #cursors: Cursor[] = []
  #row = 0

  constructor({ units }: SummedGroup, asks: SumAsks) {
    this.#asks = asks
    for (const summed of units) {
      const upto = summed.unit.before ? asks.uptoBefore : asks.upto
      let cursor = this.#cursors.find(other => other.entries === summed.entries && other.upto === upto)
      if (!cursor) this.#cursors.push((cursor = new Cursor(summed.entries, upto)))
      cursor.add(summed)
    }
  }

  /** Writes so many rows of the columns of the features that are summed, from their first on. */
  next(rows: number, out: readonly FeatureColumn[]): void {
    for (let at = 0; at < rows; at += CHUNK) {
      const some = Math.min(CHUNK, rows - at)
      for (const cursor of this.#cursors) cursor.read(this.#asks, { row: this.#row, rows: some, out, at })
      this.#row += some
    }
  }
}

/** Rows that are asked for, and where in `out` they are written. */
interface Stretch {
  readonly row: number
  readonly rows: number
  readonly out: readonly FeatureColumn[]
  readonly at: number
}

/** A window of some of the units that share entries. */
interface CursorWindow {
  readonly window: Window
  /** By slot: the first entry that is not before it. */
  readonly tails: Int32Array
  /** The places in an entry that are subtracted. */
  readonly places: Set<number>
  /** By place a column of a chunk; at 0 how many events there are. */
  readonly partials: PartialColumns
}

/** How far each key's list is known, and where windows begin in it. */
class Cursor {
  readonly entries: Entries
  readonly upto: Int32Array
  readonly #heads = new Int32Array(CHUNK)
  readonly #windows: CursorWindow[] = []
  readonly #readers: { readonly reader: Reader; readonly layout: MomentLayout; readonly partial: readonly Float64Array[] }[] = []
  /** By slot: the entry behind the last that is known. */
  readonly #known: Int32Array
  #event = 0

  constructor(entries: Entries, upto: Int32Array) {
    this.entries = entries
    this.upto = upto
    this.#known = entries.lists.begins.slice()
  }

  add({ unit, place, windows }: SummedUnit): void {
    const layout = unit.layout!
    const places = Array.from({ length: layout.width - 1 }, (_, f) => place + f)
    const kept = windows.map(window => this.#windowOf(window))
    for (const window of kept) for (const f of places) window.places.add(f)
    for (const reader of unit.readers) {
      const [view] = kept[reader.window].partials.views
      this.#readers.push({ reader, layout, partial: [0, ...places].map(f => view[f]) })
    }
  }

  /** Rows from `row` on, which follow those read last. */
  read(asks: SumAsks, { row, rows, out, at }: Stretch): void {
    const slots = asks.slots.subarray(row, row + rows)
    const clock = asks.clock.subarray(row, row + rows)
    this.#know(slots, this.upto.subarray(row, row + rows))
    for (const window of this.#windows) subtract(window, this.entries, slots, clock, this.#heads)
    for (const { reader, layout, partial } of this.#readers)
      reader.aggregate.lower({ feature: reader.feature, rows, partial, layout, clock, out: out[reader.index], at })
  }

  #windowOf(window: Window): CursorWindow {
    const same = this.#windows.find(({ window: { span, hop } }) => span === window.span && hop === window.hop)
    if (same) return same
    const { lists, width } = this.entries
    const made = { window, tails: lists.begins.slice(), places: new Set<number>(), partials: new PartialColumns(1, width) }
    this.#windows.push(made)
    return made
  }

  #know(asked: Int32Array, upto: Int32Array): void {
    const { slots } = this.entries.lists
    const known = this.#known
    const heads = this.#heads
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

/** Of the rows of a chunk the places in `data` of the entries between which the window lies. */
const [headsAt, tailsAt] = [new Int32Array(CHUNK), new Int32Array(CHUNK)]

/** Moves a window's tails to the clocks, and writes what stands between them and the heads. */
function subtract(
  { window: { span, hop }, tails, places, partials: { flat } }: CursorWindow,
  { width, data }: Entries,
  slots: Int32Array,
  clock: Float64Array,
  heads: Int32Array,
): void {
  const rows = slots.length
  // A window begins where it did until the clock is a hop further.
  let [start, until] = [-Infinity, -Infinity]
  for (let i = 0; i < rows; i++) {
    const slot = slots[i]
    const from = clock[i] - span
    if (from >= until) {
      start = floorTo(from, hop)
      until = start + hop
    }
    const head = heads[i]
    let tail = tails[slot]
    while (tail < head && data[tail * width] < start) tail++
    tails[slot] = tail
    flat[i] = head - tail
    headsAt[i] = head * width
    tailsAt[i] = tail * width
  }
  // In loops of their own: no row waits for the one before.
  for (const place of places)
    for (let i = 0, at = place * COLUMN; i < rows; i++) flat[at + i] = modulo54(data[headsAt[i] + place], -data[tailsAt[i] + place])
}
