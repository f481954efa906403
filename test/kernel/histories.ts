/** Histories for kernel structures, and the contents of their windows by brute force. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { runChunk, type StructureInput, type Structure } from '../../src/kernel/structure.ts'
import { tileStart, LIFETIME_HOP, type WindowShape } from '../../src/kernel/window.ts'

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

export function inputOfHistory(history: readonly Arriving[]): StructureInput {
  let now = -100
  const arrival = Float64Array.from(history, ({ wait }) => (now += wait))
  return {
    slots: Int32Array.from(history, ({ slot }) => slot),
    time: arrival.map((at, i) => at - history[i].late),
    arrival,
    sourcePosition: arrival.map((_, i) => i),
    value: Float64Array.from(history, ({ value }) => value),
    skip: undefined,
    watermark: arrival,
  }
}

export const windowsOf = (spans: readonly number[], hop: number): WindowShape[] =>
  spans.map(span => ({ span, hop: span === Infinity ? LIFETIME_HOP : hop }))

/** Hops that divide one another and that do not, windows whose starts are in another order than their lengths, and a lifetime. */
export const mixedHops: readonly WindowShape[] = [
  { span: 3, hop: 2 },
  { span: 19, hop: 9 },
  { span: 20, hop: 4 },
  { span: 60, hop: 6 },
  { span: Infinity, hop: LIFETIME_HOP },
]

/** The values, oldest first, that a window of `slot` contains once events 0 … `last` are known. */
export function inWindow(input: StructureInput, last: number, slot: number, asOf: number, span: number, hop: number): number[] {
  const start = tileStart(asOf - span, hop)
  const inside = Array.from({ length: last + 1 }, (_, i) => i).filter(i => input.slots[i] === slot && input.time[i] >= start)
  return inside.sort((a, b) => input.time[a] - input.time[b] || a - b).map(i => input.value[i])
}

/** Inserts every event and reads its key at its arrival; calls `check` for each window that is not rejected. Returns the rejected ones. */
export function stepThrough(
  structure: Structure,
  input: StructureInput,
  windows: readonly WindowShape[],
  check: (partial: number[], values: number[]) => void,
): number {
  let rejected = 0
  structure.grow(2)
  const reads = { slots: input.slots, asOf: input.arrival, upto: input.slots.map((_, event) => event + 1) }
  for (let event = 0; event < input.slots.length; event++) {
    const [slot, asOf] = [input.slots[event], input.arrival[event]]
    runChunk(structure, { input, reads, fromEvent: event, toEvent: event + 1, fromRead: event, rows: 1 })
    windows.forEach(({ span, hop }, w) => {
      if (structure.truncations.rejection(0, tileStart(asOf - span, hop)) > 0) rejected++
      else
        check(
          structure.partials[w].map(column => column[0]),
          inWindow(input, event, slot, asOf, span, hop),
        )
    })
    structure.truncations.clearNotes()
  }
  return rejected
}

/** A history with each event's index as its value, so that the contents of a window can be looked up in the input. */
export const indexed = (history: readonly Arriving[]): Arriving[] => history.map((event, value) => ({ ...event, value }))

/**
 * One key's events with their indices as values, in any order of processing: many times and arrivals are equal, positions never, and no
 * read is below 25, where the latest are.
 */
export const unordered: fc.Arbitrary<StructureInput> = fc
  .array(fc.record({ time: fc.oneof(fc.constantFrom(-20, -5, 20), fc.integer({ min: -20, max: 20 })), delay: fc.nat(1) }), {
    maxLength: 40,
  })
  .chain(events => fc.tuple(fc.constant(events), fc.shuffledSubarray([...events.keys()], { minLength: events.length })))
  .map(([events, sourcePosition]) => ({
    slots: new Int32Array(events.length),
    time: Float64Array.from(events, ({ time }) => time),
    arrival: Float64Array.from(events, ({ time, delay }) => time + delay),
    sourcePosition: Float64Array.from(sourcePosition),
    value: Float64Array.from(events.keys()),
    skip: undefined,
    watermark: new Float64Array(events.length).fill(25),
  }))

/** Events of an input by (time, arrival, sourcePosition), oldest first. */
export const byOrder = (input: StructureInput, events: readonly number[]): number[] =>
  events.toSorted(
    (a, b) => input.time[a] - input.time[b] || input.arrival[a] - input.arrival[b] || input.sourcePosition[a] - input.sourcePosition[b],
  )

/** Inserts every event, then reads each [slot, asOf] in one chunk; the partials by read and window. */
export function readAll(
  structure: Structure,
  input: StructureInput,
  queries: readonly (readonly [slot: number, asOf: number])[],
): number[][][] {
  const { length } = input.slots
  structure.grow(2)
  const reads = {
    slots: Int32Array.from(queries, ([slot]) => slot),
    asOf: Float64Array.from(queries, ([, asOf]) => asOf),
    upto: new Int32Array(queries.length).fill(length),
  }
  runChunk(structure, { input, reads, fromEvent: 0, toEvent: length, fromRead: 0, rows: queries.length })
  return queries.map((_, row) => structure.partials.map(columns => columns.map(column => column[row])))
}

/** Number of the reads of `stepThrough` of a window whose values have a `size` above `limit`. */
export function countOver(
  input: StructureInput,
  windows: readonly WindowShape[],
  limit: number,
  size: (values: number[]) => number,
): number {
  const over = (event: number) =>
    windows.filter(({ span, hop }) => size(inWindow(input, event, input.slots[event], input.arrival[event], span, hop)) > limit).length
  return [...input.slots.keys()].reduce((sum, event) => sum + over(event), 0)
}

/** A structure keeps one entry for each tile of its longest window (at hop 1: for each event), and none before it. */
export function keepsTiles(structureOf: (windows: readonly WindowShape[]) => Structure): void {
  for (const hop of [1, 2, 7]) {
    const windows = windowsOf([7, 60], hop)
    fc.assert(
      fc.property(histories, history => {
        const input = inputOfHistory(indexed(history.map(event => ({ ...event, slot: 0 }))))
        const structure = structureOf(windows)
        let longest: number[] = []
        stepThrough(structure, input, windows, (_, events) => {
          longest = events
        })
        assert.equal(structure.entries, new Set(longest.map(event => (hop === 1 ? event : tileStart(input.time[event], hop)))).size)
      }),
    )
  }
}
