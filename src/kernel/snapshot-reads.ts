/**
 * Reads a delta and a snapshot as one (semantics, two layers). The delta gets events, the snapshot beneath it gets none. Each
 * layer answers a read with partials of its own events; the snapshot's are combined into the delta's before lowering.
 */
import type { KernelUnit } from './build.ts'
import type { Revisions } from './revisions.ts'
import { readAt, type ReadChunk, type StructureInput, type SlotReads, type Structure } from './structure.ts'

/** A snapshot kernel as some reads see it. */
export interface SnapshotReads {
  readonly units: readonly KernelUnit[]
  readonly revisions: Revisions | undefined
  readonly slots: Int32Array
  readonly evicted: Uint8Array | undefined
}

/** A unit's events and reads, and its snapshot unit with the slots of their keys there. */
export interface UnitRun {
  readonly input: StructureInput
  readonly reads: SlotReads
  readonly snapshotUnit: { readonly unit: KernelUnit; readonly slots: Int32Array } | undefined
}

/**
 * Applies the events of a chunk to a delta and answers its reads from both layers, as `runChunk` does from one. `snapshotSlots` are
 * the keys' slots in the snapshot. Each read is merged before the next event is applied, since merging reads more than columns.
 */
export function runWithSnapshot(
  delta: Structure,
  snapshot: Structure,
  { input, reads, from, to, row, rows }: ReadChunk,
  snapshotSlots: Int32Array,
): void {
  const { slots, skip } = input
  let event = from
  for (let i = 0; i <= rows; i++) {
    const end = i < rows ? reads.upto[row + i] : to
    for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) delta.insert(input, event)
    if (i === rows) return
    const clock = reads.clock[row + i]
    readAt(delta, reads.slots[row + i], clock, i)
    if (snapshotSlots[row + i] < 0) continue
    readAt(snapshot, snapshotSlots[row + i], clock, i)
    delta.merge(snapshot, reads.slots[row + i], snapshotSlots[row + i], clock, i)
  }
}
