import { assert } from '../base/assert.ts'
import { limits } from '../base/limits.ts'
import type { Block, Column } from '../columns/block.ts'
import type { SourceIR } from '../define/ir.ts'
import type { Unit } from './build.ts'
import { CHUNK } from './chunk.ts'
import { Identities } from './identities.ts'
import { Ledger, ledgerEvent, type LedgerEvent } from './ledger.ts'
import type { StateReader, StateWriter } from './state.ts'
import { readAt, type Lane, type Reads } from './structure.ts'
import { identityColumns, identityTexts, isDeleted } from './superseded.ts'
import { widened } from './widened.ts'
import type { Windows } from './window.ts'

/** Events of a block with what each unit's structure sees of them. */
export interface RevisableEvents {
  readonly block: Block
  readonly slots: Int32Array
  readonly floor: Float64Array
  /** One a unit. */
  readonly lanes: readonly Lane[]
}

/** A body, and where it has the keys of the reads. */
export interface RevisionsBeneath {
  readonly revisions: Revisions
  readonly slots: Int32Array
}

/** Answers of reads `row` … `row + rows − 1` stand in rows 0 … of every unit's partials. */
export type Answered = (row: number, rows: number) => void

/**
 * A group of a source whose events can be superseded (semantics §1): the same structures, and what it takes to retract from them.
 *
 * A ledger keeps the events that windows may still reach; an index finds the latest of each identity. A superseded event is taken
 * out of the ledger, and its key is marked: before the key is read again, its structures are cleared and filled from the ledger. (So no structure
 * needs to retract, and a key that is revised often and read seldom is filled once a read.) An event whose later revision is already
 * known does not count either, so the order of processing changes nothing.
 *
 * Cost: one look-up and one ledger entry an event; a read behind a revision of its key, O(events of the key in its longest window).
 */
export class Revisions {
  readonly #source: SourceIR
  readonly #units: readonly Unit[]
  readonly #hasBefore: boolean
  readonly #ledger: Ledger
  readonly #identities: Identities
  /** By slot: 1 if its structures hold what was superseded. */
  #stale = new Uint8Array(0)
  readonly #event: LedgerEvent
  readonly #single: Lane = {
    slots: new Int32Array(1),
    time: new Float64Array(1),
    arrival: new Float64Array(1),
    position: new Float64Array(1),
    value: new Float64Array(1),
    skip: undefined,
    floor: new Float64Array(1),
  }
  /** An event which structures of `before` have not seen yet: it may be the trigger of the reads that follow. */
  #held: { readonly lanes: readonly Lane[]; readonly event: number } | undefined

  /** `windows` are those of all units. With `isBody` no identity is forgotten until `settle`: what it has superseded may come still. */
  constructor(
    source: SourceIR,
    units: readonly Unit[],
    windows: Windows,
    maxEvents: number = limits.REVISABLE_EVENTS_PER_KEY,
    isBody = false,
  ) {
    const identity = identityColumns(source).length
    this.#source = source
    this.#units = units
    this.#hasBefore = units.some(({ before }) => before)
    this.#ledger = new Ledger(windows, identity, units.length, maxEvents, [...identityTexts(source), ...units.map(({ isText }) => isText)])
    this.#identities = new Identities(identity, isBody ? Infinity : source.revisable!)
    this.#event = ledgerEvent(identity, units.length)
  }

  /** From now on identities are forgotten that cannot be revised. */
  settle(): void {
    this.#identities.keepFor(this.#source.revisable!)
  }

  get bytes(): number {
    return this.#ledger.bytes + this.#identities.bytes + this.#stale.byteLength
  }

  grow(count: number): void {
    this.#ledger.grow(count)
    this.#stale = widened(this.#stale, count)
  }

  /**
   * Applies events and answers the reads among them; `before` is `upto` of the reads for features with `before`. A body answers them as well: in it, events do
   * nothing but supersede.
   */
  run(events: RevisableEvents, reads: Reads, before: Int32Array, answered: Answered, body?: RevisionsBeneath): void {
    const identity = identityColumns(this.#source).map(name => events.block.columns[name])
    let event = 0
    for (let row = 0; row < reads.slots.length; row += CHUNK) {
      const rows = Math.min(CHUNK, reads.slots.length - row)
      for (let i = 0; i < rows; i++) {
        for (; event < reads.upto[row + i]; event++) {
          this.#apply(events, identity, event)
          if (body) body.revisions.#passOver(events, identity, event)
        }
        assert(before[row + i] >= event - 1, 'a read leaves out one event at most, the last that it knows')
        if (before[row + i] === event) this.#release()
        this.#read(reads.slots[row + i], reads.clock[row + i], i)
        if (body) this.#merge(body, reads.slots[row + i], body.slots[row + i], reads.clock[row + i], i)
      }
      answered(row, rows)
    }
    for (; event < events.block.length; event++) {
      this.#apply(events, identity, event)
      if (body) body.revisions.#passOver(events, identity, event)
    }
    this.#release()
  }

  save(slot: number, to: StateWriter): void {
    to.count(this.#stale[slot])
    this.#ledger.save(slot, to)
  }

  /**
   * Other slots may have been saved earlier or later: where the same identity has come in two, the later event stands. The other is
   * taken out at once, since its revision is among the events that are still to come.
   */
  load(slot: number, from: StateReader): void {
    this.#stale[slot] = from.count(1)
    this.#ledger.load(slot, from)
    const loaded: LedgerEvent[] = []
    for (const event of this.#ledger.eventsOf(slot, this.#event))
      loaded.push({ ...event, identity: event.identity.slice(), values: event.values.slice() })
    for (const { identity, time, arrival, position } of loaded)
      if (!Number.isNaN(identity[0]) && !this.#supersede(identity, slot, time, arrival, position)) this.#takeOut(slot, time, position)
  }

  #apply({ block, slots, floor, lanes }: RevisableEvents, identity: readonly Column[], event: number): void {
    this.#release()
    const [time, arrival, position] = [block.time[event], block.arrival[event], block.position[event]]
    const into = this.#event
    const slot = isDeleted(this.#source, block, event) ? -1 : slots[event]
    if (identify(identity, event, into.identity) && !this.#supersede(into.identity, slot, time, arrival, position)) return
    if (slot < 0) return
    into.time = time
    into.arrival = arrival
    into.position = position
    for (let u = 0; u < lanes.length; u++) into.values[u] = lanes[u].skip?.[event] ? NaN : lanes[u].value[event]
    if (this.#ledger.add(slot, into, floor[event])) this.#lose(slot)
    if (!this.#stale[slot]) this.#insert(lanes, event, false)
    if (this.#hasBefore) this.#held = { lanes, event }
  }

  /** An event that counts elsewhere: what it supersedes does not count here any more. */
  #passOver({ block }: RevisableEvents, identity: readonly Column[], event: number): void {
    const own = this.#event.identity
    if (identify(identity, event, own)) this.#supersede(own, -1, block.time[event], block.arrival[event], block.position[event])
  }

  /** Takes the earlier event of an identity out. False if a later one is known. */
  #supersede(identity: Float64Array, slot: number, time: number, arrival: number, position: number): boolean {
    const identities = this.#identities
    const known = identities.find(identity)
    if (known >= 0) {
      if (identities.positionOf(known) >= position) return false
      this.#takeOut(identities.slotOf(known), identities.timeOf(known), identities.positionOf(known))
    }
    identities.put(identity, slot, time, arrival, position)
    return true
  }

  #takeOut(slot: number, time: number, position: number): void {
    if (slot >= 0 && this.#ledger.remove(slot, time, position)) this.#stale[slot] = 1
  }

  /** Gives an event to the structures that are `before`, or to the others. */
  #insert(lanes: readonly Lane[], event: number, before: boolean): void {
    for (let u = 0; u < lanes.length; u++)
      if (this.#units[u].before === before && !lanes[u].skip?.[event]) this.#units[u].structure.insert(lanes[u], event)
  }

  #release(): void {
    if (!this.#held) return
    const { lanes, event } = this.#held
    this.#held = undefined
    if (!this.#stale[lanes[0].slots[event]]) this.#insert(lanes, event, true)
  }

  #read(slot: number, clock: number, row: number): void {
    if (slot >= 0 && this.#stale[slot]) this.#fillAgain(slot, clock)
    for (const { structure } of this.#units) readAt(structure, slot, clock, row)
  }

  /** Reads the body's slot, and combines what it has into the row of the answers. */
  #merge({ revisions }: RevisionsBeneath, slot: number, under: number, clock: number, row: number): void {
    if (under < 0) return
    revisions.#read(under, clock, row)
    for (const [u, { structure }] of this.#units.entries()) structure.merge(revisions.#units[u].structure, slot, under, clock, row)
  }

  /** Fills the structures of a slot from the ledger, for reads at `clock` and later. */
  #fillAgain(slot: number, clock: number): void {
    const { slots, time, arrival, position, value, floor } = this.#single
    const held = this.#held && this.#held.lanes[0].slots[this.#held.event] === slot ? this.#held.lanes[0].position[this.#held.event] : NaN
    for (const { structure } of this.#units) structure.clear(slot)
    slots[0] = slot
    floor[0] = clock
    for (const event of this.#ledger.eventsOf(slot, this.#event)) {
      time[0] = event.time
      arrival[0] = event.arrival
      position[0] = event.position
      for (let u = 0; u < this.#units.length; u++) {
        value[0] = event.values[u]!
        if (Number.isNaN(value[0]) || (this.#units[u].before && event.position === held)) continue
        this.#units[u].structure.insert(this.#single, 0)
      }
    }
    this.#stale[slot] = 0
    if (this.#ledger.lostOf(slot) > -Infinity) this.#lose(slot)
  }

  /** Refuses every window that reaches what the ledger lost. */
  #lose(slot: number): void {
    for (const { structure } of this.#units) structure.lost.lose(slot, this.#ledger.lostOf(slot))
  }
}

/** Writes the identity of an event; NaN in every column if it has none. The id of a text that another event had would be saved, and restored where that text is not. */
function identify(columns: readonly Column[], event: number, into: Float64Array): boolean {
  for (let i = 0; i < columns.length; i++) {
    into[i] = columns[i].values[event]!
    if (columns[i].nulls?.[event]) {
      into.fill(NaN)
      return false
    }
  }
  return true
}
