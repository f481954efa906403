import type { Arena } from './arena.ts'
import type { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import { TruncationLog } from './truncation-log.ts'

/**
 * The events of a block as one structure sees them: those that pass its filter, with the aggregated value. Row i is event i of the
 * block.
 */
export interface StructureInput {
  /** The key's slot, or −1 where the event is not in the group. */
  readonly slots: Int32Array
  readonly time: Float64Array
  readonly arrival: Float64Array
  readonly sourcePosition: Float64Array
  /** The input's physical value; zeros if the aggregate has no input. */
  readonly value: Float64Array
  /** 1 where the event does not take part; absent if all do. */
  readonly skip: Uint8Array | undefined
  /** The watermark of the event's key as of each event: no later read has an earlier as-of time. Does not decrease for a key. */
  readonly watermark: Float64Array
}

/** Reads among the events of a pass, in order. */
export interface SlotReads {
  /** The key's slot, or −1 for a key without events. */
  readonly slots: Int32Array
  /** As-of times, UTC ms. */
  readonly asOf: Float64Array
  /** Number of events that are visible to each read. */
  readonly upto: Int32Array
}

/** A range of events and reads between two computations of final values. */
export interface ReadChunk {
  readonly input: StructureInput
  readonly reads: SlotReads
  /** Events [fromEvent, toEvent) are applied, each before the reads that see it. */
  readonly fromEvent: number
  readonly toEvent: number
  /** Reads `fromRead` … `fromRead + rows − 1`, at most `CHUNK_READS`, are answered in rows 0 … `rows − 1` of the partials. */
  readonly fromRead: number
  readonly rows: number
}

/**
 * Keeps events so that their windows can be read. Every window is a suffix of the key's events by time, so all windows of a structure
 * share one list per key.
 *
 * Contract: the as-of times of a slot, of watermarks and reads, do not decrease over reads. Every inserted event has a `time` at or
 * before the as-of time of every later read. Then the order of inserts changes no value.
 */
export abstract class Structure {
  /** The columns of each window's partial, `CHUNK_READS` long: `partials[window][column][row]`. */
  readonly partials: readonly (readonly Float64Array[])[]
  /** Records of entries dropped at a limit: windows that reach them are rejected. */
  readonly truncations = new TruncationLog()
  /** The list of each key. */
  protected readonly arena: Arena
  protected readonly out: PartialColumns

  protected constructor(arena: Arena, out: PartialColumns) {
    this.arena = arena
    this.out = out
    this.partials = out.views
  }

  get bytes(): number {
    return this.arena.bytes + this.truncations.bytes
  }

  /** Kept entries of all keys. */
  get entries(): number {
    return this.arena.entries
  }

  /** Ensures room for slots 0 … count − 1. */
  grow(count: number): void {
    this.arena.grow(count)
    this.truncations.grow(count)
  }

  /** Inserts an event that takes part: its slot is not −1, and it is not in `skip`. */
  abstract insert(input: StructureInput, event: number): void

  /** Writes the partial of every window of `slot` at an as-of time to `row`. */
  abstract read(slot: number, asOf: number, row: number): void

  /** Writes the partials of a key without events to `row`. */
  readNothing(row: number): void {
    this.out.writeNothing(row)
  }

  /**
   * Merges the partials of `snapshot` into those at `row`. `snapshot` is a structure of the same shape with other events, just read
   * for the same key at its `snapshotSlot`; `slot` was read here at the same as-of time (−1: the key has no events here).
   */
  abstract merge(snapshot: this, row: number, slot: number, snapshotSlot: number, asOf: number): void

  /** Writes the state of a slot. */
  save(slot: number, to: StateWriter): void {
    this.truncations.save(slot, to)
    this.arena.save(slot, to)
  }

  /** Reads what `save` wrote into a slot without events, with checks so that no later read can leave the slot's own entries. */
  load(slot: number, from: StateReader): void {
    this.truncations.load(slot, from)
    this.arena.load(slot, from)
  }

  /** Resets a slot to one without events. */
  clear(slot: number): void {
    this.truncations.clear(slot)
    this.arena.clear(slot)
  }
}

/**
 * Applies the events of a chunk and answers its reads: the loop of every structure. It repeats `insertEvents` and `readAt`, since
 * calls of them take 5 % more time where each event is followed by a read.
 */
export function runChunk(structure: Structure, { input, reads, fromEvent, toEvent, fromRead, rows }: ReadChunk): void {
  const { slots, skip } = input
  let event = fromEvent
  for (let row = 0; row <= rows; row++) {
    const end = row < rows ? reads.upto[fromRead + row] : toEvent
    for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) structure.insert(input, event)
    if (row === rows) return
    const slot = reads.slots[fromRead + row]
    if (slot < 0) structure.readNothing(row)
    else {
      structure.read(slot, reads.asOf[fromRead + row], row)
      if (structure.truncations.any) structure.truncations.noteRead(slot, row)
    }
  }
}

/** Inserts events [from, to) that take part. Returns the next event. */
export function insertEvents(structure: Structure, input: StructureInput, from: number, to: number): number {
  const { slots, skip } = input
  let event = from
  for (; event < to; event++) if (slots[event] >= 0 && !skip?.[event]) structure.insert(input, event)
  return event
}

/** Answers a read of a slot (−1 for none) at a row of the chunk. */
export function readAt(structure: Structure, slot: number, asOf: number, row: number): void {
  if (slot < 0) return structure.readNothing(row)
  structure.read(slot, asOf, row)
  if (structure.truncations.any) structure.truncations.noteRead(slot, row)
}
