/** How old groups were at decisions that ran: what the setting `trace` replays. */
import { joined } from '../../../columns/concat.ts'
import { picked } from '../../../columns/gather.ts'
import { ascendingOrder } from '../../../columns/order.ts'
import type { RecordedBatch } from '../../../run/history/recorded-batches.ts'

/** Of one group, a decision each, in the order of time. */
export interface Trace {
  /** UTC ms; do not fall. */
  readonly t: Float64Array
  /** `t` less the group's clock, ms; Infinity before the first run of a schedule. */
  readonly age: Float64Array
}

/** By group. */
export type Traces = ReadonlyMap<string, Trace>

/** Of recorded decisions of one model, as `recordedBatches` gives them. Of a group that is read at several keys the first read counts: its clock is the same at all. 16 bytes a decision and group. */
export function tracesOf(batches: Iterable<Pick<RecordedBatch, 't' | 'reads'>>): Traces {
  const found = new Map<string, { readonly t: Float64Array[]; readonly age: Float64Array[] }>()
  for (const { t, reads } of batches) {
    const clocks = new Map(reads.toReversed().map(({ read, clock }) => [read.group.name, clock]))
    for (const [group, clock] of clocks) {
      const parts = found.get(group) ?? { t: [], age: [] }
      found.set(group, parts)
      parts.t.push(t.slice())
      parts.age.push(t.map((at, row) => at - clock[row]))
    }
  }
  return new Map([...found].map(([group, parts]) => [group, inOrder(joined(parts.t), joined(parts.age))]))
}

function inOrder(t: Float64Array, age: Float64Array): Trace {
  const order = ascendingOrder(t)
  return order ? { t: picked(t, order), age: picked(age, order) } : { t, age }
}

/** The clock of a group at each moment: as old as at the last decision that was recorded before it, or at it; as at the first, where there is none. It does not go back. */
export function tracedClocks({ t: recorded, age }: Trace, t: Float64Array): Float64Array {
  let [next, clock] = [0, -Infinity]
  return t.map(at => {
    while (next + 1 < recorded.length && recorded[next + 1] <= at) next++
    clock = Math.max(clock, at - age[next])
    return clock
  })
}
