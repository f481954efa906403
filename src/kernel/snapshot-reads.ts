/**
 * Reads a delta and its snapshot as one (semantics, two layers). The delta gets events, the snapshot gets none. Both answer a read
 * with partials of their own events, and `Structure.merge` of each structure combines the snapshot's partials into the delta's, before
 * final values are computed.
 *
 * Sources with `identity` do not come here: an event in the delta may supersede one in the snapshot, so `revisions.ts` has a loop of
 * its own over both.
 */
import type { KernelUnit } from './build.ts'
import type { Revisions } from './revisions.ts'
import { insertEvents, readAt, type ReadChunk, type Structure } from './structure.ts'

/** A snapshot kernel as some reads see it: row i belongs to read i. */
export interface SnapshotReads {
  readonly units: readonly KernelUnit[]
  readonly revisions: Revisions | undefined
  readonly slots: Int32Array
  /** 1 where the read is below its key's watermark in the snapshot. */
  readonly belowWatermark: Uint8Array | undefined
}

/**
 * Applies the events of a chunk to a delta and answers its reads from both layers, as `runChunk` does from one. `snapshotSlots` are
 * the keys' slots in the snapshot. Each read is merged before the next event is inserted: some structures merge lists of the key, as
 * of the read, and not only the partials in the row.
 */
export function runWithSnapshot(
  delta: Structure,
  snapshot: Structure,
  { input, reads, fromEvent, toEvent, fromRead, rows }: ReadChunk,
  snapshotSlots: Int32Array,
): void {
  let event = fromEvent
  for (let row = 0; row < rows; row++) {
    const read = fromRead + row
    const slot = reads.slots[read]
    const snapshotSlot = snapshotSlots[read]
    const asOf = reads.asOf[read]
    event = insertEvents(delta, input, event, reads.upto[read])
    readAt(delta, slot, asOf, row)
    if (snapshotSlot < 0) continue
    readAt(snapshot, snapshotSlot, asOf, row)
    delta.merge(snapshot, slot, snapshotSlot, asOf, row)
  }
  insertEvents(delta, input, event, toEvent)
}
