/**
 * Computes labels of `happens` and `doesNotHappen`: does an event come within a time after the decision?
 *
 * It reads events in order of arrival. Each decision sees those that arrived by its `t + within + lateness`, so supersession is that of
 * this time. An event behind `t` concerns no later decision, so it leaves its slot for good. Cost: O(log n) per event and decision; 50
 * bytes per event.
 */
import { rowsWhere, type Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import { isDeleted, KeySlots } from '../../kernel/index.ts'
import { FirstRows } from './first-rows.ts'
import type { Labeller, VisibleEvents } from './outcomes.ts'
import { supersession } from './supersession.ts'

type HappensIR = Extract<LabelIR, { kind: 'happens' }>

/** The labeller over `events`, which are those visible at `at`, UTC ms. It takes the keys of decisions. */
export function occurrenceLabels(
  label: HappensIR,
  { source, block, counts }: VisibleEvents,
  { strings, at }: { readonly strings: Strings; readonly at: number },
): Labeller {
  const { within, lateness, negated = false } = label
  const { time, arrival, length } = block
  const keys = new KeySlots()
  const slotOf = keys.slotsOf([block.columns[label.key]], length, true)
  const where = label.where && compile(label.where, { strings })(({ name }) => block.columns[name], length)
  const concerns = (row: number): boolean => slotOf[row] >= 0 && (!where || (!where.nulls?.[row] && where.values[row] === 1))
  const supersede = supersession(source, block)
  const firstRows = new FirstRows(time, keys.size)
  const lateCounts = new LateCounts(
    rowsWhere(length, row => counts[row] === 1 && concerns(row)),
    { time, arrival, slotOf, within, lateness, slots: keys.size },
  )
  let next = 0

  function advanceTo(by: number): void {
    for (; next < length && arrival[next] <= by; next++) {
      const superseded = supersede(next)
      if (superseded >= 0) firstRows.remove(superseded)
      if (concerns(next) && !isDeleted(source, block, next)) firstRows.add(slotOf[next], next)
    }
  }

  /** The row of the first event after `t`, −1 if there is none. */
  function firstAfter(slot: number, t: number): number {
    let row = firstRows.of(slot)
    while (row >= 0 && time[row] <= t) {
      firstRows.remove(row)
      row = firstRows.of(slot)
    }
    return row
  }

  return (keysOfDecisions, t, { value, known, outcome, late }) => {
    const slots = keys.slotsOf([keysOfDecisions], t.length, false)
    for (let i = 0; i < t.length; i++) {
      const [end, settledAt] = [t[i] + within, t[i] + within + lateness]
      advanceTo(settledAt)
      lateCounts.advanceTo(t[i])
      const first = slots[i] < 0 ? -1 : firstAfter(slots[i], t[i])
      const happens = first >= 0 && time[first] <= end
      known[i] = happens || at >= settledAt ? 1 : 0
      value[i] = known[i] && happens !== negated ? 1 : 0
      if (value[i] === 1) outcome[i] = negated ? end : time[first]
      if (slots[i] >= 0) late[i] = lateCounts.of(slots[i])
    }
  }
}

/**
 * Counts, for decisions in order of time, the events that are in their window and arrived after their label was settled.
 *
 * An event is late for the decisions from `time − within` (included) to the earlier of its time and `arrival − within − lateness`.
 */
class LateCounts {
  readonly #starts: readonly (readonly [t: number, slot: number])[]
  readonly #ends: readonly (readonly [t: number, slot: number])[]
  readonly #bySlot: Int32Array
  #started = 0
  #ended = 0

  constructor(
    rows: Uint32Array,
    {
      time,
      arrival,
      slotOf,
      within,
      lateness,
      slots,
    }: Pick<HappensIR, 'within' | 'lateness'> & {
      readonly time: Float64Array
      readonly arrival: Float64Array
      readonly slotOf: Int32Array
      readonly slots: number
    },
  ) {
    const isLate = rows.filter(row => arrival[row] - time[row] > lateness)
    const inOrder = (timeOf: (row: number) => number) =>
      Array.from(isLate, row => [timeOf(row), slotOf[row]] as const).sort(([a], [b]) => a - b)
    this.#starts = inOrder(row => time[row] - within)
    this.#ends = inOrder(row => Math.min(time[row], arrival[row] - within - lateness))
    this.#bySlot = new Int32Array(slots)
  }

  /** Advances to the decisions at `t`. */
  advanceTo(t: number): void {
    for (; this.#started < this.#starts.length && this.#starts[this.#started][0] <= t; this.#started++)
      this.#bySlot[this.#starts[this.#started][1]]++
    for (; this.#ended < this.#ends.length && this.#ends[this.#ended][0] <= t; this.#ended++) this.#bySlot[this.#ends[this.#ended][1]]--
  }

  /** The number of late events of a slot. */
  of(slot: number): number {
    return this.#bySlot[slot]
  }
}
