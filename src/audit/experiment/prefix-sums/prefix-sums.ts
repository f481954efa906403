/**
 * Prefix sums of partial aggregates along each key's list: the moments of all events before each entry, as in the kernel
 * (`kernel/prefix-sums.ts`). A window is the difference of the kernel's own two vectors. The numbers of an entry are adjacent, since reads access
 * entries at random.
 */
import type { StrictOmit } from '../../../base/index.ts'
import { liftMoments, modulo54, type MomentLayout } from '../../../aggregate/index.ts'
import { sliceBlock, type Block } from '../../../columns/index.ts'
import { type KernelUnit, structureInput } from '../../../kernel/index.ts'
import type { KeyLists } from './key-lists.ts'

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

/** The entries of lists: the time, and the moments before it for each unit with the same events. */
export interface SumEntries {
  readonly lists: StrictOmit<KeyLists, 'times'>
  /** Numbers per entry. */
  readonly width: number
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
