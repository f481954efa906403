import type { Lost } from './lost.ts'
import type { StateReader, StateWriter } from './state.ts'

/**
 * One lane's events as a structure sees them: those of a block that pass the lane's filter, with the value aggregated.
 * Row i is event i of the block.
 */
export interface Lane {
  /** The key's slot, or −1 where the event is not in the group. */
  readonly slots: Int32Array
  readonly time: Float64Array
  readonly arrival: Float64Array
  readonly position: Float64Array
  /** The input's physical value; zeros when the aggregate has no input. */
  readonly value: Float64Array
  /** 1 where the event does not take part; absent when all do. */
  readonly skip: Uint8Array | undefined
  /** The least clock that any later read of the event's key may have, as of each event; does not decrease for a key. */
  readonly floor: Float64Array
}

/** Reads among a lane's events, in order. */
export interface Reads {
  /** The key's slot, or −1 for a key without events. */
  readonly slots: Int32Array
  /** UTC ms. */
  readonly clock: Float64Array
  /** How many events of the lane are known at each read. */
  readonly upto: Int32Array
}

/** A part of a lane and of its reads: what happens between two lowerings. */
export interface Chunk {
  readonly lane: Lane
  readonly reads: Reads
  /** Events [from, to) are applied, each before the reads that know it. */
  readonly from: number
  readonly to: number
  /** Reads `row` … `row + rows − 1` are answered, at most `CHUNK`, to rows 0 … of the partials. */
  readonly row: number
  readonly rows: number
}

/**
 * What keeps the events of one lane so that its windows can be read. Every window is a suffix of the key's events by
 * time, so all windows of a structure share one list a key.
 *
 * Contract: clocks given for a slot, by floors and reads, do not decrease over reads; every event inserted has
 * `time <= clock` of every later read. Under it the order of inserts changes no value.
 */
export interface Structure {
  /** Columns of the partial of each window, `rows` long: `partials[window][column][row]`. */
  readonly partials: readonly (readonly Float64Array[])[]
  /** What the structure had to forget at a limit: windows that reach it are refused. */
  readonly lost: Lost
  readonly bytes: number
  /** Entries kept, of all keys. */
  readonly entries: number
  /** Makes room for slots 0 … count − 1. */
  grow(count: number): void
  insert(lane: Lane, event: number): void
  /** Writes the partial of every window of `slot` at clock `t` to `row`. */
  read(slot: number, t: number, row: number): void
  /** The partials of a key that has no events. */
  readNothing(row: number): void
  /**
   * Combines into `row`, at which `slot` was read at `t` (−1: nothing was), what `body` has there of the same key, read just now at its slot `under`: a structure of
   * the same shape that keeps other events.
   */
  merge(body: Structure, slot: number, under: number, t: number, row: number): void
  /** Writes all that is kept of a slot. */
  save(slot: number, to: StateWriter): void
  /** Reads into a slot that never had an event what `save` wrote, checked so that no later read can leave the slot's own entries. */
  load(slot: number, from: StateReader): void
  /** Makes a slot as if it never had an event. */
  clear(slot: number): void
}

/** Applies the events of a chunk and answers its reads. */
export function runChunk(structure: Structure, { lane, reads, from, to, row, rows }: Chunk): void {
  const { slots, skip } = lane
  let event = from
  for (let i = 0; i <= rows; i++) {
    const end = i < rows ? reads.upto[row + i] : to
    for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) structure.insert(lane, event)
    if (i === rows) return
    const slot = reads.slots[row + i]
    if (slot < 0) structure.readNothing(i)
    else {
      structure.read(slot, reads.clock[row + i], i)
      if (structure.lost.any) structure.lost.note(slot, i)
    }
  }
}

/** Answers the read of a key's slot, −1 for none, to a row of the chunk. */
export function readAt(structure: Structure, slot: number, clock: number, row: number): void {
  if (slot < 0) return structure.readNothing(row)
  structure.read(slot, clock, row)
  if (structure.lost.any) structure.lost.note(slot, row)
}
