/**
 * Runs the structures of a kernel over the events and reads of one pass, and writes final values.
 *
 * A structure answers reads with partials, `CHUNK_READS` rows at a time so that they stay in cache. After each chunk the aggregate of
 * each feature computes its final values from the partials of its window. Units do not depend on each other: each goes through the
 * whole pass before the next begins. Only events that can be superseded are applied to all units at once (`revisions.ts`).
 */
import type { FeatureColumn } from '../aggregate/index.ts'
import { sliceNumbers } from '../columns/index.ts'
import { CHUNK_READS } from './chunk.ts'
import { rejectTruncated } from './rejections.ts'
import type { BlockEvents, Revisions, SnapshotReads } from './revisions.ts'
import { insertEvents, readAt, runChunk, type ReadChunk, type SlotReads, type Structure } from './structure.ts'
import { structureInput, type KernelUnit } from './unit.ts'

/** The events and reads of a pass, with slots and watermarks, and the columns for their final values. */
export interface UnitPass {
  readonly events: BlockEvents
  readonly reads: SlotReads
  /** The same reads for features with `before`: only `upto` differs. */
  readonly readsBefore: SlotReads
  readonly snapshot: SnapshotReads | undefined
  /** Row of `out` for the first read. */
  readonly firstRow: number
  /** One column per feature; empty if there are no reads. */
  readonly out: readonly FeatureColumn[]
}

/** Applies the events of a pass to each unit in turn, and answers the reads. */
export function runUnits(units: readonly KernelUnit[], pass: UnitPass): void {
  for (let u = 0; u < units.length; u++) runUnit(units[u], pass.snapshot?.units[u], pass)
}

function runUnit(unit: KernelUnit, snapshotUnit: KernelUnit | undefined, pass: UnitPass): void {
  const { block, slots, watermark } = pass.events
  const input = structureInput(unit, block, slots, watermark)
  const reads = unit.before ? pass.readsBefore : pass.reads
  const total = reads.slots.length
  // Without reads there is one chunk, with all events.
  for (let fromRead = 0, fromEvent = 0; fromRead === 0 || fromRead < total; fromRead += CHUNK_READS) {
    const rows = Math.min(CHUNK_READS, total - fromRead)
    const toEvent = fromRead + rows < total ? reads.upto[fromRead + rows - 1] : slots.length
    const chunk: ReadChunk = { input, reads, fromEvent, toEvent, fromRead, rows }
    if (snapshotUnit) runWithSnapshot(unit.structure, snapshotUnit.structure, chunk, pass.snapshot!.slots)
    else runChunk(unit.structure, chunk)
    if (rows > 0)
      writeFinalValues(unit, snapshotUnit, sliceNumbers(reads.asOf, fromRead, fromRead + rows), pass.firstRow + fromRead, pass.out)
    fromEvent = toEvent
  }
}

/**
 * Applies the events of a chunk to a delta and answers its reads from both layers, as `runChunk` does from one (semantics, two layers).
 * The snapshot gets no events. `snapshotSlots` are the keys' slots in it. Each read is merged before the next event is inserted: some
 * structures merge lists of the key, as of the read, and not only the partials in the row.
 *
 * Sources with `identity` do not come here: an event in the delta may supersede one in the snapshot, so `Revisions.run` has a loop of its
 * own over both.
 */
function runWithSnapshot(
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
    delta.merge(snapshot, row, slot, snapshotSlot, asOf)
  }
  insertEvents(delta, input, event, toEvent)
}

/** Applies the events of a pass, which may supersede others, to all units together, and answers the reads. */
export function runRevisableUnits(units: readonly KernelUnit[], revisions: Revisions, pass: UnitPass): void {
  const { events, reads, readsBefore, snapshot, firstRow, out } = pass
  const inputs = units.map(unit => structureInput(unit, events.block, events.slots, events.watermark))
  const writeAnswers = (fromRead: number, rows: number): void => {
    const asOf = sliceNumbers(reads.asOf, fromRead, fromRead + rows)
    for (const [u, unit] of units.entries()) writeFinalValues(unit, snapshot?.units[u], asOf, firstRow + fromRead, out)
  }
  revisions.run({ ...events, inputs }, reads, readsBefore.upto, writeAnswers, snapshot)
}

/** Computes the final values of a chunk's reads from the partials of its windows; `row` of the columns is that of the first read. */
function writeFinalValues(
  unit: KernelUnit,
  snapshotUnit: KernelUnit | undefined,
  asOf: Float64Array,
  row: number,
  out: readonly FeatureColumn[],
): void {
  const { structure, layout } = unit
  for (const { index, aggregate, window } of unit.features)
    aggregate.finalizeRows({ rows: asOf.length, columns: structure.partials[window], layout, asOf, out: out[index], at: row })
  if (structure.truncations.any) rejectTruncated(unit, asOf, row, out)
  if (snapshotUnit?.structure.truncations.any) rejectTruncated(snapshotUnit, asOf, row, out)
}
