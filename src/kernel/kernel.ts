import { SpillwayError } from '../base/errors.ts'
import { assert } from '../base/assert.ts'
import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import { refusals, type FeatureColumn } from '../aggregate/aggregate.ts'
import type { GroupIR, SourceIR } from '../define/ir.ts'
import { widened } from './arena.ts'
import { buildUnit, type Unit } from './build.ts'
import { Keys } from './keys.ts'
import { laneOf } from './lane.ts'
import { featureColumns } from './output.ts'
import { planStructures } from './plan.ts'
import { CHUNK } from './chunk.ts'
import type { Lane, Reads } from './structure.ts'
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
  /** By slot: the greatest clock read and floor applied. An ask below it is refused as evicted. */
  #floors = new Float64Array(0)

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
    return this.#units.reduce((sum, unit) => sum + unit.structure.bytes, this.#floors.byteLength)
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
  step(block: Block): FeatureColumn[] {
    const upto = new Int32Array(block.length)
    const uptoBefore = new Int32Array(block.length)
    for (let i = 0; i < block.length; i++) {
      upto[i] = i + 1
      uptoBefore[i] = i
    }
    return this.replay(block, { length: block.length, keys: this.#keyColumns(block), upto, uptoBefore, clock: block.arrival })
  }

  /** Reads keys at clocks, with everything applied so far known. */
  read(keys: readonly Column[], clock: Float64Array): FeatureColumn[] {
    const nothing: Block = { length: 0, time: empty, arrival: empty, position: empty, columns: this.#emptyColumns() }
    return this.replay(nothing, { length: clock.length, keys, upto: new Int32Array(clock.length), clock })
  }

  /**
   * Applies the block's events and answers the asks on the way: one column a feature, one row an ask. Events behind the
   * last ask are applied too.
   */
  replay(block: Block, asks: Asks): FeatureColumn[] {
    const out = featureColumns(this.group, asks.length, this.#options.exact === true)
    let row = 0
    for (let from = 0; from < block.length || row < asks.length; from += SLICE) {
      const to = Math.min(from + SLICE, block.length)
      let end = row
      while (end < asks.length && asks.upto[end] <= to) end++
      assert(to < block.length || end === asks.length, 'asks are in order and within the block')
      this.#slice(sliceOf(block, from, to), from, asks, row, end, out)
      row = end
    }
    return out
  }

  #slice(block: Block, offset: number, asks: Asks, from: number, to: number, out: FeatureColumn[]): void {
    const slots = this.#keys.slotsOf(this.#keyColumns(block), block.length, true)
    const readSlots = this.#keys.slotsOf(rowsOf(asks.keys, from, to), to - from, false)
    const known = this.#floors.length
    this.#floors = widened(this.#floors, this.#keys.size)
    this.#floors.fill(-Infinity, known)
    const floor = this.#options.floor === 'time' ? block.time : block.arrival
    const { raised, evicted } = this.#raiseFloors(slots, floor, offset, asks, from, to, readSlots)
    const clock = asks.clock.subarray(from, to)
    for (const unit of this.#units) {
      unit.structure.grow(this.#keys.size)
      const upto = unit.before && asks.uptoBefore ? asks.uptoBefore : asks.upto
      const reads = { slots: readSlots, clock, upto: inSlice(upto, from, to, offset) }
      this.#run(unit, laneOf(unit, block, slots, raised), reads, from, out)
    }
    if (evicted) refuseEvicted(evicted, from, out)
  }

  /** Applies a lane and answers the reads among its events; the first is row `at` of the output. */
  #run(unit: Unit, lane: Lane, reads: Reads, at: number, out: readonly FeatureColumn[]): void {
    const total = reads.slots.length
    for (let row = 0, from = 0; row === 0 || row < total; row += CHUNK) {
      const rows = Math.min(CHUNK, total - row)
      const to = row + rows < total ? reads.upto[row + rows - 1] : lane.slots.length
      unit.structure.run({ lane, reads, from, to, row, rows })
      this.#lower(unit, reads.clock.subarray(row, row + rows), at + row, out)
      from = to
    }
  }

  /**
   * Raises each event's floor to the greatest clock that its key has reached: a structure that has moved its tails never
   * moves them back. Finds the reads below their key's floor; they are answered by no structure.
   */
  #raiseFloors(slots: Int32Array, floor: Float64Array, offset: number, asks: Asks, from: number, to: number, readSlots: Int32Array) {
    let evicted: Uint8Array | undefined
    const raised = new Float64Array(slots.length)
    let applied = 0
    const floors = this.#floors
    const raise = (end: number) => {
      for (; applied < end; applied++) {
        const slot = slots[applied]
        if (slot < 0) continue
        if (floor[applied] > floors[slot]) floors[slot] = floor[applied]
        raised[applied] = floors[slot]
      }
    }
    for (let row = from; row < to; row++) {
      raise(asks.upto[row] - offset)
      const slot = readSlots[row - from]
      if (slot < 0) continue
      if (asks.clock[row] >= floors[slot]) floors[slot] = asks.clock[row]
      else {
        evicted ??= new Uint8Array(to - from)
        evicted[row - from] = 1
        readSlots[row - from] = -1
      }
    }
    raise(slots.length)
    return { raised, evicted }
  }

  #lower(unit: Unit, clock: Float64Array, at: number, out: readonly FeatureColumn[]): void {
    const outs = unit.readers.map(({ feature }) => out[this.group.features.indexOf(feature)])
    unit.readers.forEach(({ feature, aggregate, window }, r) => {
      const partial = unit.structure.partials[window]
      aggregate.lower({ feature, rows: clock.length, partial, layout: unit.layout, clock, out: outs[r], at })
    })
    if (unit.structure.lost.any) refuseLost(unit, clock, at, outs)
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

/** What asks [from, to) know of a block, as numbers of events of its slice that starts at `offset`. */
function inSlice(upto: Int32Array, from: number, to: number, offset: number): Int32Array {
  if (offset === 0) return upto.subarray(from, to)
  const ends = new Int32Array(to - from)
  for (let i = 0; i < ends.length; i++) ends[i] = upto[from + i] - offset
  return ends
}

/** By reader: does its window, at each read of a chunk, reach what its structure had to forget by then? */
function refuseLost({ structure: { lost }, readers }: Unit, clock: Float64Array, row: number, outs: readonly FeatureColumn[]): void {
  readers.forEach(({ span, hop }, r) => {
    for (let i = 0; i < clock.length; i++) {
      const code = lost.refusal(i, floorTo(clock[i] - span, hop))
      if (code > 0) refuse(outs[r], row + i, code)
    }
  })
  lost.nextChunk()
}

function refuse(column: FeatureColumn, row: number, code: number): void {
  column.nulls[row] = 1
  column.refused[row] = code
}

function refuseEvicted(evicted: Uint8Array, from: number, out: FeatureColumn[]): void {
  for (let i = 0; i < evicted.length; i++) {
    if (!evicted[i]) continue
    for (const column of out) refuse(column, from + i, refusals.evicted)
  }
}

function sliceOf(block: Block, from: number, to: number): Block {
  if (from === 0 && to === block.length) return block
  return {
    length: to - from,
    time: block.time.subarray(from, to),
    arrival: block.arrival.subarray(from, to),
    position: block.position.subarray(from, to),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, rowsOf([column], from, to)[0]])),
  }
}

function rowsOf(columns: readonly Column[], from: number, to: number): Column[] {
  return columns.map(({ values, nulls }) => ({ values: values.subarray(from, to), nulls: nulls?.subarray(from, to) }))
}
