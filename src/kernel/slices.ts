/**
 * The state of a kernel in slices: each a range of key slots, as complete as it was when it was taken.
 *
 * A slice holds the keys, the floors, and each structure's lists of its slots. It is written in time and bytes proportional to
 * what its slots keep, and nothing in it depends on how lists lay in memory.
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { canonicalJson } from '../define/ir/fingerprint.ts'
import type { ColumnIR, GroupIR, SourceIR } from '../define/ir/ir.ts'
import { CatchUp } from './catch-up.ts'
import type { Floors } from './floors.ts'
import type { Keys } from './keys.ts'
import { damaged, StateReader, type SliceHeader, type StateWriter } from './state.ts'

/** What keeps state by slot. */
export interface Saved {
  grow(count: number): void
  save(slot: number, to: StateWriter): void
  load(slot: number, from: StateReader): void
}

/** All state of a kernel. */
export interface KernelState {
  readonly layout: SliceHeader['layout']
  readonly keys: Keys
  readonly floors: Floors
  readonly structures: readonly Saved[]
  /** Its buffers are used for one slice after the other. */
  readonly writer: StateWriter
}

/** Two numbers that differ if the state of two groups could be of different shape or meaning. Names and notes do not matter. */
export function layoutOf({ key, features }: GroupIR, source: SourceIR, floor: string): SliceHeader['layout'] {
  const digest = createHash('sha256')
    .update(
      canonicalJson([
        key,
        features,
        source.columns.map(withoutTextBound),
        source.key,
        source.identity ?? null,
        source.deleted ?? null,
        floor,
      ]),
    )
    .digest()
  return [digest.readInt32LE(0), digest.readInt32LE(4)]
}

/** How long texts may be does not shape state: a folder whose texts were longer keeps it. */
const withoutTextBound = ({ maxBytes: _m, ...column }: ColumnIR): object => column

/** Slots [from, to), complete up to `sequence`. */
export function saveSlice(
  { layout, keys, floors, structures, writer }: KernelState,
  from: number,
  to: number,
  sequence: number,
): Uint8Array {
  assert(from >= 0 && from <= to && to <= keys.size, 'slots to save are known')
  for (const part of [keys, floors, ...structures]) for (let slot = from; slot < to; slot++) part.save(slot, writer)
  return writer.finish({ layout, from, to, slots: keys.size, sequence })
}

/**
 * Restores slices of the same group into state without keys. Throws `SPILL_STATE` if a slice is damaged, of another group or
 * version, or if slots are missing or come twice.
 */
export function restoreSlices(state: KernelState, slices: readonly Uint8Array[]): CatchUp {
  assert(state.keys.size === 0, 'state is restored into a kernel without keys')
  const readers = slices.map(slice => new StateReader(slice)).sort((a, b) => a.header.from - b.header.from || a.header.to - b.header.to)
  let slots = 0
  for (const { header } of readers) {
    if (header.layout.some((half, i) => half !== state.layout[i])) throw damaged('it is of another feature group, or of other definitions')
    if (header.from !== slots) throw damaged(`the slices are not one behind the other at slot ${Math.min(slots, header.from)}`)
    slots = header.to
  }
  const lowest = readers.reduce((a, b) => (b.header.sequence < a.header.sequence ? b : a), readers[0])?.header
  if (lowest && lowest.slots > slots) throw damaged(`the lowest slice was one of ${lowest.slots} slots, and there are slices of ${slots}`)
  const complete = new Float64Array(slots)
  for (const part of [state.floors, ...state.structures]) part.grow(slots)
  for (const reader of readers) restore(state, reader, complete)
  return new CatchUp(complete, lowest?.sequence ?? -Infinity)
}

/**
 * Restores one slice behind the slots that there are, `ids` being those that its strings have here. Throws `SPILL_STATE` as above, and the state is then of no use; how
 * complete the slice is, the caller knows.
 */
export function restoreNext(state: KernelState, slice: Uint8Array, ids: Int32Array): void {
  const reader = new StateReader(slice, ids)
  const { layout, from, to } = reader.header
  if (layout.some((half, i) => half !== state.layout[i])) throw damaged('it is of another feature group, or of other definitions')
  const { keys, floors, structures } = state
  const first = keys.size
  keys.load(to - from, reader)
  for (const part of [floors, ...structures]) {
    part.grow(keys.size)
    for (let slot = first; slot < keys.size; slot++) part.load(slot, reader)
  }
  reader.end()
}

function restore({ keys, floors, structures }: KernelState, reader: StateReader, complete: Float64Array): void {
  const { from, to, sequence } = reader.header
  complete.fill(sequence, from, to)
  keys.load(to - from, reader)
  for (const part of [floors, ...structures]) for (let slot = from; slot < to; slot++) part.load(slot, reader)
  reader.end()
}
