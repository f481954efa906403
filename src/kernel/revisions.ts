import { assert, limits } from '../base/index.ts'
import { type Block, type ColumnData, ensureCapacity } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import type { KernelUnit } from './unit.ts'
import { CHUNK_READS } from './chunk.ts'
import { IdentityIndex } from './identity-index.ts'
import { EventLedger, emptyLedgerEvent, type LedgerEvent } from './event-ledger.ts'
import type { StateReader, StateWriter } from './state.ts'
import { readAt, type StructureInput, type SlotReads } from './structure.ts'
import { identityColumns, identityTexts, isDeleted } from './supersession.ts'
import type { Windows } from './window.ts'

/** Events of a block, with their slots and watermarks. */
export interface BlockEvents {
  readonly block: Block
  readonly slots: Int32Array
  readonly watermark: Float64Array
}

/** Events of a block, and each unit's view of them. */
export interface RevisableEvents extends BlockEvents {
  /** One per unit. */
  readonly inputs: readonly StructureInput[]
}

/** A snapshot kernel as some reads see it: row i belongs to read i. */
export interface SnapshotReads {
  readonly units: readonly KernelUnit[]
  /** Present if events can be superseded. */
  readonly revisions: Revisions | undefined
  readonly slots: Int32Array
  /** 1 where the read is below its key's watermark in the snapshot. */
  readonly belowWatermark: Uint8Array | undefined
}

/** Options of `Revisions`. */
interface RevisionsOptions {
  /** Events that the ledger keeps of a key. */
  readonly maxEvents?: number
  /** No identity is dropped until `finishSnapshot`: an event that it superseded may still arrive. */
  readonly isSnapshot?: boolean | undefined
}

/**
 * Applies events that can be superseded (semantics, the log): it adds retraction to structures that cannot retract.
 *
 * A ledger keeps the events that windows may still reach; an index finds the latest event of each identity. A superseded event leaves
 * the ledger, and its key becomes stale. Before a stale key is read, its structures are cleared and refilled from the ledger. So a
 * key that is revised often and read seldom is refilled once per read. An event whose later revision is already visible does not
 * count either, so the order of processing changes nothing.
 *
 * Cost: one lookup and one ledger entry per event; a read after a revision of its key costs O(events of the key in its longest
 * window).
 */
export class Revisions {
  readonly #source: SourceIR
  readonly #units: readonly KernelUnit[]
  readonly #hasBefore: boolean
  readonly #ledger: EventLedger
  readonly #identities: IdentityIndex
  /** By slot: 1 if its structures hold a superseded event. */
  #stale = new Uint8Array(0)
  /** Scratch, overwritten by `#apply`, `#supersedeOnly`, `load` and `#refill`. */
  readonly #scratch: LedgerEvent
  /** Scratch of `#refill`: one event as a structure reads it. */
  readonly #single: StructureInput = {
    slots: new Int32Array(1),
    time: new Float64Array(1),
    arrival: new Float64Array(1),
    sourcePosition: new Float64Array(1),
    value: new Float64Array(1),
    skip: undefined,
    watermark: new Float64Array(1),
  }
  /** The last event, which may trigger the reads that follow: structures with `before` do not have it yet. */
  #trigger: { readonly inputs: readonly StructureInput[]; readonly event: number } | undefined

  /** `windows` are those of all units. */
  constructor(
    source: SourceIR,
    units: readonly KernelUnit[],
    windows: Windows,
    { maxEvents = limits.REVISABLE_EVENTS_PER_KEY, isSnapshot = false }: RevisionsOptions = {},
  ) {
    const identity = identityColumns(source).length
    this.#source = source
    this.#units = units
    this.#hasBefore = units.some(({ before }) => before)
    this.#ledger = new EventLedger(windows, identity, units.length, maxEvents, [
      ...identityTexts(source),
      ...units.map(({ isText }) => isText),
    ])
    this.#identities = new IdentityIndex(identity, isSnapshot ? Infinity : source.revisable!)
    this.#scratch = emptyLedgerEvent(identity, units.length)
  }

  /** Starts to drop identities that can no longer be revised. */
  finishSnapshot(): void {
    this.#identities.setRetention(this.#source.revisable!)
  }

  get bytes(): number {
    return this.#ledger.bytes + this.#identities.bytes + this.#stale.byteLength
  }

  grow(count: number): void {
    this.#ledger.grow(count)
    this.#stale = ensureCapacity(this.#stale, count)
  }

  /**
   * Applies events and answers the reads among them; `before` is `upto` for features with `before`. A snapshot answers the reads too:
   * in it, events only supersede. `onAnswers` gets reads `fromRead` … `fromRead + rows − 1`, which are rows 0 … `rows − 1` of every unit's
   * partials.
   */
  run(
    events: RevisableEvents,
    reads: SlotReads,
    before: Int32Array,
    onAnswers: (fromRead: number, rows: number) => void,
    snapshot?: SnapshotReads,
  ): void {
    const identity = identityColumns(this.#source).map(name => events.block.columns[name])
    let event = 0
    for (let fromRead = 0; fromRead < reads.slots.length; fromRead += CHUNK_READS) {
      const rows = Math.min(CHUNK_READS, reads.slots.length - fromRead)
      for (let row = 0; row < rows; row++) {
        const read = fromRead + row
        for (; event < reads.upto[read]; event++) {
          this.#apply(events, identity, event)
          if (snapshot) snapshot.revisions!.#supersedeOnly(events, identity, event)
        }
        assert(before[read] >= event - 1, 'a read leaves out one event at most, the last that it sees')
        if (before[read] === event) this.#insertTrigger()
        this.#read(reads.slots[read], reads.asOf[read], row)
        if (snapshot) this.#merge(snapshot, reads.slots[read], snapshot.slots[read], reads.asOf[read], row)
      }
      onAnswers(fromRead, rows)
    }
    for (; event < events.block.length; event++) {
      this.#apply(events, identity, event)
      if (snapshot) snapshot.revisions!.#supersedeOnly(events, identity, event)
    }
    this.#insertTrigger()
  }

  save(slot: number, to: StateWriter): void {
    to.count(this.#stale[slot])
    this.#ledger.save(slot, to)
  }

  /**
   * Loads a slot. Other slots may be saved at other sequences: if two hold the same identity, the later event counts. The other is
   * removed at once, since its revision is among the events still to come.
   */
  load(slot: number, from: StateReader): void {
    this.#stale[slot] = from.count(1)
    this.#ledger.load(slot, from)
    const loaded: LedgerEvent[] = []
    for (const event of this.#ledger.eventsOf(slot, this.#scratch))
      loaded.push({ ...event, identity: event.identity.slice(), values: event.values.slice() })
    for (const { identity, time, arrival, sourcePosition } of loaded)
      if (!Number.isNaN(identity[0]) && !this.#supersede(identity, slot, time, arrival, sourcePosition))
        this.#removeSuperseded(slot, time, sourcePosition)
  }

  #apply({ block, slots, watermark, inputs }: RevisableEvents, identity: readonly ColumnData[], event: number): void {
    this.#insertTrigger()
    const [time, arrival, sourcePosition] = [block.time[event], block.arrival[event], block.sourcePosition[event]]
    const scratch = this.#scratch
    const slot = isDeleted(this.#source, block, event) ? -1 : slots[event]
    const hasIdentity = identify(identity, event, scratch.identity)
    // A later revision is already visible.
    if (hasIdentity && !this.#supersede(scratch.identity, slot, time, arrival, sourcePosition)) return
    // A deletion, or an event without a key, only supersedes.
    if (slot < 0) return

    scratch.time = time
    scratch.arrival = arrival
    scratch.sourcePosition = sourcePosition
    for (let u = 0; u < inputs.length; u++) scratch.values[u] = inputs[u].skip?.[event] ? NaN : inputs[u].value[event]
    if (this.#ledger.add(slot, scratch, watermark[event])) this.#lose(slot)
    // A stale key is refilled from the ledger before it is read.
    if (!this.#stale[slot]) this.#insert(inputs, event, false)
    if (this.#hasBefore) this.#trigger = { inputs, event }
  }

  /** Applies an event that counts in the other layer: it only supersedes here. */
  #supersedeOnly({ block }: RevisableEvents, identity: readonly ColumnData[], event: number): void {
    const own = this.#scratch.identity
    if (identify(identity, event, own)) this.#supersede(own, -1, block.time[event], block.arrival[event], block.sourcePosition[event])
  }

  /** Removes the earlier event of an identity. Returns false if a later one is visible. */
  #supersede(identity: Float64Array, slot: number, time: number, arrival: number, sourcePosition: number): boolean {
    const identities = this.#identities
    const latest = identities.find(identity)
    if (latest >= 0) {
      if (identities.sourcePositionOf(latest) >= sourcePosition) return false
      this.#removeSuperseded(identities.slotOf(latest), identities.timeOf(latest), identities.sourcePositionOf(latest))
    }
    identities.put(identity, slot, time, arrival, sourcePosition)
    return true
  }

  #removeSuperseded(slot: number, time: number, sourcePosition: number): void {
    if (slot >= 0 && this.#ledger.remove(slot, time, sourcePosition)) this.#stale[slot] = 1
  }

  /** Inserts an event into the structures with `before`, or into the others. */
  #insert(inputs: readonly StructureInput[], event: number, before: boolean): void {
    for (let u = 0; u < inputs.length; u++)
      if (this.#units[u].before === before && !inputs[u].skip?.[event]) this.#units[u].structure.insert(inputs[u], event)
  }

  #insertTrigger(): void {
    if (!this.#trigger) return
    const { inputs, event } = this.#trigger
    this.#trigger = undefined
    if (!this.#stale[inputs[0].slots[event]]) this.#insert(inputs, event, true)
  }

  #read(slot: number, asOf: number, row: number): void {
    if (slot >= 0 && this.#stale[slot]) this.#refill(slot, asOf)
    for (const { structure } of this.#units) readAt(structure, slot, asOf, row)
  }

  /** Reads the snapshot's slot, and merges its partials into the row of the answers. */
  #merge({ revisions, units }: SnapshotReads, slot: number, snapshotSlot: number, asOf: number, row: number): void {
    if (snapshotSlot < 0) return
    revisions!.#read(snapshotSlot, asOf, row)
    for (const [u, { structure }] of this.#units.entries()) structure.merge(units[u].structure, row, slot, snapshotSlot, asOf)
  }

  /** Refills the structures of a slot from the ledger, for reads at `asOf` and later. */
  #refill(slot: number, asOf: number): void {
    const { slots, time, arrival, sourcePosition, value, watermark } = this.#single
    const trigger = this.#triggerPosition(slot)
    for (const { structure } of this.#units) structure.clear(slot)
    slots[0] = slot
    watermark[0] = asOf
    for (const event of this.#ledger.eventsOf(slot, this.#scratch)) {
      time[0] = event.time
      arrival[0] = event.arrival
      sourcePosition[0] = event.sourcePosition
      for (let u = 0; u < this.#units.length; u++) {
        value[0] = event.values[u]
        // It does not take part.
        if (Number.isNaN(value[0])) continue
        // `#insertTrigger` inserts it later.
        if (this.#units[u].before && event.sourcePosition === trigger) continue
        this.#units[u].structure.insert(this.#single, 0)
      }
    }
    this.#stale[slot] = 0
    if (this.#ledger.newestLost(slot) > -Infinity) this.#lose(slot)
  }

  /** The position of the trigger, if it is of this slot. */
  #triggerPosition(slot: number): number | undefined {
    if (!this.#trigger) return undefined
    const { inputs, event } = this.#trigger
    return inputs[0].slots[event] === slot ? inputs[0].sourcePosition[event] : undefined
  }

  /** Rejects every window that reaches events that the ledger lost. */
  #lose(slot: number): void {
    for (const { structure } of this.#units) structure.truncations.record(slot, this.#ledger.newestLost(slot))
  }
}

/**
 * Writes the identity of an event; NaN in every column if it has none, since the columns are saved: an id of another event may name
 * a text that a restore does not have.
 */
function identify(columns: readonly ColumnData[], event: number, into: Float64Array): boolean {
  for (let i = 0; i < columns.length; i++) {
    into[i] = columns[i].values[event]
    if (columns[i].nulls?.[event]) {
      into.fill(NaN)
      return false
    }
  }
  return true
}
