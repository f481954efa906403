/**
 * `begins`: does an episode that counts start within a time after the decision?
 *
 * Events are sorted by key and time once; a pass from the last to the first finds, for each, how far one comes from it without a gap, and where the next episode starts. A
 * decision is a search in the events of its key. O((events + decisions) log n), 28 bytes an event.
 */
import type { Column } from '../../columns/block.ts'
import type { Strings } from '../../columns/strings.ts'
import type { LabelIR } from '../../define/ir/ir.ts'
import { compile } from '../../expression/index.ts'
import { Keys } from '../../kernel/keys.ts'
import { firstFrom } from '../../kernel/order.ts'
import type { Known } from './known.ts'
import type { Judge, Outcomes } from './outcomes.ts'

type BeginsIR = Extract<LabelIR, { kind: 'begins' }>

export class Episodes implements Judge {
  readonly #label: BeginsIR
  /** Events of up to then may be missing, UTC ms. */
  readonly #forgotten: number
  readonly #keys = new Keys()
  /** By key slot, the first of its events; one more for the end. */
  readonly #starts: Int32Array
  /** By event in order of key and time: its time, UTC ms. */
  readonly #time: Float64Array
  /** The time of the last event that is reached from it with no gap above `maxGap`. */
  readonly #reach: Float64Array
  /** The start of the first episode that counts and starts at it or later, of the same key; Infinity if there is none. */
  readonly #onset: Float64Array

  constructor(
    label: BeginsIR,
    { block, counts }: Known,
    { strings, forgotten }: { readonly strings: Strings; readonly forgotten: number },
  ) {
    this.#label = label
    this.#forgotten = forgotten
    const holds = compile(label.condition, { strings })(({ name }) => block.columns[name], block.length)
    const slots = this.#keys.slotsOf([block.columns[label.key]], block.length, true)
    const tells = (row: number): boolean => counts[row] === 1 && slots[row] >= 0 && !holds.nulls?.[row]
    const { time, arrival, position } = block
    const rows = Uint32Array.from({ length: block.length }, (_, row) => row)
      .filter(tells)
      .sort((a, b) => slots[a] - slots[b] || time[a] - time[b] || arrival[a] - arrival[b] || position[a] - position[b])
    this.#time = Float64Array.from(rows, row => time[row])
    this.#starts = startsOf(
      rows.map(row => slots[row]),
      this.#keys.size,
    )
    this.#reach = new Float64Array(rows.length)
    this.#onset = new Float64Array(rows.length)
    const isTrue = Uint8Array.from(rows, row => holds.values[row])
    for (let slot = 0; slot < this.#keys.size; slot++) this.#look(this.#starts[slot], this.#starts[slot + 1], isTrue)
  }

  judge(keys: Column, t: Float64Array, { value, known, outcome }: Outcomes): void {
    const { within, lasting } = this.#label
    const slots = this.#keys.slotsOf([keys], t.length, false)
    for (let i = 0; i < t.length; i++) {
      if (slots[i] < 0) continue
      const [from, to] = [this.#starts[slots[i]], this.#starts[slots[i] + 1]]
      const next = firstFrom(this.#time, 1, from, to, t[i] + 1)
      // Between it and what comes next nothing is missing, since that would have arrived later.
      if (this.#forgotten > -Infinity && !(next > from && this.#time[next - 1] > this.#forgotten)) continue
      if (next < to && this.#onset[next] <= t[i] + within) {
        value[i] = known[i] = 1
        outcome[i] = this.#onset[next]!
      } else if (next > from && this.#reach[next - 1] >= t[i] + within + lasting) known[i] = 1
    }
  }

  /** The events [from, to) of one key. */
  #look(from: number, to: number, isTrue: Uint8Array): void {
    const { lasting, maxGap } = this.#label
    const time = this.#time
    /** The time of the last event up to which the condition holds from here on. */
    let holdsTo = -Infinity
    let onset = Infinity
    for (let i = to - 1; i >= from; i--) {
      const goesOn = i + 1 < to && time[i + 1] - time[i] <= maxGap
      this.#reach[i] = goesOn ? this.#reach[i + 1] : time[i]
      if (isTrue[i]) holdsTo = goesOn && isTrue[i + 1] ? holdsTo : time[i]
      const begins = isTrue[i] && i > from && !isTrue[i - 1] && time[i] - time[i - 1] <= maxGap
      if (begins && holdsTo >= time[i] + lasting) onset = time[i]
      this.#onset[i] = onset
    }
  }
}

/** Where the rows of each slot start; `slots` are in order. */
function startsOf(slots: Uint32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1)
  for (const slot of slots) starts[slot + 1] = starts[slot + 1] + 1
  for (let slot = 1; slot < count; slot++) starts[slot + 1] = starts[slot + 1] + starts[slot]
  return starts
}
