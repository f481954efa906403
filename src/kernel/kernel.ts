import { assert } from '../base/index.ts'
import { noEventsBlock, type Block, type ColumnData, sliceBlock, sliceColumn, sliceNumbers, type Strings } from '../columns/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { consecutiveNumbers, emptyColumns, firstReadBeyond, noSlots, noTimes, visibleInSlice, type BlockReads } from './block-reads.ts'
import { allWindows, buildUnit, type KernelUnit } from './build.ts'
import type { CatchUp } from './catch-up.ts'
import { KeyWatermarks } from './key-watermarks.ts'
import { KeySlots } from './key-slots.ts'
import { structureInput } from './structure-input.ts'
import { runWithSnapshot, type SnapshotReads, type UnitRun } from './snapshot-reads.ts'
import { clearRows, featureColumns } from './output.ts'
import { planStructures } from './plan.ts'
import { CHUNK_READS } from './chunk.ts'
import { refuseEvicted, refuseTruncated } from './refusals.ts'
import { Revisions, type BlockEvents } from './revisions.ts'
import { layoutOf, appendSlice, restoreSlices, saveSlice, type KernelState } from './slices.ts'
import { STATE_VERSION, StateWriter } from './state.ts'
import { runChunk, type ReadChunk, type SlotReads } from './structure.ts'

/** Events per slice, which bounds the kernel's scratch memory. */
const SLICE = 1 << 16

export interface KernelOptions {
  readonly strings: Strings
  /** Lower bound of later as-of times when an event is applied: its arrival, or its time for `corrected`, which applies by time. */
  readonly watermark?: 'arrival' | 'time'
  /** Also deliver the rounding error of exact sums and changes. */
  readonly exact?: boolean
  /** A snapshot is restored by `appendSlice`, and events that supersede its own may arrive meanwhile. */
  readonly isSnapshot?: boolean
  /** Distinct values from which a key has a sketch, `SKETCH_FROM` by default. For tests with few keys; saved state ignores it. */
  readonly sketchFrom?: number
}

/**
 * Computes V(P, t) for one feature group (semantics, the value). It is the only implementation.
 *
 * Events are applied in the order of the log; a read sees everything applied before it. State is one structure for each set of
 * features that see the same events (`plan.ts`), by key slot, in typed arrays.
 *
 * `apply`, `step`, `read` and `replay` all are `replay` with different reads.
 */
export class Kernel {
  /** The format of saved state: a slice of another version is refused. */
  static readonly stateVersion: number = STATE_VERSION
  readonly group: GroupIR
  readonly #source: SourceIR
  readonly #options: KernelOptions
  readonly #noEvents: Block
  readonly #units: readonly KernelUnit[]
  readonly #keys: KeySlots
  /** A read below its key's watermark is refused as evicted. */
  readonly #floors = new KeyWatermarks()
  /** Created when state is first saved or restored. */
  #saved: KernelState | undefined
  /** Set until all restored slots are complete up to the same sequence. */
  #catchUp: CatchUp | undefined
  /** Present if events can be superseded. */
  readonly #revisions: Revisions | undefined
  /** The kernel with the events that this one does not get. */
  #snapshot: Kernel | undefined

  constructor(group: GroupIR, source: SourceIR, options: KernelOptions) {
    this.group = group
    this.#source = source
    this.#noEvents = { ...noEventsBlock, columns: emptyColumns(source) }
    this.#options = options
    this.#keys = KeySlots.of(group, source, options.strings)
    const plans = planStructures(group, source)
    this.#units = plans.map(plan => buildUnit(plan, source, options.strings, options.sketchFrom))
    if (source.identity) this.#revisions = new Revisions(source, this.#units, allWindows(plans), undefined, options.isSnapshot)
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

  /** The keys of slots [from, to), one column per key column of the group, as reads take them. */
  keyColumns(from: number, to: number): ColumnData[] {
    return this.group.key.map((name, part) => {
      const values = this.#keys.part(part, from, to)
      return { values: this.#source.columns.find(column => column.name === name)!.type === 'string' ? Int32Array.from(values) : values }
    })
  }

  /** Applies events without reading. */
  apply(block: Block): void {
    this.replay(block, this.#noReads(block))
  }

  /**
   * Saves slots [from, to) of the slots 0 … `keys` − 1 as bytes for `restore`. `sequence` is that of the last event of the log
   * offered to this kernel, or any number up to the next one's: the slots are complete up to it, inclusive. The bytes are valid until
   * the next call.
   */
  save(from: number, to: number, sequence: number): Uint8Array {
    return saveSlice(this.#state(), from, to, sequence)
  }

  /**
   * Restores slices from `save`, each possibly of a different sequence, into this kernel, which has had no event. Returns the lowest
   * sequence (−Infinity without slices). The caller then passes every later event of the source to `catchUp`.
   *
   * The caller guarantees the same group, source and `watermark`, strings with the same ids, and sequences that rise along the log.
   * The slices cover every slot that existed at their lowest sequence: later keys return with their events. Throws `SPILL_STATE` for
   * gaps and for a slice that is damaged, or of another group or version; this kernel is then unusable.
   */
  restore(slices: readonly Uint8Array[]): number {
    this.#catchUp = restoreSlices(this.#state(), slices)
    return this.#catchUp.lowest
  }

  /** Appends a slice of a kernel with other string ids, which `ids` maps. `finishRestore` ends the restore. Throws as `restore` does. */
  appendSlice(slice: Uint8Array, ids: Int32Array): void {
    appendSlice(this.#state(), slice, ids)
  }

  /** Ends a restore: identities that can no longer be revised may be dropped from now on. */
  finishRestore(): void {
    this.#revisions?.finishRestore()
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
   * Applies events after `restore`, in log order; each key skips the events that its slice has. `sequence` has one number per event,
   * numbered as for `save`. After every event up to the highest sequence of a slice, the state equals that of a kernel that never
   * stopped. The first ordinary call then ends the catch-up. Earlier reads would see keys as of different sequences.
   */
  catchUp(block: Block, sequence: Float64Array): void {
    assert(sequence.length >= block.length, 'every event to catch up with has a sequence')
    if (block.length === 0) return
    if (this.#catchUp?.isOver(sequence[0])) this.#catchUp = undefined
    if (this.#catchUp) this.#replay(block, this.#noReads(block), featureColumns(this.group, 0, this.#options.exact === true), sequence)
    else this.apply(block)
  }

  /** Applies events, and reads each event's key at its arrival: the features as of its append. */
  step(block: Block, into?: FeatureColumn[]): FeatureColumn[] {
    const upto = consecutiveNumbers(1, block.length)
    const uptoBefore = consecutiveNumbers(0, block.length)
    return this.replay(block, { length: block.length, keys: this.#keyColumns(block), upto, uptoBefore, clock: block.arrival }, into)
  }

  /** Reads keys at as-of times, with all applied events visible. `into` as for `replay`. */
  read(keys: readonly ColumnData[], clock: Float64Array, into?: FeatureColumn[]): FeatureColumn[] {
    return this.replay(this.#noEvents, { length: clock.length, keys, upto: new Int32Array(clock.length), clock }, into)
  }

  /**
   * Applies the block's events and answers the reads among them: one column per feature, one row per read. Events after the last read
   * are applied too. `into` takes the columns of an earlier call, which are overwritten from row 0: that saves allocations.
   */
  replay(block: Block, blockReads: BlockReads, into?: FeatureColumn[]): FeatureColumn[] {
    if (into) for (const column of into) clearRows(column, blockReads.length)
    const out = into ?? featureColumns(this.group, blockReads.length, this.#options.exact === true)
    assert(blockReads.length === 0 || blockReads.upto[blockReads.length - 1] <= block.length, 'reads see events of the block only')
    this.#catchUp = undefined
    this.#replay(block, blockReads, out)
    return out
  }

  #replay(block: Block, blockReads: BlockReads, out: FeatureColumn[], sequence?: Float64Array): void {
    let row = 0
    for (let from = 0; from < block.length || row < blockReads.length; from += SLICE) {
      const to = Math.min(from + SLICE, block.length)
      const end = to < block.length ? firstReadBeyond(blockReads.upto, row, blockReads.length, to) : blockReads.length
      const part = sliceBlock(block, from, to)
      const slots = this.#keys.slotsOf(this.#keyColumns(part), part.length, true)
      if (sequence) this.#catchUp?.skipRestored(slots, sequence, from)
      this.#slice(part, slots, from, blockReads, row, end, out)
      row = end
    }
  }

  #slice(block: Block, slots: Int32Array, offset: number, blockReads: BlockReads, from: number, to: number, out: FeatureColumn[]): void {
    const readKeys = blockReads.keys.map(column => sliceColumn(column, from, to))
    const readSlots = this.#keys.slotsOf(readKeys, to - from, false)
    const reads = {
      slots: readSlots,
      clock: sliceNumbers(blockReads.clock, from, to),
      upto: visibleInSlice(blockReads.upto, from, to, offset),
    }
    const before = blockReads.uptoBefore ? { ...reads, upto: visibleInSlice(blockReads.uptoBefore, from, to, offset) } : reads
    const watermark = (this.#options.watermark === 'time' ? block.time : block.arrival).slice()
    this.#floors.grow(this.#keys.size)
    const evicted = this.#floors.advance(slots, watermark, reads)
    const snapshot = this.#snapshot && this.#snapshot.#snapshotReads(readKeys, reads.clock)
    for (const unit of this.#units) unit.structure.grow(this.#keys.size)
    if (this.#revisions) this.#revise(this.#revisions, { block, slots, watermark, snapshot }, reads, before.upto, from, out)
    else
      for (let u = 0; u < this.#units.length; u++) {
        const unit = this.#units[u]
        const snapshotUnit = snapshot && { unit: snapshot.units[u], slots: snapshot.slots }
        this.#run(
          unit,
          { input: structureInput(unit, block, slots, watermark), reads: unit.before ? before : reads, snapshotUnit },
          from,
          out,
        )
      }
    for (const rows of [evicted, snapshot?.evicted]) if (rows) refuseEvicted(rows, from, out)
  }

  /** Applies events that may supersede others, and answers the reads among them, the first as row `at` of the output. */
  #revise(
    revisions: Revisions,
    { snapshot, ...events }: BlockEvents & { readonly snapshot: SnapshotReads | undefined },
    reads: SlotReads,
    before: Int32Array,
    at: number,
    out: readonly FeatureColumn[],
  ): void {
    revisions.grow(this.#keys.size)
    const inputs = this.#units.map(unit => structureInput(unit, events.block, events.slots, events.watermark))
    const answered = (row: number, rows: number): void => {
      const clock = sliceNumbers(reads.clock, row, row + rows)
      for (const [u, unit] of this.#units.entries()) {
        this.#lower(unit, clock, at + row, out)
        if (snapshot?.units[u].structure.truncations.any) refuseTruncated(snapshot.units[u], clock, at + row, out)
      }
    }
    revisions.run(
      { ...events, inputs },
      reads,
      before,
      answered,
      snapshot?.revisions && { revisions: snapshot.revisions, slots: snapshot.slots },
    )
  }

  /**
   * For a snapshot: the slots of the keys of some reads, and the reads that it refuses because they are below their key's watermark
   * here.
   */
  #snapshotReads(keys: readonly ColumnData[], clock: Float64Array): SnapshotReads {
    const slots = this.#keys.slotsOf(keys, clock.length, false)
    const evicted = this.#floors.advance(noSlots, noTimes, { slots, clock, upto: new Int32Array(clock.length) })
    return { units: this.#units, revisions: this.#revisions, slots, evicted }
  }

  /** Applies a lane and answers the reads among its events. The first read is row `at` of the output. */
  #run(unit: KernelUnit, { input, reads, snapshotUnit }: UnitRun, at: number, out: readonly FeatureColumn[]): void {
    const total = reads.slots.length
    for (let row = 0, from = 0; row === 0 || row < total; row += CHUNK_READS) {
      const rows = Math.min(CHUNK_READS, total - row)
      const to = row + rows < total ? reads.upto[row + rows - 1] : input.slots.length
      const chunk: ReadChunk = { input, reads, from, to, row, rows }
      if (snapshotUnit) runWithSnapshot(unit.structure, snapshotUnit.unit.structure, chunk, snapshotUnit.slots)
      else runChunk(unit.structure, chunk)
      const clock = sliceNumbers(reads.clock, row, row + rows)
      this.#lower(unit, clock, at + row, out)
      if (snapshotUnit?.unit.structure.truncations.any) refuseTruncated(snapshotUnit.unit, clock, at + row, out)
      from = to
    }
  }

  #lower(unit: KernelUnit, clock: Float64Array, at: number, out: readonly FeatureColumn[]): void {
    const { structure, layout } = unit
    for (const { feature, index, aggregate, window } of unit.readers)
      aggregate.lower({ feature, rows: clock.length, partial: structure.partials[window], layout, clock, out: out[index], at })
    if (structure.truncations.any) refuseTruncated(unit, clock, at, out)
  }

  #state(): KernelState {
    this.#saved ??= {
      layout: layoutOf(this.group, this.#source, this.#options.watermark ?? 'arrival'),
      keys: this.#keys,
      floors: this.#floors,
      structures: [...this.#units.map(({ structure }) => structure), ...(this.#revisions ? [this.#revisions] : [])],
      writer: new StateWriter(),
    }
    return this.#saved
  }

  #noReads(block: Block): BlockReads {
    return { length: 0, keys: this.#keyColumns(block), upto: noSlots, clock: noTimes }
  }

  #keyColumns(block: Block): ColumnData[] {
    return this.group.key.map(name => block.columns[name])
  }
}
