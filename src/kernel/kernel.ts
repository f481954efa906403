import { assert } from '../base/assert.ts'
import { SpillwayError } from '../base/errors.ts'
import type { Block, Column } from '../columns/block.ts'
import { blockSlice, columnSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import { refusals, refuse, type FeatureColumn } from '../aggregate/aggregate.ts'
import type { GroupIR, SourceIR } from '../define/ir.ts'
import { buildUnit, type Unit } from './build.ts'
import { Floors } from './floors.ts'
import { Keys } from './keys.ts'
import { laneOf } from './lane.ts'
import { clearRows, featureColumns } from './output.ts'
import { planStructures } from './plan.ts'
import { CHUNK } from './chunk.ts'
import { runChunk, type Lane, type Reads } from './structure.ts'
import { floorTo } from './window.ts'

/** Events handled at a time, which bounds the kernel's scratch memory. */
const SLICE = 1 << 16

/**
 * Reads of a group in the order in which they happen: read i sees the events that came before `upto[i]` of the block,
 * at clock `clock[i]`. `upto` does not decrease, and `clock` does not for a key.
 */
export interface Asks {
  readonly length: number
  /** A column for each key column of the group; a key unknown or with a NULL reads as no events. */
  readonly keys: readonly Column[]
  /** Events of the block that are known at each read. */
  readonly upto: Int32Array
  /** The same for features with `before`: `upto`, less the triggering event where it is one of the group's. */
  readonly uptoBefore?: Int32Array
  /** UTC ms. */
  readonly clock: Float64Array
}

export interface KernelOptions {
  readonly strings: Strings
  /**
   * What bounds later clocks from below as an event is applied: its arrival, for all that is read as known; its time,
   * for history read corrected, which is applied in order of (time, arrival, position).
   */
  readonly floor?: 'arrival' | 'time'
  /** Also deliver what rounding leaves out of exact sums and changes. */
  readonly exact?: boolean
}

/**
 * The one implementation of V(P, t) (semantics §3), for one feature group.
 *
 * Events are applied in the order of the log; reads see everything applied before them. State is one structure for each
 * set of features that see the same events (`plan.ts`), by key slot, in typed arrays. Four uses: `apply`, `step`,
 * `read`, `replay`; all are `replay` with other asks.
 */
export class Kernel {
  readonly group: GroupIR
  readonly #source: SourceIR
  readonly #options: KernelOptions
  readonly #units: readonly Unit[]
  readonly #keys = new Keys()
  /** An ask below its key's floor is refused as evicted. */
  readonly #floors = new Floors()

  /** Throws `SPILL_REVISION` for a source whose events can be superseded: this kernel cannot retract. */
  constructor(group: GroupIR, source: SourceIR, options: KernelOptions) {
    if (source.identity)
      throw new SpillwayError(
        'SPILL_REVISION',
        `group '${group.name}' reads source '${source.name}', whose events can be revised (identity); the kernel cannot retract them yet`,
      )
    this.group = group
    this.#source = source
    this.#options = options
    this.#units = planStructures(group, source).map(plan => buildUnit(plan, source, options.strings))
  }

  /** Bytes of state. */
  get bytes(): number {
    return this.#units.reduce((sum, unit) => sum + unit.structure.bytes, this.#floors.bytes)
  }

  /** Keys with state. */
  get keys(): number {
    return this.#keys.size
  }

  /** Applies events without reading. */
  apply(block: Block): void {
    this.replay(block, { length: 0, keys: this.#keyColumns(block), upto: new Int32Array(0), clock: new Float64Array(0) })
  }

  /** Applies events, with a read of its own key at each, at its arrival: as known when it was appended. */
  step(block: Block, into?: FeatureColumn[]): FeatureColumn[] {
    const upto = countingFrom(1, block.length)
    const uptoBefore = countingFrom(0, block.length)
    return this.replay(block, { length: block.length, keys: this.#keyColumns(block), upto, uptoBefore, clock: block.arrival }, into)
  }

  /** Reads keys at clocks, with everything applied so far known. */
  read(keys: readonly Column[], clock: Float64Array): FeatureColumn[] {
    const nothing: Block = { length: 0, time: empty, arrival: empty, position: empty, columns: this.#emptyColumns() }
    return this.replay(nothing, { length: clock.length, keys, upto: new Int32Array(clock.length), clock })
  }

  /**
   * Applies the block's events and answers the asks on the way: one column a feature, one row an ask. Events behind the
   * last ask are applied too. Columns of an earlier call are written over if given, from row 0, which saves making new ones.
   */
  replay(block: Block, asks: Asks, into?: FeatureColumn[]): FeatureColumn[] {
    if (into) for (const column of into) clearRows(column, asks.length)
    const out = into ?? featureColumns(this.group, asks.length, this.#options.exact === true)
    assert(asks.length === 0 || asks.upto[asks.length - 1] <= block.length, 'asks know events of the block')
    let row = 0
    for (let from = 0; from < block.length || row < asks.length; from += SLICE) {
      const to = Math.min(from + SLICE, block.length)
      const end = to < block.length ? rowAbove(asks.upto, row, asks.length, to) : asks.length
      this.#slice(blockSlice(block, from, to), from, asks, row, end, out)
      row = end
    }
    return out
  }

  #slice(block: Block, offset: number, asks: Asks, from: number, to: number, out: FeatureColumn[]): void {
    const slots = this.#keys.slotsOf(this.#keyColumns(block), block.length, true)
    const readKeys = asks.keys.map(column => columnSlice(column, from, to))
    const readSlots = this.#keys.slotsOf(readKeys, to - from, false)
    const reads = { slots: readSlots, clock: asks.clock.subarray(from, to), upto: inSlice(asks.upto, from, to, offset) }
    const before = asks.uptoBefore ? { ...reads, upto: inSlice(asks.uptoBefore, from, to, offset) } : reads
    const floor = (this.#options.floor === 'time' ? block.time : block.arrival).slice()
    this.#floors.grow(this.#keys.size)
    const evicted = this.#floors.raise(slots, floor, reads)
    for (const unit of this.#units) {
      unit.structure.grow(this.#keys.size)
      this.#run(unit, laneOf(unit, block, slots, floor), unit.before ? before : reads, from, out)
    }
    if (evicted) refuseEvicted(evicted, from, out)
  }

  /** Applies a lane and answers the reads among its events; the first is row `at` of the output. */
  #run(unit: Unit, lane: Lane, reads: Reads, at: number, out: readonly FeatureColumn[]): void {
    const total = reads.slots.length
    for (let row = 0, from = 0; row === 0 || row < total; row += CHUNK) {
      const rows = Math.min(CHUNK, total - row)
      const to = row + rows < total ? reads.upto[row + rows - 1] : lane.slots.length
      runChunk(unit.structure, { lane, reads, from, to, row, rows })
      this.#lower(unit, reads.clock.subarray(row, row + rows), at + row, out)
      from = to
    }
  }

  #lower(unit: Unit, clock: Float64Array, at: number, out: readonly FeatureColumn[]): void {
    const { structure, layout } = unit
    for (const { feature, index, aggregate, window } of unit.readers)
      aggregate.lower({ feature, rows: clock.length, partial: structure.partials[window], layout, clock, out: out[index], at })
    if (structure.lost.any) refuseLost(unit, clock, at, out)
  }

  #keyColumns(block: Block): Column[] {
    return this.group.key.map(name => block.columns[name])
  }

  #emptyColumns(): Record<string, Column> {
    return Object.fromEntries(
      this.#source.columns.map(({ name, type }) => [name, { values: type === 'string' ? new Int32Array(0) : empty }]),
    )
  }
}

const empty = new Float64Array(0)

function countingFrom(first: number, length: number): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = first + i
  return numbers
}

/** The first of the asks [from, to), in order, that knows more than `events` events. */
function rowAbove(upto: Int32Array, from: number, to: number, events: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (upto[middle] > events) high = middle
    else low = middle + 1
  }
  return low
}

/** What asks [from, to) know of a block, as numbers of events of its slice that starts at `offset`. */
function inSlice(upto: Int32Array, from: number, to: number, offset: number): Int32Array {
  if (offset === 0) return upto.subarray(from, to)
  const ends = upto.slice(from, to)
  for (let i = 0; i < ends.length; i++) ends[i] = ends[i] - offset
  return ends
}

/** By reader: does its window, at each read of a chunk, reach what its structure had to forget by then? */
function refuseLost({ structure: { lost }, readers }: Unit, clock: Float64Array, row: number, out: readonly FeatureColumn[]): void {
  for (const { index, span, hop } of readers)
    for (let i = 0; i < clock.length; i++) {
      const code = lost.refusal(i, floorTo(clock[i] - span, hop))
      if (code > 0) refuse(out[index], row + i, code)
    }
  lost.nextChunk()
}

function refuseEvicted(evicted: Uint8Array, from: number, out: FeatureColumn[]): void {
  for (let i = 0; i < evicted.length; i++) {
    if (!evicted[i]) continue
    for (const column of out) refuse(column, from + i, refusals.evicted)
  }
}
