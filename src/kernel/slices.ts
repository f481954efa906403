/**
 * Saves and restores a kernel's state in slices: a slice is a range of key slots, complete as of its own log sequence.
 *
 * A slice holds the keys, the watermarks, and each structure's lists of its slots. Writing it costs time and bytes in proportion to
 * what its slots keep. Nothing in it depends on where lists are in memory.
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/index.ts'
import { canonicalJson, type ColumnIR, type GroupIR, type SourceIR } from '../define/ir/index.ts'
import type { KeyWatermarks } from './key-watermarks.ts'
import type { KeySlots } from './key-slots.ts'
import { restoreError, StateReader, type SliceHeader, type StateWriter } from './state.ts'

/** A component with state by slot. */
export interface SlotState {
  grow(count: number): void
  save(slot: number, to: StateWriter): void
  load(slot: number, from: StateReader): void
}

/** The whole state of a kernel. */
export interface KernelState {
  readonly layout: SliceHeader['layout']
  readonly keys: KeySlots
  readonly watermarks: KeyWatermarks
  readonly structures: readonly SlotState[]
  /** Its buffers are reused for every slice. */
  readonly writer: StateWriter
}

/**
 * Two numbers that differ if the states of two groups may differ in shape or meaning. Names of features and columns count; the group's name,
 * notes and `maxBytes` do not.
 */
export function layoutOf({ key, features }: GroupIR, source: SourceIR, watermark: string): SliceHeader['layout'] {
  const digest = createHash('sha256')
    .update(
      canonicalJson([
        key,
        features,
        source.columns.map(withoutTextBound),
        source.key,
        source.identity ?? null,
        source.deleted ?? null,
        watermark,
      ]),
    )
    .digest()
  return [digest.readInt32LE(0), digest.readInt32LE(4)]
}

/** The length limit of texts does not shape state: a folder keeps its state when the limit changes. */
const withoutTextBound = ({ maxBytes: _m, ...column }: ColumnIR): object => column

/** Saves slots [from, to), complete up to `sequence`. */
export function saveSlice(
  { layout, keys, watermarks, structures, writer }: KernelState,
  from: number,
  to: number,
  sequence: number,
): Uint8Array {
  assert(from >= 0 && from <= to && to <= keys.size, 'slots to save are known')
  for (const part of [keys, watermarks, ...structures]) for (let slot = from; slot < to; slot++) part.save(slot, writer)
  return writer.finish({ layout, from, to, slots: keys.size, sequence })
}

/**
 * Restores slices of the same group into a state without keys. Throws `SPILL_STATE` if a slice is damaged, of another group or
 * version, or if slots are missing or duplicated.
 */
export function restoreSlices(state: KernelState, slices: readonly Uint8Array[]): CatchUp {
  assert(state.keys.size === 0, 'state is restored into a kernel without keys')
  const readers = slices.map(slice => new StateReader(slice)).sort((a, b) => a.header.from - b.header.from || a.header.to - b.header.to)
  let slots = 0
  for (const { header } of readers) {
    checkLayout(header, state)
    if (header.from !== slots) throw restoreError(`slices are missing or overlap at slot ${Math.min(slots, header.from)}`)
    slots = header.to
  }
  const lowest = readers.reduce((a, b) => (b.header.sequence < a.header.sequence ? b : a), readers[0])?.header
  if (lowest && lowest.slots > slots)
    throw restoreError(`the oldest slice was saved with ${lowest.slots} slots, but the slices cover ${slots}`)
  const complete = new Float64Array(slots)
  for (const part of [state.watermarks, ...state.structures]) part.grow(slots)
  for (const reader of readers) {
    complete.fill(reader.header.sequence, reader.header.from, reader.header.to)
    loadSlots(state, reader)
  }
  return new CatchUp(complete, lowest?.sequence ?? -Infinity)
}

/**
 * Appends one slice; `ids` maps its string ids to those here. Throws `SPILL_STATE` as above, after which the state is unusable. The
 * caller knows the sequence of the slice.
 */
export function appendSlice(state: KernelState, slice: Uint8Array, ids: Int32Array): void {
  const reader = new StateReader(slice, ids)
  checkLayout(reader.header, state)
  loadSlots(state, reader)
}

function checkLayout({ layout }: SliceHeader, state: KernelState): void {
  if (layout.some((half, i) => half !== state.layout[i]))
    throw restoreError('it belongs to a different feature group, or to other definitions')
}

/** Loads the slots of a slice into the next slots. */
function loadSlots({ keys, watermarks, structures }: KernelState, reader: StateReader): void {
  const first = keys.size
  keys.load(reader.header.to - reader.header.from, reader)
  for (const part of [watermarks, ...structures]) {
    part.grow(keys.size)
    for (let slot = first; slot < keys.size; slot++) part.load(slot, reader)
  }
  reader.end()
}

/**
 * Replays the log into a kernel whose slots were restored as of different sequences: each slot skips the events that it already has.
 *
 * A slot is complete up to its slice's sequence. A key outside every slice has none of its events. Cost: one comparison per event,
 * and nothing after the last slice is passed.
 */
export class CatchUp {
  /** By slot: the sequence up to which it is complete, inclusive. */
  readonly #complete: Float64Array
  /** The lowest sequence of a slice; the replay starts after it. */
  readonly lowest: number
  /** The highest; no later event is skipped. */
  readonly highest: number

  constructor(complete: Float64Array, lowest: number) {
    this.#complete = complete
    this.lowest = lowest
    this.highest = complete.reduce((a, b) => Math.max(a, b), lowest)
  }

  /** Sets `slots` to −1 for events that their slots already have; row i has the sequence `sequence[from + i]`. */
  skipRestored(slots: Int32Array, sequence: Float64Array, from: number): void {
    if (slots.length === 0 || sequence[from] > this.highest) return
    const complete = this.#complete
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]
      if (slot >= 0 && slot < complete.length && sequence[from + i] <= complete[slot]) slots[i] = -1
    }
  }
}
