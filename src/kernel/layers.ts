/**
 * Reads a delta and a snapshot as one (semantics, two layers). The delta gets events, the snapshot beneath it gets none. Each
 * layer answers a read with partials of its own events; the snapshot's are combined into the delta's before lowering.
 */
import type { Unit } from './build.ts'
import type { Revisions } from './revisions.ts'
import { readAt, type Chunk, type Lane, type Reads, type Structure } from './structure.ts'

/** A snapshot kernel as some reads see it. */
export interface Beneath {
  readonly units: readonly Unit[]
  readonly revisions: Revisions | undefined
  readonly slots: Int32Array
  readonly evicted: Uint8Array | undefined
}

/** A unit's events and reads, and its snapshot unit with the slots of their keys there. */
export interface Running {
  readonly lane: Lane
  readonly reads: Reads
  readonly under: { readonly unit: Unit; readonly slots: Int32Array } | undefined
}

/**
 * Applies the events of a chunk to a delta and answers its reads from both layers, as `runChunk` does from one. `snapshotSlots` are
 * the keys' slots in the snapshot. Each read is merged before the next event is applied, since merging reads more than columns.
 */
export function runLayers(
  delta: Structure,
  snapshot: Structure,
  { lane, reads, from, to, row, rows }: Chunk,
  snapshotSlots: Int32Array,
): void {
  const { slots, skip } = lane
  let event = from
  for (let i = 0; i <= rows; i++) {
    const end = i < rows ? reads.upto[row + i] : to
    for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) delta.insert(lane, event)
    if (i === rows) return
    const clock = reads.clock[row + i]
    readAt(delta, reads.slots[row + i], clock, i)
    if (snapshotSlots[row + i] < 0) continue
    readAt(snapshot, snapshotSlots[row + i], clock, i)
    delta.merge(snapshot, reads.slots[row + i], snapshotSlots[row + i], clock, i)
  }
}
