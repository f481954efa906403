/**
 * The kernel of one feature group: applies events of a log to state by key, and answers reads of features at as-of times.
 *
 * A call gets a block of events and the reads among them, as columns. It goes through both in passes of at most `EVENTS_PER_PASS`
 * events. The steps of a pass:
 *
 * 1. Cut: the events of the pass, and the reads that see no later event.
 * 2. Slots: the key of each event and read becomes a slot 0, 1, 2 …, by which all state is kept; −1 is no key.
 * 3. Watermarks: each event gets the as-of time that no later read of its key is below. A read that is below is rejected.
 * 4. Units: each structure inserts events and answers reads in order, with the partial aggregate of each window.
 * 5. Final values: each aggregate computes the output column of its feature from the partials of its window.
 *
 * Example: `count()` and `sum(x)` over 10 ms by `k`. Three events, and a read of each event's key at its arrival:
 *
 *     events     k [a, b, a]      time [1, 2, 4]   x [5, 7, 6]         slots [0, 1, 0]   watermark [1, 2, 4]
 *     reads      keys [a, b, a]   asOf [1, 2, 4]   upto [1, 2, 3]      slots [0, 1, 0]
 *     partials   of one unit, since both features see the same events: n [1, 1, 2], Σx [5, 7, 11]
 *     output     count [1, 1, 2], sum [5, 7, 11]
 */
import { assert } from '../base/index.ts'
import { emptyBlock, type Block, type ColumnData, sliceBlock, type Strings } from '../columns/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { clearRows, featureColumns, firstReadBeyond, readsOfPass, type BlockReads, type Pass } from './block-reads.ts'
import { KeyWatermarks } from './key-watermarks.ts'
import { KeySlots } from './key-slots.ts'
import { planStructures } from './plan.ts'
import { rejectBelowWatermark } from './rejections.ts'
import { Revisions, type SnapshotReads } from './revisions.ts'
import { runRevisableUnits, runUnits } from './run-units.ts'
import { layoutOf, appendSlice, restoreSlices, saveSlice, type CatchUp, type KernelState } from './slices.ts'
import { StateWriter } from './state.ts'
import { allWindows, buildUnit, type KernelUnit } from './unit.ts'

const noSlots = new Int32Array(0)
const noTimes = new Float64Array(0)

/** Events per pass, which bounds the kernel's scratch memory. */
const EVENTS_PER_PASS = 1 << 16

/** Options of a kernel; all but `strings` are for one caller each. */
export interface KernelOptions {
  readonly strings: Strings
  /** Lower bound of later as-of times when an event is applied: its arrival, or its time for `corrected`, which applies by time. */
  readonly watermark?: 'arrival' | 'time'
  /** Also deliver the rounding error of exact sums and changes. */
  readonly exact?: boolean
  /** A snapshot is filled by `appendSnapshotSlice`, and events that supersede its own may arrive meanwhile. */
  readonly isSnapshot?: boolean
  /** Distinct values from which a key has a sketch, `SKETCH_FROM` by default. For tests with few keys; saved state ignores it. */
  readonly sketchFrom?: number
}

/**
 * Computes the values of one feature group (semantics, the value). It is the only production implementation: SQL and the oracle are
 * there to check it.
 *
 * Events are applied in the order of the log; a read sees everything applied before it. State is one structure for each set of
 * features that see the same events (`plan.ts`), by key slot, in typed arrays.
 *
 * `applyAndRead` is the general call: events, and reads anywhere among them. `apply` is the call without reads, `read` that without events.
 */
export class Kernel {
  readonly group: GroupIR
  readonly #source: SourceIR
  readonly #options: KernelOptions
  readonly #noEvents: Block
  readonly #units: readonly KernelUnit[]
  readonly #keySlots: KeySlots
  /** A read below its key's watermark is rejected (`SPILL_CLOCK_EVICTED`): windows have moved past it. */
  readonly #watermarks = new KeyWatermarks()
  /** Created when state is first saved or restored. */
  #saved: KernelState | undefined
  /** From `restore` to `finishCatchUp`. */
  #catchUp: CatchUp | undefined
  /** Present if events can be superseded. */
  readonly #revisions: Revisions | undefined
  /** The kernel with the events that this one does not get. */
  #snapshot: Kernel | undefined

  constructor(group: GroupIR, source: SourceIR, options: KernelOptions) {
    this.group = group
    this.#source = source
    this.#noEvents = emptyBlock(source)
    this.#options = options
    this.#keySlots = KeySlots.of(group, source, options.strings)
    const plans = planStructures(group, source)
    this.#units = plans.map(plan => buildUnit(plan, source, options.strings, options.sketchFrom))
    if (source.identity) this.#revisions = new Revisions(source, this.#units, allWindows(plans), options)
  }

  /** Bytes of state. */
  get bytes(): number {
    const others = this.#watermarks.bytes + (this.#revisions?.bytes ?? 0)
    return this.#units.reduce((sum, unit) => sum + unit.structure.bytes, others)
  }

  /** Keys with state. */
  get keyCount(): number {
    return this.#keySlots.size
  }

  /** The keys of slots [from, to), one column per key column of the group, as reads take them. */
  keysOfSlots(from: number, to: number): ColumnData[] {
    return this.group.key.map((name, part) => {
      const values = this.#keySlots.part(part, from, to)
      return { values: this.#source.columns.find(column => column.name === name)!.type === 'string' ? Int32Array.from(values) : values }
    })
  }

  /** Applies events without reading. */
  apply(block: Block): void {
    this.applyAndRead(block, this.#noReads(block), [])
  }

  /**
   * Saves slots [from, to) of the slots 0 … `keyCount` − 1 as bytes for `restore`. `sequence` is that of the last event of the log
   * offered to this kernel, or any number up to the next one's: the slots are complete up to it, inclusive. The bytes are valid until
   * the next call.
   */
  save(from: number, to: number, sequence: number): Uint8Array {
    return saveSlice(this.#state(), from, to, sequence)
  }

  /**
   * Restores slices from `save`, each possibly of a different sequence, into this kernel, which has had no event. The caller then
   * passes the events of the source after the lowest sequence, at least up to the highest, to `catchUp`, and calls `finishCatchUp`.
   *
   * The caller guarantees the same group, source and `watermark`, strings with the same ids, and sequences that rise along the log.
   * The slices cover every slot that existed at their lowest sequence: later keys return with their events. Throws `SPILL_STATE` for
   * gaps and for a slice that is damaged, or of another group or version; this kernel is then unusable.
   *
   * Returns the lowest and the highest sequence, both −Infinity without slices.
   */
  restore(slices: readonly Uint8Array[]): Pick<CatchUp, 'lowest' | 'highest'> {
    this.#catchUp = restoreSlices(this.#state(), slices)
    return this.#catchUp
  }

  /** Fills a snapshot: appends a slice of a kernel with other string ids, which `ids` maps. `finishSnapshot` follows. Throws as `restore` does. */
  appendSnapshotSlice(slice: Uint8Array, ids: Int32Array): void {
    appendSlice(this.#state(), slice, ids)
  }

  /** Ends the filling of a snapshot: identities that can no longer be revised may be dropped from now on. */
  finishSnapshot(): void {
    this.#revisions?.finishSnapshot()
  }

  /**
   * Makes reads include the events of a snapshot (semantics, two layers): a kernel of the same group, source and strings, whose
   * events this kernel does not get, and which nothing else uses. The order in which the two got their events does not matter.
   */
  setSnapshot(snapshot: Kernel | undefined): void {
    assert(!snapshot || (snapshot.#source === this.#source && snapshot !== this), 'a snapshot is of the same source')
    this.#snapshot = snapshot
  }

  /**
   * Applies events that have no reads among them, in log order: after `restore`, where each key skips the events that its slice has, or
   * in an empty kernel. `sequence` has one number per event, numbered as for `save`. After every event up to the highest sequence of a slice, the state equals that of a kernel that never
   * stopped. Until `finishCatchUp` keys are complete up to different sequences, so all other calls with events or reads are errors.
   */
  catchUp(block: Block, sequence: Float64Array): void {
    assert(sequence.length >= block.length, 'every event to catch up with has a sequence')
    if (block.length > 0) this.#runPasses(block, this.#noReads(block), [], sequence)
  }

  /** Ends the catch-up after `restore`: every event up to the highest sequence has been passed to `catchUp`. */
  finishCatchUp(): void {
    this.#catchUp = undefined
  }

  /** Reads keys at as-of times, with all applied events visible. `into` as for `applyAndRead`. */
  read(keys: readonly ColumnData[], asOf: Float64Array, into?: FeatureColumn[]): FeatureColumn[] {
    return this.applyAndRead(this.#noEvents, { length: asOf.length, keys, upto: new Int32Array(asOf.length), asOf }, into)
  }

  /**
   * Applies the block's events and answers the reads among them: one column per feature, one row per read. Events after the last read
   * are applied too. `into` takes the columns of an earlier call, which are overwritten from row 0: that saves allocations.
   */
  applyAndRead(block: Block, reads: BlockReads, into?: FeatureColumn[]): FeatureColumn[] {
    assert(!this.#catchUp, 'a restored kernel catches up before it applies and reads')
    assert(reads.length === 0 || reads.upto[reads.length - 1] <= block.length, 'reads see events of the block only')
    if (into) for (const column of into) clearRows(column, reads.length)
    const out = into ?? featureColumns(this.group, reads.length, this.#options.exact === true)
    this.#runPasses(block, reads, out)
    return out
  }

  /** Cuts events and reads into passes. With `sequence`, events that restored slots already have are skipped. */
  #runPasses(block: Block, reads: BlockReads, out: FeatureColumn[], sequence?: Float64Array): void {
    let fromRead = 0
    for (let fromEvent = 0; fromEvent < block.length || fromRead < reads.length; fromEvent += EVENTS_PER_PASS) {
      const toEvent = Math.min(fromEvent + EVENTS_PER_PASS, block.length)
      const toRead = toEvent < block.length ? firstReadBeyond(reads.upto, fromRead, reads.length, toEvent) : reads.length
      const events = sliceBlock(block, fromEvent, toEvent)
      const slots = this.#keySlots.slotsOf(this.#keyColumns(events), events.length, true)
      if (sequence) this.#catchUp?.skipRestored(slots, sequence, fromEvent)
      this.#runPass({ events, slots, fromEvent, reads, fromRead, toRead }, out)
      fromRead = toRead
    }
  }

  /** One pass: the steps at the head of this file, from the slots of its reads on. */
  #runPass(pass: Pass, out: FeatureColumn[]): void {
    const { reads, readsBefore, keys } = readsOfPass(pass, this.#keySlots)

    // Watermarks. `advance` raises `watermark` in place, hence the copy. It sets the slots of rejected reads to −1, in `readsBefore`
    // too, which shares them: no structure answers these reads.
    const watermark = (this.#options.watermark === 'time' ? pass.events.time : pass.events.arrival).slice()
    this.#watermarks.grow(this.#keySlots.size)
    const belowWatermark = this.#watermarks.advance(pass.slots, watermark, reads)
    const snapshot = this.#snapshot && this.#snapshot.#snapshotReads(keys, reads.asOf)

    // Units and final values.
    for (const unit of this.#units) unit.structure.grow(this.#keySlots.size)
    const events = { block: pass.events, slots: pass.slots, watermark }
    const unitPass = { events, reads, readsBefore, snapshot, firstRow: pass.fromRead, out }
    if (this.#revisions) {
      this.#revisions.grow(this.#keySlots.size)
      runRevisableUnits(this.#units, this.#revisions, unitPass)
    } else runUnits(this.#units, unitPass)

    if (belowWatermark) rejectBelowWatermark(belowWatermark, pass.fromRead, out)
    if (snapshot?.belowWatermark) rejectBelowWatermark(snapshot.belowWatermark, pass.fromRead, out)
  }

  /** For a snapshot: the slots here of the keys of some reads, and the reads below their key's watermark here. */
  #snapshotReads(keys: readonly ColumnData[], asOf: Float64Array): SnapshotReads {
    const slots = this.#keySlots.slotsOf(keys, asOf.length, false)
    const belowWatermark = this.#watermarks.advance(noSlots, noTimes, { slots, asOf, upto: new Int32Array(asOf.length) })
    return { units: this.#units, revisions: this.#revisions, slots, belowWatermark }
  }

  #state(): KernelState {
    this.#saved ??= {
      layout: layoutOf(this.group, this.#source, this.#options.watermark ?? 'arrival'),
      keys: this.#keySlots,
      watermarks: this.#watermarks,
      structures: [...this.#units.map(({ structure }) => structure), ...(this.#revisions ? [this.#revisions] : [])],
      writer: new StateWriter(),
    }
    return this.#saved
  }

  #noReads(block: Block): BlockReads {
    return { length: 0, keys: this.#keyColumns(block), upto: noSlots, asOf: noTimes }
  }

  #keyColumns(block: Block): ColumnData[] {
    return this.group.key.map(name => block.columns[name])
  }
}
