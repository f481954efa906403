/**
 * Computes labels of `begins`: does an episode that counts start within a time after the decision?
 *
 * Events are sorted by key and time once. A pass from the last to the first finds, for each event, how far events follow without a
 * gap, and where the next episode starts. A decision is a search in its key's events. Cost: O((events + decisions) log n); 28 bytes
 * per event.
 */
import { gatherArray, rowsWhere, type Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import { KeySlots, firstEntryFrom } from '../../kernel/index.ts'
import type { Labeller, VisibleEvents } from './outcomes.ts'

type BeginsIR = Extract<LabelIR, { kind: 'begins' }>

/** The labeller over the episodes of all keys. Events that arrived up to `forgotten`, UTC ms, may be missing. It takes the keys of decisions. */
export function episodeLabels(
  label: BeginsIR,
  { block, counts }: VisibleEvents,
  { strings, forgotten }: { readonly strings: Strings; readonly forgotten: number },
): Labeller {
  const { within, lasting } = label
  const keys = new KeySlots()
  const holds = compile(label.condition, { strings })(({ name }) => block.columns[name], block.length)
  const slotOf = keys.slotsOf([block.columns[label.key]], block.length, true)
  const hasCondition = (row: number): boolean => counts[row] === 1 && slotOf[row] >= 0 && !holds.nulls?.[row]
  const { arrival, sourcePosition } = block
  const rows = rowsWhere(block.length, hasCondition).sort(
    (a, b) => slotOf[a] - slotOf[b] || block.time[a] - block.time[b] || arrival[a] - arrival[b] || sourcePosition[a] - sourcePosition[b],
  )
  /** By key slot, the index of its first event; one more for the end. */
  const starts = startsOf(
    rows.map(row => slotOf[row]),
    keys.size,
  )
  const time = gatherArray(block.time, rows)
  const isTrue = Uint8Array.from(rows, row => holds.values[row])
  const { reach, onset } = scanEpisodes(label, starts, time, isTrue)
  return (ofDecisions, t, { value, known, outcome }) => {
    const slots = keys.slotsOf([ofDecisions], t.length, false)
    for (let i = 0; i < t.length; i++) {
      if (slots[i] < 0) continue
      const [from, to] = [starts[slots[i]], starts[slots[i] + 1]]
      const next = firstEntryFrom(time, 1, from, to, t[i] + 1)
      // No event is missing between it and the next, since that event would have arrived later.
      if (forgotten > -Infinity && !(next > from && time[next - 1] > forgotten)) continue
      if (next < to && onset[next] <= t[i] + within) {
        value[i] = known[i] = 1
        outcome[i] = onset[next]
      } else if (next > from && reach[next - 1] >= t[i] + within + lasting) known[i] = 1
    }
  }
}

interface Episodes {
  /** By event: the time of the last event that follows without a gap above `maxGap`. */
  readonly reach: Float64Array
  /** By event: the start of the key's first counting episode that starts at this event or later; Infinity if none. */
  readonly onset: Float64Array
}

/** Scans the events of each key, which are in order of key and time, from the last to the first. */
function scanEpisodes({ lasting, maxGap }: BeginsIR, starts: Int32Array, time: Float64Array, isTrue: Uint8Array): Episodes {
  const [reach, onset] = [new Float64Array(time.length), new Float64Array(time.length)]
  for (let slot = 0; slot < starts.length - 1; slot++) {
    const [from, to] = [starts[slot], starts[slot + 1]]
    /** The time of the last event up to which the condition holds from here on. */
    let holdsTo = -Infinity
    let firstOnset = Infinity
    for (let i = to - 1; i >= from; i--) {
      const continues = i + 1 < to && time[i + 1] - time[i] <= maxGap
      reach[i] = continues ? reach[i + 1] : time[i]
      if (isTrue[i]) holdsTo = continues && isTrue[i + 1] ? holdsTo : time[i]
      const begins = isTrue[i] && i > from && !isTrue[i - 1] && time[i] - time[i - 1] <= maxGap
      if (begins && holdsTo >= time[i] + lasting) firstOnset = time[i]
      onset[i] = firstOnset
    }
  }
  return { reach, onset }
}

/** The start of each slot's rows; `slots` are sorted. */
function startsOf(slots: Uint32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1)
  for (const slot of slots) starts[slot + 1] = starts[slot + 1] + 1
  for (let slot = 1; slot < count; slot++) starts[slot + 1] = starts[slot + 1] + starts[slot]
  return starts
}
