/**
 * Computes labels of `begins`: does an episode that counts start within a time after the decision?
 *
 * Events are sorted by key and time once. A pass from the last to the first finds, for each event, how far events follow without a
 * gap, and where the next episode starts. A decision is a search in its key's events. Cost: O((events + decisions) log n); 28 bytes
 * per event.
 */
import type { ColumnData, Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import { KeySlots, firstEntryFrom } from '../../kernel/index.ts'
import type { VisibleEvents } from './visible-events.ts'
import type { Labeller, Outcomes } from './outcomes.ts'

type BeginsIR = Extract<LabelIR, { kind: 'begins' }>

/** The episodes of all keys. */
export class Episodes implements Labeller {
  readonly #label: BeginsIR
  /** Events that arrived up to then may be missing, UTC ms. */
  readonly #forgotten: number
  readonly #keys = new KeySlots()
  /** By key slot, the index of its first event; one more for the end. */
  readonly #starts: Int32Array
  /** By event, in order of key and time: its time, UTC ms. */
  readonly #time: Float64Array
  /** By event: the time of the last event that follows without a gap above `maxGap`. */
  readonly #reach: Float64Array
  /** By event: the start of the key's first counting episode that starts at this event or later; Infinity if none. */
  readonly #onset: Float64Array

  constructor(
    label: BeginsIR,
    { block, counts }: VisibleEvents,
    { strings, forgotten }: { readonly strings: Strings; readonly forgotten: number },
  ) {
    this.#label = label
    this.#forgotten = forgotten
    const holds = compile(label.condition, { strings })(({ name }) => block.columns[name], block.length)
    const slots = this.#keys.slotsOf([block.columns[label.key]], block.length, true)
    const hasCondition = (row: number): boolean => counts[row] === 1 && slots[row] >= 0 && !holds.nulls?.[row]
    const { time, arrival, sourcePosition } = block
    const rows = Uint32Array.from({ length: block.length }, (_, row) => row)
      .filter(hasCondition)
      .sort((a, b) => slots[a] - slots[b] || time[a] - time[b] || arrival[a] - arrival[b] || sourcePosition[a] - sourcePosition[b])
    this.#time = Float64Array.from(rows, row => time[row])
    this.#starts = startsOf(
      rows.map(row => slots[row]),
      this.#keys.size,
    )
    this.#reach = new Float64Array(rows.length)
    this.#onset = new Float64Array(rows.length)
    const isTrue = Uint8Array.from(rows, row => holds.values[row])
    for (let slot = 0; slot < this.#keys.size; slot++) this.#scan(this.#starts[slot], this.#starts[slot + 1], isTrue)
  }

  label(keys: ColumnData, t: Float64Array, { value, known, outcome }: Outcomes): void {
    const { within, lasting } = this.#label
    const slots = this.#keys.slotsOf([keys], t.length, false)
    for (let i = 0; i < t.length; i++) {
      if (slots[i] < 0) continue
      const [from, to] = [this.#starts[slots[i]], this.#starts[slots[i] + 1]]
      const next = firstEntryFrom(this.#time, 1, from, to, t[i] + 1)
      // No event is missing between it and the next, since that event would have arrived later.
      if (this.#forgotten > -Infinity && !(next > from && this.#time[next - 1] > this.#forgotten)) continue
      if (next < to && this.#onset[next] <= t[i] + within) {
        value[i] = known[i] = 1
        outcome[i] = this.#onset[next]!
      } else if (next > from && this.#reach[next - 1] >= t[i] + within + lasting) known[i] = 1
    }
  }

  /** Scans the events [from, to) of one key. */
  #scan(from: number, to: number, isTrue: Uint8Array): void {
    const { lasting, maxGap } = this.#label
    const time = this.#time
    /** The time of the last event up to which the condition holds from here on. */
    let holdsTo = -Infinity
    let onset = Infinity
    for (let i = to - 1; i >= from; i--) {
      const continues = i + 1 < to && time[i + 1] - time[i] <= maxGap
      this.#reach[i] = continues ? this.#reach[i + 1] : time[i]
      if (isTrue[i]) holdsTo = continues && isTrue[i + 1] ? holdsTo : time[i]
      const begins = isTrue[i] && i > from && !isTrue[i - 1] && time[i] - time[i - 1] <= maxGap
      if (begins && holdsTo >= time[i] + lasting) onset = time[i]
      this.#onset[i] = onset
    }
  }
}

/** The start of each slot's rows; `slots` are sorted. */
function startsOf(slots: Uint32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1)
  for (const slot of slots) starts[slot + 1] = starts[slot + 1] + 1
  for (let slot = 1; slot < count; slot++) starts[slot + 1] = starts[slot + 1] + starts[slot]
  return starts
}
