/** Histories for structures of the kernel, and what their windows hold by brute force. */
import * as fc from 'fast-check'
import type { Lane, Structure } from '../../src/kernel/structure.ts'
import { floorTo, LIFETIME_HOP, type Window } from '../../src/kernel/window.ts'

/** One event of a key, in order of arrival; `late` ms old when it arrives. */
export interface Arriving {
  readonly slot: number
  readonly wait: number
  readonly late: number
  readonly value: number
}

/** Histories of two keys with late events, equal times, and negative times and values. */
export const histories = fc.array(
  fc.record({
    slot: fc.nat(1),
    wait: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(40)),
    late: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(60)),
    value: fc.integer({ min: -5, max: 5 }),
  }),
  { maxLength: 120 },
)

export function laneOfHistory(history: readonly Arriving[]): Lane {
  let now = -100
  const arrival = Float64Array.from(history, ({ wait }) => (now += wait))
  return {
    slots: Int32Array.from(history, ({ slot }) => slot),
    time: arrival.map((at, i) => at - history[i].late),
    arrival,
    position: arrival.map((_, i) => i),
    value: Float64Array.from(history, ({ value }) => value),
    skip: undefined,
    floor: arrival,
  }
}

export const windowsOf = (spans: readonly number[], hop: number): Window[] =>
  spans.map(span => ({ span, hop: span === Infinity ? LIFETIME_HOP : hop }))

/** Hops that divide one another and that do not, windows that start in another order than they are long, and a lifetime. */
export const mixedHops: readonly Window[] = [
  { span: 3, hop: 2 },
  { span: 19, hop: 9 },
  { span: 20, hop: 4 },
  { span: 60, hop: 6 },
  { span: Infinity, hop: LIFETIME_HOP },
]

/** The values, oldest first, that a window of `slot` holds once events 0 … `last` are known. */
export function inWindow(lane: Lane, last: number, slot: number, t: number, span: number, hop: number): number[] {
  const start = floorTo(t - span, hop)
  const inside = Array.from({ length: last + 1 }, (_, i) => i).filter(i => lane.slots[i] === slot && lane.time[i] >= start)
  return inside.sort((a, b) => lane.time[a] - lane.time[b] || a - b).map(i => lane.value[i])
}

/** Inserts every event and reads its key at its arrival; calls `check` for each window that is not refused. Returns the refused. */
export function stepThrough(
  structure: Structure,
  lane: Lane,
  windows: readonly Window[],
  check: (partial: number[], values: number[]) => void,
): number {
  let refused = 0
  structure.grow(2)
  const reads = { slots: lane.slots, clock: lane.arrival, upto: lane.slots.map((_, event) => event + 1) }
  for (let event = 0; event < lane.slots.length; event++) {
    const [slot, t] = [lane.slots[event], lane.arrival[event]]
    structure.run({ lane, reads, from: event, to: event + 1, row: event, rows: 1 })
    windows.forEach(({ span, hop }, w) => {
      if (structure.lost.refusal(0, floorTo(t - span, hop)) > 0) refused++
      else
        check(
          structure.partials[w].map(column => column[0]),
          inWindow(lane, event, slot, t, span, hop),
        )
    })
    structure.lost.nextChunk()
  }
  return refused
}
