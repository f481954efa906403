import { assert } from '../base/assert.ts'
import type { Block, Column } from '../columns/block.ts'
import { blockSlice, columnSlice, numbersSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { countingFrom, inSlice, rowAbove, type Asks } from './asks.ts'
import { allWindows, buildUnit, type Unit } from './build.ts'
import type { CatchUp } from './catch-up.ts'
import { Floors } from './floors.ts'
import { Keys } from './keys.ts'
import { laneOf } from './lane.ts'
import { runLayers, type Beneath, type Running } from './layers.ts'
import { clearRows, featureColumns } from './output.ts'
import { noEvents } from './no-events.ts'
import { planStructures } from './plan.ts'
import { CHUNK } from './chunk.ts'
import { refuseEvicted, refuseLost } from './refusing.ts'
import { Revisions, type RevisableEvents } from './revisions.ts'
import { layoutOf, restoreNext, restoreSlices, saveSlice, type KernelState } from './slices.ts'
import { STATE_VERSION, StateWriter } from './state.ts'
import { runChunk, type Reads } from './structure.ts'

/** Events handled at a time, which bounds the kernel's scratch memory. */
const SLICE = 1 << 16

export interface KernelOptions {
  readonly strings: Strings
  /**
   * What bounds later clocks from below as an event is applied: its arrival, for all that is read as known; its time,
   * for history read corrected, which is applied in order of (time, arrival, position).
   */
  readonly floor?: 'arrival' | 'time'
  /** Also deliver what rounding leaves out of exact sums and changes. */
  readonly exact?: boolean
  /** It is restored by `restoreNext`, while events that supersede some of its own may come already. */
  readonly isBody?: boolean
  /** Of how many distinct values a key has a sketch (`distinct.ts`), if not `SKETCH_FROM`: for tests, whose keys have few. Not told from saved state. */
  readonly sketchFrom?: number
}

/**
 * The one implementation of V(P, t) (semantics §3), for one feature group.
 *
 * Events are applied in the order of the log; reads see everything applied before them. State is one structure for each
 * set of features that see the same events (`plan.ts`), by key slot, in typed arrays. Four uses: `apply`, `step`,
 * `read`, `replay`; all are `replay` with other asks.
 */
export class Kernel {
  /** Names the format of saved state: a slice of another version is refused. */
  static readonly stateVersion: number = STATE_VERSION
  readonly group: GroupIR
  readonly #source: SourceIR
  readonly #options: KernelOptions
  readonly #nothing: Block
  readonly #units: readonly Unit[]
  readonly #keys: Keys
  /** An ask below its key's floor is refused as evicted. */
  readonly #floors = new Floors()
  /** Made when state is first saved or restored. */
  #saved: KernelState | undefined
  /** Until the restored slots are alike. */
  #catchUp: CatchUp | undefined

  /** Present where events can be superseded. */
  readonly #revisions: Revisions | undefined
  /** What keeps the events that this one was not given. */
  #body: Kernel | undefined

  constructor(group: GroupIR, source: SourceIR, options: KernelOptions) {
    this.group = group
    this.#source = source
    this.#nothing = noEvents(source)
    this.#options = options
    this.#keys = Keys.of(group, source, options.strings)
    const plans = planStructures(group, source)
    this.#units = plans.map(plan => buildUnit(plan, source, options.strings, options.sketchFrom))
    if (source.identity) this.#revisions = new Revisions(source, this.#units, allWindows(plans), undefined, options.isBody)
  }

  /** Bytes of state. */
  get bytes(): number {
    const others = this.#floors.bytes + (this.#revisions?.bytes ?? 0)
    return this.#units.reduce((sum, unit) => sum + unit.structure.bytes, others)
  }

  /** Keys with state. */
  get keys(): number {
    return this.#keys.size
  }

  /** The keys of the key slots [from, to), a column for each of the group's key columns, as reads ask for them. */
  keyColumns(from: number, to: number): Column[] {
    return this.group.key.map((name, part) => {
      const values = this.#keys.part(part, from, to)
      return { values: this.#source.columns.find(column => column.name === name)!.type === 'string' ? Int32Array.from(values) : values }
    })
  }

  /** Applies events without reading. */
  apply(block: Block): void {
    this.replay(block, this.#noAsks(block))
  }

  /**
   * Slots [from, to) of the key slots 0 … `keys` − 1 as bytes, to be restored by `restore`. `sequence` is that of the last event
   * of the log which was offered to this kernel, or any number up to the next one's: the slots are complete up to it, inclusive. The bytes are good until
   * the next call.
   */
  save(from: number, to: number, sequence: number): Uint8Array {
    return saveSlice(this.#state(), from, to, sequence)
  }

  /**
   * Restores slices that `save` gave, each perhaps at its own moment, into this kernel, which has had no event. Returns the lowest
   * sequence of a slice (−Infinity without slices): the caller then gives every event of the source behind it to `catchUp`.
   *
   * The caller guarantees: the same group, source and `floor`; strings that have the ids they had; sequences that rise along the log and
   * were those given to `save`. The slices cover every slot that there was at the lowest of their sequences: keys seen later come again
   * with their events. What is damaged, of another group or version, or has gaps is `SPILL_STATE`, and this kernel is then of no use.
   */
  restore(slices: readonly Uint8Array[]): number {
    this.#catchUp = restoreSlices(this.#state(), slices)
    return this.#catchUp.lowest
  }

  /**
   * Restores one slice behind those there are, of a kernel whose strings had other ids: `ids` gives, by those, the ids here. The slices of a kernel, all of one
   * moment and in order, make this one what that one was; `settle` ends it. Throws as `restore`.
   */
  restoreNext(slice: Uint8Array, ids: Int32Array): void {
    restoreNext(this.#state(), slice, ids)
  }

  /** Nothing is restored any more, so that identities are forgotten that cannot be revised. */
  settle(): void {
    this.#revisions?.settle()
  }

  /**
   * From now on reads are of the events of `body` as well (semantics §5): of the same group and source, with the same strings, it has events that this one is not
   * given, and is not used otherwise any more. The order in which the two had their events does not matter.
   */
  onto(body: Kernel | undefined): void {
    assert(!body || (body.#source === this.#source && body !== this), 'a body is of the same source')
    this.#body = body
  }

  /**
   * Applies events after `restore`, in order of the log; each key skips those that its slice has. `sequence` has one for each event,
   * in the numbering of `save`. Once every event of the source up to the highest sequence of a slice was given, the state is
   * that of a kernel which never stopped, and the ordinary calls go on: the first of them ends the catching up. (Reads before that would see some
   * keys as of earlier and some as of later.)
   */
  catchUp(block: Block, sequence: Float64Array): void {
    assert(sequence.length >= block.length, 'every event to catch up with has a sequence')
    if (block.length === 0) return
    if (this.#catchUp?.isOver(sequence[0])) this.#catchUp = undefined
    if (this.#catchUp) this.#replay(block, this.#noAsks(block), featureColumns(this.group, 0, this.#options.exact === true), sequence)
    else this.apply(block)
  }

  /** Applies events, with a read of its own key at each, at its arrival: as known when it was appended. */
  step(block: Block, into?: FeatureColumn[]): FeatureColumn[] {
    const upto = countingFrom(1, block.length)
    const uptoBefore = countingFrom(0, block.length)
    return this.replay(block, { length: block.length, keys: this.#keyColumns(block), upto, uptoBefore, clock: block.arrival }, into)
  }

  /** Reads keys at clocks, with everything applied so far known. `into` as of `replay`. */
  read(keys: readonly Column[], clock: Float64Array, into?: FeatureColumn[]): FeatureColumn[] {
    return this.replay(this.#nothing, { length: clock.length, keys, upto: new Int32Array(clock.length), clock }, into)
  }

  /**
   * Applies the block's events and answers the asks on the way: one column a feature, one row an ask. Events behind the
   * last ask are applied too. Columns of an earlier call are written over if given, from row 0, which saves making new ones.
   */
  replay(block: Block, asks: Asks, into?: FeatureColumn[]): FeatureColumn[] {
    if (into) for (const column of into) clearRows(column, asks.length)
    const out = into ?? featureColumns(this.group, asks.length, this.#options.exact === true)
    assert(asks.length === 0 || asks.upto[asks.length - 1] <= block.length, 'asks know events of the block')
    this.#catchUp = undefined
    this.#replay(block, asks, out)
    return out
  }

  #replay(block: Block, asks: Asks, out: FeatureColumn[], sequence?: Float64Array): void {
    let row = 0
    for (let from = 0; from < block.length || row < asks.length; from += SLICE) {
      const to = Math.min(from + SLICE, block.length)
      const end = to < block.length ? rowAbove(asks.upto, row, asks.length, to) : asks.length
      const part = blockSlice(block, from, to)
      const slots = this.#keys.slotsOf(this.#keyColumns(part), part.length, true)
      if (sequence) this.#catchUp?.mask(slots, sequence, from)
      this.#slice(part, slots, from, asks, row, end, out)
      row = end
    }
  }

  #slice(block: Block, slots: Int32Array, offset: number, asks: Asks, from: number, to: number, out: FeatureColumn[]): void {
    const readKeys = asks.keys.map(column => columnSlice(column, from, to))
    const readSlots = this.#keys.slotsOf(readKeys, to - from, false)
    const reads = { slots: readSlots, clock: numbersSlice(asks.clock, from, to), upto: inSlice(asks.upto, from, to, offset) }
    const before = asks.uptoBefore ? { ...reads, upto: inSlice(asks.uptoBefore, from, to, offset) } : reads
    const floor = (this.#options.floor === 'time' ? block.time : block.arrival).slice()
    this.#floors.grow(this.#keys.size)
    const evicted = this.#floors.raise(slots, floor, reads)
    const body = this.#body && this.#body.#beneath(readKeys, reads.clock)
    for (const unit of this.#units) unit.structure.grow(this.#keys.size)
    if (this.#revisions) this.#revise(this.#revisions, { block, slots, floor, body }, reads, before.upto, from, out)
    else
      for (let u = 0; u < this.#units.length; u++) {
        const unit = this.#units[u]
        const under = body && { unit: body.units[u], slots: body.slots }
        this.#run(unit, { lane: laneOf(unit, block, slots, floor), reads: unit.before ? before : reads, under }, from, out)
      }
    for (const rows of [evicted, body?.evicted]) if (rows) refuseEvicted(rows, from, out)
  }

  /** Applies events that may supersede others, and answers the reads among them; the first is row `at` of the output. */
  #revise(
    revisions: Revisions,
    { body, ...events }: Omit<RevisableEvents, 'lanes'> & { readonly body: Beneath | undefined },
    reads: Reads,
    before: Int32Array,
    at: number,
    out: readonly FeatureColumn[],
  ): void {
    revisions.grow(this.#keys.size)
    const lanes = this.#units.map(unit => laneOf(unit, events.block, events.slots, events.floor))
    const answered = (row: number, rows: number): void => {
      const clock = numbersSlice(reads.clock, row, row + rows)
      for (const [u, unit] of this.#units.entries()) {
        this.#lower(unit, clock, at + row, out)
        if (body?.units[u].structure.lost.any) refuseLost(body.units[u], clock, at + row, out)
      }
    }
    revisions.run({ ...events, lanes }, reads, before, answered, body?.revisions && { revisions: body.revisions, slots: body.slots })
  }

  /** Where this kernel, as a body, has the keys of some reads, and which of those it refuses: those below the clock that a key has reached here. */
  #beneath(keys: readonly Column[], clock: Float64Array): Beneath {
    const slots = this.#keys.slotsOf(keys, clock.length, false)
    const evicted = this.#floors.raise(none, empty, { slots, clock, upto: new Int32Array(clock.length) })
    return { units: this.#units, revisions: this.#revisions, slots, evicted }
  }

  /** Applies a lane and answers the reads among its events; the first is row `at` of the output. */
  #run(unit: Unit, { lane, reads, under }: Running, at: number, out: readonly FeatureColumn[]): void {
    const total = reads.slots.length
    for (let row = 0, from = 0; row === 0 || row < total; row += CHUNK) {
      const rows = Math.min(CHUNK, total - row)
      const to = row + rows < total ? reads.upto[row + rows - 1] : lane.slots.length
      const chunk = { lane, reads, from, to, row, rows }
      if (under) runLayers(unit.structure, under.unit.structure, chunk, under.slots)
      else runChunk(unit.structure, chunk)
      const clock = numbersSlice(reads.clock, row, row + rows)
      this.#lower(unit, clock, at + row, out)
      if (under?.unit.structure.lost.any) refuseLost(under.unit, clock, at + row, out)
      from = to
    }
  }

  #lower(unit: Unit, clock: Float64Array, at: number, out: readonly FeatureColumn[]): void {
    const { structure, layout } = unit
    for (const { feature, index, aggregate, window } of unit.readers)
      aggregate.lower({ feature, rows: clock.length, partial: structure.partials[window], layout, clock, out: out[index], at })
    if (structure.lost.any) refuseLost(unit, clock, at, out)
  }

  #state(): KernelState {
    this.#saved ??= {
      layout: layoutOf(this.group, this.#source, this.#options.floor ?? 'arrival'),
      keys: this.#keys,
      floors: this.#floors,
      structures: [...this.#units.map(({ structure }) => structure), ...(this.#revisions ? [this.#revisions] : [])],
      writer: new StateWriter(),
    }
    return this.#saved
  }

  #noAsks(block: Block): Asks {
    return { length: 0, keys: this.#keyColumns(block), upto: new Int32Array(0), clock: new Float64Array(0) }
  }

  #keyColumns(block: Block): Column[] {
    return this.group.key.map(name => block.columns[name])
  }
}

const none = new Int32Array(0)
const empty = new Float64Array(0)
