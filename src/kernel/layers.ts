/**
 * Two layers that are read as one (semantics §5): a head that is given events, and a body beneath it that is given none. Each answers a read by the partials of its own
 * events, and the body's are combined into the head's before they are lowered.
 */
import type { Unit } from './build.ts'
import type { Revisions } from './revisions.ts'
import { readAt, type Chunk, type Lane, type Reads, type Structure } from './structure.ts'

/** A kernel as the body of some reads. */
export interface Beneath {
  readonly units: readonly Unit[]
  readonly revisions: Revisions | undefined
  readonly slots: Int32Array
  readonly evicted: Uint8Array | undefined
}

/** A unit's events and reads, and where its body's unit has their keys. */
export interface Running {
  readonly lane: Lane
  readonly reads: Reads
  readonly under: { readonly unit: Unit; readonly slots: Int32Array } | undefined
}

/**
 * Applies the events of a chunk to a head and answers its reads from both layers, as `runChunk` does from one; `under` are the body's slots. A read is merged before the next
 * event is applied, since what is merged is more than columns.
 */
export function runLayers(head: Structure, body: Structure, { lane, reads, from, to, row, rows }: Chunk, under: Int32Array): void {
  const { slots, skip } = lane
  let event = from
  for (let i = 0; i <= rows; i++) {
    const end = i < rows ? reads.upto[row + i] : to
    for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) head.insert(lane, event)
    if (i === rows) return
    const clock = reads.clock[row + i]
    readAt(head, reads.slots[row + i], clock, i)
    if (under[row + i] < 0) continue
    readAt(body, under[row + i], clock, i)
    head.merge(body, reads.slots[row + i], under[row + i], clock, i)
  }
}
