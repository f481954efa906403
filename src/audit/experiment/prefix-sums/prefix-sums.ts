/**
 * What features are made of, summed along each key's list: the moments of all events before each entry, as the kernel keeps them (`kernel/sums.ts`), so that a window is the same difference of
 * the same two vectors. All that stands at an entry lies together, since a read looks at one entry and then at another, anywhere.
 */
import { liftMoments, modulo54, type MomentLayout } from '../../../aggregate/moments.ts'
import { blockSlice } from '../../../columns/slice.ts'
import type { Block } from '../../../columns/block.ts'
import type { Unit } from '../../../kernel/build.ts'
import { laneOf } from '../../../kernel/lane.ts'
import type { KeyLists } from './key-lists.ts'

/** Events that are evaluated at a time, which bounds what expressions need meanwhile. */
const SLICE = 1 << 16

/** What a unit sees of a history. */
export interface SeenEvents {
  readonly value: Float64Array
  /** 1 where the event takes no part; absent where all do. */
  readonly skip?: Uint8Array
}

export function seenBy(unit: Unit, block: Block, slots: Int32Array): SeenEvents {
  const value = new Float64Array(unit.layout!.width > 1 ? block.length : 0)
  let skip: Uint8Array | undefined
  for (let from = 0; from < block.length; from += SLICE) {
    const part = blockSlice(block, from, Math.min(from + SLICE, block.length))
    const lane = laneOf(unit, part, slots.subarray(from, from + part.length), part.arrival)
    if (value.length > 0) value.set(lane.value.subarray(0, part.length), from)
    if (!lane.skip) continue
    skip ??= new Uint8Array(block.length)
    skip.set(lane.skip.subarray(0, part.length), from)
  }
  return { value, ...(skip?.includes(1) && { skip }) }
}

/** What stands at the entries of lists: the time, and the moments before it of each of the units that see these events. */
export interface Entries {
  readonly lists: Omit<KeyLists, 'times'>
  /** Numbers an entry. */
  readonly width: number
  readonly data: Float64Array
}

/** With the times alone. */
export function entriesOf({ times, ...lists }: KeyLists, width: number): Entries {
  const data = new Float64Array(times.length * width)
  for (let entry = 0; entry < times.length; entry++) data[entry * width] = times[entry]!
  return { lists, width, data }
}

/** Sums the moments of a unit to where they have their place in each entry, but how many events there are: the entry's place in its list tells. */
export function sumUp({ lists, width, data }: Entries, place: number, layout: MomentLayout, time: Float64Array, value: Float64Array): void {
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
