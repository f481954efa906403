/**
 * Computes labels of `labelFrom`: from the first event that names the triggering event.
 *
 * It reads events in order of arrival. Each decision sees those that arrived by its `t + negativeAfter`, so supersession is that of
 * this time. Cost: O(log n) per event and decision; 50 bytes per event.
 */
import { type ColumnData, RowIndex, type Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import { KeySlots, identityColumns, isDeleted } from '../../kernel/index.ts'
import { FirstRows } from './first-rows.ts'
import type { VisibleEvents } from './visible-events.ts'
import type { Labeller, Outcomes } from './outcomes.ts'

/** The outcomes of decisions by the ids that events name. */
export class JoinedOutcomes implements Labeller {
  readonly #events: VisibleEvents
  readonly #negativeAfter: number
  readonly #at: number
  readonly #value: ColumnData
  /** The ids that events name, and by event the slot of its id. */
  readonly #ids = new KeySlots()
  readonly #slots: Int32Array
  /** Finds the event that a revision supersedes. */
  readonly #identities: RowIndex | undefined
  readonly #first: FirstRows
  /** By slot: the number of events that count, and of those that were read. */
  readonly #all: Uint32Array
  readonly #read: Uint32Array
  #next = 0

  /** `events` are those visible at `at`, UTC ms. */
  constructor(
    label: Extract<LabelIR, { kind: 'from' }>,
    events: VisibleEvents,
    { strings, at }: { readonly strings: Strings; readonly at: number },
  ) {
    const { source, block, counts } = events
    this.#events = events
    this.#negativeAfter = label.negativeAfter
    this.#at = at
    this.#value = compile(label.value, { strings })(({ name }) => block.columns[name], block.length)
    const named = block.columns[label.join]
    // Most events name a different decision.
    if (!(named.values instanceof Int32Array)) this.#ids.reserveNumbers(block.length)
    this.#slots = this.#ids.slotsOf([named], block.length, true)
    const identity = identityColumns(source).map(name => block.columns[name])
    this.#identities = source.identity && new RowIndex(identity, block.length)
    this.#first = new FirstRows(block.sourcePosition, this.#ids.size)
    this.#all = new Uint32Array(this.#ids.size)
    this.#read = new Uint32Array(this.#ids.size)
    for (let row = 0; row < block.length; row++) if (this.#slots[row] >= 0) this.#all[this.#slots[row]] += counts[row]
  }

  /** `keys` are the ids of the triggering events. */
  label(keys: ColumnData, t: Float64Array, { value, known, outcome, late }: Outcomes): void {
    const slots = this.#ids.slotsOf([keys], t.length, false)
    for (let i = 0; i < t.length; i++) {
      const deadline = t[i] + this.#negativeAfter
      this.#advanceTo(deadline)
      const slot = slots[i]
      const first = slot < 0 ? -1 : this.#first.of(slot)
      if (first >= 0) {
        known[i] = this.#value.nulls?.[first] ? 0 : 1
        value[i] = known[i] && this.#value.values[first]
        if (value[i] === 1) outcome[i] = this.#events.block.time[first]!
      } else if (!keys.nulls?.[i]) known[i] = this.#at >= deadline ? 1 : 0
      if (slot >= 0) late[i] = this.#all[slot] - this.#read[slot]
    }
  }

  #advanceTo(arrival: number): void {
    const { block, source, counts } = this.#events
    for (; this.#next < block.length && block.arrival[this.#next] <= arrival; this.#next++) {
      const row = this.#next
      this.#supersede(row)
      const slot = this.#slots[row]
      if (slot < 0) continue
      this.#read[slot] += counts[row]
      if (!isDeleted(source, block, row)) this.#first.add(slot, row)
    }
  }

  /** All events of an identity are in one partition, where the greater source position is the later revision. */
  #supersede(row: number): void {
    if (!this.#identities || this.#identities.hasNull(row)) return
    const superseded = this.#identities.find(row)
    if (superseded >= 0) this.#first.remove(superseded)
    this.#identities.put(row)
  }
}
