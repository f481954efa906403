import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  countOver,
  histories,
  inWindow,
  inputOfHistory,
  mixedHops,
  readAll,
  stepThrough,
  unordered,
  windowsOf,
} from '../../test/kernel/histories.ts'
import type { ValueTally } from '../aggregate/partial/kernel-partial.ts'
import { Strings } from '../columns/strings.ts'
import { StateReader, StateWriter } from './state.ts'
import { Tallies } from './tallies.ts'
import { Windows, type WindowShape } from './window.ts'

/** A tally that returns its whole input: the number of distinct values, and the first ten values with their counts. */
const everything: ValueTally = {
  counts: 'rounded',
  width: 21,
  lift: value => 2 * value,
  read({ data, from, to }, out, row) {
    out[0][row] = to - from
    for (let i = 0; i < 20; i++) out[1 + i][row] = 2 * from + i < 2 * to ? data[2 * from + i] : 0
  },
}

const partialOf = (values: readonly number[]): number[] => {
  const counts = new Map<number, number>()
  for (const value of values.map(everything.lift).sort((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1)
  const numbers = [counts.size, ...[...counts].flat().slice(0, 20)]
  return [...numbers, ...new Array<number>(21 - numbers.length).fill(0)]
}

const talliesOf = (windows: readonly WindowShape[], maxEntries = 1e6): Tallies =>
  new Tallies(
    new Windows(windows),
    windows.map((_, window) => ({ window, tally: everything })),
    maxEntries,
  )

const spans = [3, 20, 21, 60, Infinity]
const cases = {
  'hop 1': windowsOf(spans, 1),
  'hop 7': windowsOf(spans, 7),
  'mixed hops': mixedHops,
  'lifetime alone': windowsOf([Infinity], 1),
}

for (const [name, windows] of Object.entries(cases))
  test(`each window counts each of its values, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const rejected = stepThrough(talliesOf(windows), inputOfHistory(history), windows, (partial, values) =>
          assert.deepEqual(partial, partialOf(values)),
        )
        assert.equal(rejected, 0)
      }),
    )
  })

test('past maxEntries a window is rejected or correct, and is correct again once its tail has passed', () => {
  let rejections = 0
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, maxEntries) => {
      const tallies = talliesOf(windows, maxEntries)
      rejections += stepThrough(tallies, inputOfHistory(history), windows, (partial, values) =>
        assert.deepEqual(partial, partialOf(values)),
      )
      assert.ok(tallies.entries <= 2 * maxEntries)
    }),
  )
  assert.ok(rejections > 0)
})

for (const [name, windows] of Object.entries({ 'hop 1': windowsOf([3, 60], 1), 'lifetime too': mixedHops }))
  test(`only windows with more values than the limit are rejected or report more; ${name}`, () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, limit) => {
        const input = inputOfHistory(history)
        const windowTallies = windows.map((_, window) => ({ window, tally: { ...everything, limit } }))
        const tallies = new Tallies(new Windows(windows), windowTallies, 1e6)
        let more = 0
        const rejected = stepThrough(tallies, input, windows, (partial, values) => {
          if (partialOf(values)[0] > limit) {
            more++
            assert.ok(partial[0] > limit)
          } else assert.deepEqual(partial, partialOf(values))
        })
        assert.equal(
          rejected + more,
          countOver(input, windows, limit, values => new Set(values).size),
        )
      }),
    )
  })

test('the order of processing changes nothing', () => {
  const windows = windowsOf([5, 30, Infinity], 1)
  const times = [25, 25, 30, 44, 51]
  fc.assert(
    fc.property(unordered, fc.integer({ min: 1, max: 9 }), (indexed, values) => {
      const input = { ...indexed, value: indexed.value.map(event => event % values) }
      const queries = times.map(asOf => [0, asOf] as const)
      readAll(talliesOf(windows), input, queries).forEach((partials, read) =>
        windows.forEach(({ span, hop }, w) =>
          assert.deepEqual(partials[w], partialOf(inWindow(input, input.slots.length - 1, 0, times[read], span, hop))),
        ),
      )
    }),
  )
})

test('several tallies of one window, and one with a window of its own', () => {
  const count: ValueTally = {
    ...everything,
    width: 1,
    read({ from, to }, out, row) {
      out[0][row] = to - from
    },
  }
  const windowTallies = [
    { window: 1, tally: count },
    { window: 0, tally: everything },
    { window: 1, tally: everything },
  ]
  const tallies = new Tallies(new Windows(windowsOf([10, 50], 1)), windowTallies, 10)
  const input = inputOfHistory([4, 5, 5].map(value => ({ slot: 0, wait: 20, late: 0, value })))
  assert.deepEqual(
    readAll(tallies, input, [
      [0, -40],
      [1, -40],
      [-1, -40],
    ]),
    [
      [[2], partialOf([5]), partialOf([4, 5, 5])],
      [[0], partialOf([]), partialOf([])],
      [[0], partialOf([]), partialOf([])],
    ],
  )
})

test('a key without events has no values in a reused row', () => {
  const windows = windowsOf([10, 50], 1)
  const tallies = talliesOf(windows)
  const input = inputOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  assert.deepEqual(readAll(tallies, input, [[0, 0]]), [[partialOf([5]), partialOf([4, 5])]])
  assert.deepEqual(readAll(tallies, { ...input, slots: new Int32Array(0) }, [[-1, 0]]), [[partialOf([]), partialOf([])]])
})

test('strings are in the order of their texts', () => {
  const strings = new Strings()
  const [z, a] = [strings.idOf('z'), strings.idOf('a')]
  const order: ValueTally = {
    ...everything,
    width: 2,
    lift: value => value,
    read(values, out, row) {
      out[0][row] = Math.sign(values.order(z, a))
      out[1][row] = values.data[2 * values.from]
    },
  }
  const input = inputOfHistory([z, a].map(value => ({ slot: 0, wait: 1, late: 0, value })))
  const signs = [strings, undefined].map(of => {
    const tallies = new Tallies(new Windows(windowsOf([50], 1)), [{ window: 0, tally: order }], 10, of)
    return readAll(tallies, input, [[0, -98]])[0][0]
  })
  assert.deepEqual(signs, [
    [1, z],
    [-1, z],
  ])
})

/** The saved state of slot 0. */
const savedBy = (save: (to: StateWriter) => void): StateReader => {
  const writer = new StateWriter()
  save(writer)
  return new StateReader(writer.finish({ layout: [1, 2], from: 0, to: 1, slots: 1, sequence: 0 }).slice())
}

for (const [name, windows] of Object.entries(cases))
  test(`a restored structure continues as if it had not been saved, ${name}`, () => {
    fc.assert(
      fc.property(histories, fc.nat(80), (history, later) => {
        const input = inputOfHistory(history.map(event => ({ ...event, slot: 0 })))
        const tallies = talliesOf(windows)
        stepThrough(tallies, input, [], () => undefined)
        const next = talliesOf(windows)
        next.grow(1)
        const from = savedBy(to => tallies.save(0, to))
        next.load(0, from)
        from.end()
        const now = (input.arrival.at(-1) ?? 0) + later
        const of = (structure: Tallies) => {
          structure.read(0, now, 0)
          return structure.partials.map(columns => columns.map(column => column[0]))
        }
        assert.deepEqual(of(next), of(tallies))
        assert.equal(next.entries, tallies.entries)
      }),
    )
  })

test('invalid saved state is rejected', () => {
  const strings = new Strings()
  const known = strings.idOf('known')
  const load = (span: number, write: (to: StateWriter) => void): void => {
    const tallies = new Tallies(new Windows(windowsOf([span], 1)), [{ window: 0, tally: everything }], 10, strings)
    tallies.grow(1)
    tallies.load(0, savedBy(write))
  }
  const entry = (value: number, count: number) => (to: StateWriter) => {
    to.number(-Infinity)
    to.count(1)
    to.count(0)
    to.numbers(Float64Array.of(5, value, count), 0, 3)
  }
  const ever =
    (...values: number[]) =>
    (to: StateWriter) => {
      to.number(-Infinity)
      to.count(0)
      to.count(values.length / 2)
      to.numbers(Float64Array.from(values), 0, values.length)
    }
  load(10, entry(known, 1))
  load(Infinity, ever(known, 1))
  for (const [value, count] of [
    [known, 0],
    [known, NaN],
    [known, 1.5],
    [NaN, 1],
    [known + 1, 1],
  ] as const) {
    assert.throws(() => load(10, entry(value, count)), { code: 'SPILL_STATE' })
    assert.throws(() => load(Infinity, ever(value, count)), { code: 'SPILL_STATE' })
  }
  assert.throws(() => load(Infinity, ever(known, 1, known, 1)), /counted twice/)
})

test('a key keeps an entry for each value of each tile of its longest window, and each value of a lifetime', () => {
  const tile = (events: number[], times: Float64Array, values: Float64Array, hop: number) =>
    new Set(events.map(event => `${Math.floor(times[event] / hop)} ${values[event]}`)).size
  for (const hop of [1, 7])
    fc.assert(
      fc.property(histories, history => {
        const windows = windowsOf([3, 60], hop)
        const input = inputOfHistory(history.map(event => ({ ...event, slot: 0 })))
        const tallies = talliesOf(windows)
        stepThrough(tallies, input, [], () => undefined)
        const last = input.slots.length - 1
        const start = last < 0 ? 0 : Math.floor((input.arrival[last] - 60) / hop) * hop
        const inside = [...input.slots.keys()].filter(event => input.time[event] >= start)
        assert.equal(tallies.entries, tile(inside, input.time, input.value, hop))
      }),
    )
  const ever = talliesOf(windowsOf([Infinity], 1))
  stepThrough(ever, inputOfHistory([1, 2, 1, 3, 1].map(value => ({ slot: 0, wait: 1000, late: 0, value }))), [], () => undefined)
  assert.equal(ever.entries, 3)
  const both = talliesOf(windowsOf([60, Infinity], 1))
  stepThrough(both, inputOfHistory([1, 2, 1, 3, 1].map(value => ({ slot: 0, wait: 1000, late: 0, value }))), [], () => undefined)
  assert.equal(both.entries, 1 + 3)
})

test('bytes grow with keys and with entries', () => {
  const tallies = talliesOf(windowsOf([10, 60], 1))
  const empty = tallies.bytes
  tallies.grow(1000)
  assert.equal(tallies.bytes - empty, 1000 * (4 * (4 + 2) + 8 + 2 * 4 * 4))
  stepThrough(
    tallies,
    inputOfHistory(Array.from({ length: 2000 }, (_, value) => ({ slot: 0, wait: 0, late: 0, value }))),
    [],
    () => undefined,
  )
  assert.ok(tallies.bytes - empty >= tallies.entries * (24 + 2 * 16))
  assert.equal(tallies.entries, 2000)
})
