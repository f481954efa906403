/**
 * Prefix sums of partial aggregates along each key's list: the moments of all events before each entry, as in the kernel
 * (`kernel/prefix-sums.ts`). A window is the difference of the kernel's own two vectors. The numbers of an entry are adjacent, since reads
 * access entries at random.
 */
import type { StrictOmit } from '../../../base/index.ts'
import { liftMoments, modulo54, type MomentLayout } from '../../../aggregate/index.ts'
import { sliceBlock, type Block } from '../../../columns/index.ts'
import { type KernelUnit, structureInput } from '../../../kernel/index.ts'

/**
 * Lists of events by key, in arrival order.
 *
 * Where this is also the order of event times, a window is a range of its key's list. It ends at the last visible event and begins at the
 * first event not before the window's start. Memory: 12 bytes an event and 8 a key.
 */
export interface KeyLists {
  /** By event: the slot of its key, or `keys + 1` where the event is skipped. */
  readonly slots: Int32Array
  /** By slot: the first entry of its list. Slot `keys` has no events; the skipped events after it are never read. */
  readonly begins: Int32Array
  /** By entry: the event's time. Each list ends with an extra entry, so that the end of the visible events is an entry too. */
  readonly times: Float64Array
  readonly keys: number
  readonly longest: number
}

/**
 * The lists; `undefined` where an event arrived after a later event of its key. `slots`: the slot by event, −1 for none; `skip`: 1 where
 * the event is skipped.
 */
export function keyLists(time: Float64Array, slots: Int32Array, keys: number, skip?: Uint8Array): KeyLists | undefined {
  const slotOf = new Int32Array(slots.length)
  const lengths = new Int32Array(keys + 2)
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event] < 0 || skip?.[event] ? keys + 1 : slots[event]
    slotOf[event] = slot
    lengths[slot] = lengths[slot] + 1
  }
  const begins = new Int32Array(keys + 2)
  let [entries, longest] = [0, 0]
  for (let slot = 0; slot <= keys; slot++) {
    begins[slot] = entries
    entries += lengths[slot] + 1
    longest = Math.max(longest, lengths[slot])
  }
  begins[keys + 1] = entries
  const times = timesOf(time, slotOf, begins, entries)
  return times && { slots: slotOf, begins, times, keys, longest }
}

function timesOf(time: Float64Array, slots: Int32Array, begins: Int32Array, entries: number): Float64Array | undefined {
  const times = new Float64Array(entries).fill(Infinity)
  const next = begins.slice()
  const unread = begins.length - 1
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event]
    if (slot === unread) continue
    const entry = next[slot]
    if (entry > begins[slot] && times[entry - 1] > time[event]) return undefined
    times[entry] = time[event]!
    next[slot] = entry + 1
  }
  return times
}

/** Events evaluated at a time, which bounds the memory of expressions. */
const SLICE = 1 << 16

/** The events of a history as a unit evaluates them. */
export interface EvaluatedEvents {
  readonly value: Float64Array
  /** 1 where the event is skipped; absent where none is. */
  readonly skip?: Uint8Array
}

/** Evaluates a unit's expressions over a history. */
export function evaluateEvents(unit: KernelUnit, block: Block, slots: Int32Array): EvaluatedEvents {
  const value = new Float64Array(unit.layout!.width > 1 ? block.length : 0)
  let skip: Uint8Array | undefined
  for (let from = 0; from < block.length; from += SLICE) {
    const part = sliceBlock(block, from, Math.min(from + SLICE, block.length))
    const lane = structureInput(unit, part, slots.subarray(from, from + part.length), part.arrival)
    if (value.length > 0) value.set(lane.value.subarray(0, part.length), from)
    if (!lane.skip) continue
    skip ??= new Uint8Array(block.length)
    skip.set(lane.skip.subarray(0, part.length), from)
  }
  return { value, ...(skip?.includes(1) && { skip }) }
}

/**
 * The entries of lists: the time, and the moments before it for each unit with the same events. `summed-groups.ts` gives each unit its
 * place.
 */
export interface SumEntries {
  readonly lists: StrictOmit<KeyLists, 'times'>
  /** Numbers per entry: 1 for its time, and `layout.width − 1` for each unit. */
  readonly width: number
  /** `data[e * width]` is the time of entry `e`; the moments of a unit begin at `data[e * width + place]`. */
  readonly data: Float64Array
}

/** Entries that hold the times alone. */
export function timeEntries({ times, ...lists }: KeyLists, width: number): SumEntries {
  const data = new Float64Array(times.length * width)
  for (let entry = 0; entry < times.length; entry++) data[entry * width] = times[entry]!
  return { lists, width, data }
}

/**
 * Writes the prefix sums of a unit's moments to their place in each entry. The event count is not stored: an entry's place in its list
 * gives it.
 */
export function writePrefixSums(
  { lists, width, data }: SumEntries,
  place: number,
  layout: MomentLayout,
  time: Float64Array,
  value: Float64Array,
): void {
  const moments = layout.width - 1
  if (moments === 0) return
  const vector = new Float64Array(layout.width)
  const { slots, keys } = lists
  const next = lists.begins.slice()
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event]
    if (slot > keys) continue
    liftMoments(layout, time[event], value[event], vector, 0)
    const at = next[slot] * width + place
    next[slot] = next[slot] + 1
    for (let f = 0; f < moments; f++) data[at + width + f] = modulo54(data[at + f], vector[f + 1])
  }
}
