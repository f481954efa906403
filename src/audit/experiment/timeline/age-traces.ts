/** Recorded ages of feature groups at decisions, which the setting `trace` replays. */
import { concatArrays, gatherArray, ascendingOrder } from '../../../columns/index.ts'
import type { RecordedBatch } from '../../../run/history/index.ts'

/** The ages of one group by decision, in time order. */
export interface AgeTrace {
  /** UTC ms, ascending. */
  readonly t: Float64Array
  /** `t` less the group's as-of time, ms; Infinity before the first scheduled run. */
  readonly age: Float64Array
}

/** By group. */
export type AgeTraces = ReadonlyMap<string, AgeTrace>

/**
 * The ages from recorded decisions of one model, as `recordedBatches` yields them. Where a group is read at several keys, the first read is
 * used: the as-of time is equal for all. 16 bytes a decision and group.
 */
export function ageTraces(batches: Iterable<Pick<RecordedBatch, 't' | 'reads'>>): AgeTraces {
  const recorded = new Map<string, { readonly t: Float64Array[]; readonly age: Float64Array[] }>()
  for (const { t, reads } of batches) {
    const asOfTimes = new Map(reads.toReversed().map(({ read, asOf }) => [read.group.name, asOf]))
    for (const [group, asOf] of asOfTimes) {
      const parts = recorded.get(group) ?? { t: [], age: [] }
      recorded.set(group, parts)
      parts.t.push(t.slice())
      parts.age.push(t.map((at, row) => at - asOf[row]))
    }
  }
  return new Map([...recorded].map(([group, parts]) => [group, inOrder(concatArrays(parts.t), concatArrays(parts.age))]))
}

function inOrder(t: Float64Array, age: Float64Array): AgeTrace {
  const order = ascendingOrder(t)
  return order ? { t: gatherArray(t, order), age: gatherArray(age, order) } : { t, age }
}

/**
 * The as-of time of a group at each time: with the age of the latest recorded decision at or before it, or of the first one. It never
 * decreases.
 */
export function tracedAsOfTimes({ t: recorded, age }: AgeTrace, t: Float64Array): Float64Array {
  let [next, asOf] = [0, -Infinity]
  return t.map(at => {
    while (next + 1 < recorded.length && recorded[next + 1] <= at) next++
    asOf = Math.max(asOf, at - age[next])
    return asOf
  })
}
