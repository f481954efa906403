import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { spreadFold, sumFold, trendFold } from '../aggregate/partial/fold.ts'
import {
  countOver,
  histories,
  indexed,
  inWindow,
  keepsTiles,
  inputOfHistory,
  mixedHops,
  readAll,
  stepThrough,
  unordered,
  windowsOf,
} from '../../test/kernel/histories.ts'
import { Folds } from './folds.ts'
import { StateReader, StateWriter } from './state.ts'
import type { StructureInput } from './structure.ts'
import { tileStart, Windows, type WindowShape } from './window.ts'

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const foldsOf = (windows: readonly WindowShape[], fold = sumFold, maxEntries = 1e6) => new Folds(new Windows(windows), fold, maxEntries)
/** The partial of a sum over events whose values are their indices, so that a wrong event in a right count shows. */
const sums = (events: readonly number[]) => [events.length, sumOf(events), 0]
const close = (actual: number, expected: number, scale: number) =>
  assert.ok(Math.abs(actual - expected) <= scale * 2 ** -40, `${actual} is not ${expected}`)

const cases = {
  'hop 1': windowsOf([3, 20, 21, 60], 1),
  'hop 7': windowsOf([7, 20, 60], 7),
  'a window and lifetime': windowsOf([20, Infinity], 4),
  'lifetime alone': windowsOf([Infinity], 1),
}
for (const [name, windows] of Object.entries(cases)) {
  test(`a window is the fold of its events, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const input = inputOfHistory(indexed(history))
        const rejected = stepThrough(foldsOf(windows), input, windows, (partial, events) => assert.deepEqual(partial, sums(events)))
        assert.equal(rejected, 0)
      }),
    )
  })

  test(`the order of processing and the reads between events change nothing, ${name}`, () => {
    const times = [25, 25, 26, 30, 44, 51, 90]
    fc.assert(
      fc.property(unordered, input => {
        const queries = times.map(asOf => [0, asOf] as const)
        readAll(foldsOf(windows), input, queries).forEach((partials, read) =>
          windows.forEach(({ span, hop }, w) =>
            assert.deepEqual(partials[w], sums(inWindow(input, input.slots.length - 1, 0, times[read], span, hop))),
          ),
        )
      }),
    )
  })
}

/** Σ(a − mean)(b − mean), and a scale of its terms. */
function coMoment(a: readonly number[], b: readonly number[]): [sum: number, scale: number] {
  const [meanA, meanB] = [sumOf(a) / a.length, sumOf(b) / b.length]
  const terms = a.map((x, i) => (x - meanA) * (b[i] - meanB))
  return [sumOf(terms), sumOf(terms.map(Math.abs)) + 1]
}

test("spread and trend have the moments of each window's events", () => {
  const windows = cases['hop 7']
  fc.assert(
    fc.property(histories, history => {
      const input = inputOfHistory(indexed(history))
      stepThrough(foldsOf(windows, spreadFold), input, windows, ([n, mean, m2], events) => {
        assert.equal(n, events.length)
        if (n > 0) close(mean, sumOf(events) / n, 200)
        if (n > 0) close(m2, ...coMoment(events, events))
      })
      stepThrough(foldsOf(windows, trendFold), input, windows, ([n, origin, tau, mean, tauTau, tauX], events) => {
        assert.equal(n, events.length)
        if (n === 0) return
        const times = events.map(event => input.time[event])
        assert.ok(times.includes(origin))
        close(origin + tau, sumOf(times) / n, 10_000)
        close(mean, sumOf(events) / n, 200)
        close(tauTau, ...coMoment(times, times))
        close(tauX, ...coMoment(times, events))
      })
    }),
  )
})

for (const [name, windows] of Object.entries({ 'hop 1': windowsOf([3, 20, 60], 1), 'hop 7': windowsOf([7, 60], 7) }))
  test(`past maxEntries a window is rejected or correct, ${name}`, () => {
    let rejections = 0
    const { hop } = windows[0]
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, maxEntries) => {
        const late = inputOfHistory(indexed(history))
        const folds = foldsOf(windows, sumFold, maxEntries)
        rejections += stepThrough(folds, late, windows, (partial, events) => assert.deepEqual(partial, sums(events)))
        assert.ok(folds.entries <= 2 * maxEntries)
        const input = inputOfHistory(indexed(history.map(event => ({ ...event, late: 0 }))))
        const entriesOf = (events: number[]) => new Set(hop === 1 ? events : events.map(event => tileStart(input.time[event], hop))).size
        const rejected = stepThrough(foldsOf(windows, sumFold, maxEntries), input, windows, (partial, events) =>
          assert.deepEqual(partial, sums(events)),
        )
        assert.equal(rejected, countOver(input, windows, maxEntries, entriesOf))
      }),
    )
    assert.ok(rejections > 0)
  })

test('a band whose oldest entry is dropped at maxEntries keeps the others', () => {
  const windows = windowsOf([3, 20], 1)
  // The event of 14 is one too many, so that of 0 is dropped. At 23 a window reaches back to 3; a late event before that changes
  // nothing.
  const times = [0, 5, 10, 14, 23]
  const input = inputOfHistory(
    times.map((asOf, value) => ({ slot: 0, wait: asOf - (times[value - 1] ?? 0), late: asOf === 23 ? 100 : 0, value })),
  )
  const partials: number[][] = []
  assert.equal(
    stepThrough(foldsOf(windows, sumFold, 3), input, windows, partial => partials.push(partial)),
    1,
  )
  assert.deepEqual(partials.at(-1), sums([1, 2, 3]))
})

test('the state is restorable right after an entry was dropped at maxEntries', () => {
  const windows = windowsOf([3, 20], 1)
  const input = inputOfHistory([0, 5, 5, 5, 5].map((wait, value) => ({ slot: 0, wait, late: 0, value })))
  for (let events = 1; events <= input.slots.length; events++) {
    const folds = foldsOf(windows, sumFold, 3)
    folds.grow(1)
    for (let event = 0; event < events; event++) folds.insert(input, event)
    assert.equal(folds.entries, Math.min(events, 3))
    const writer = new StateWriter()
    folds.save(0, writer)
    const restored = foldsOf(windows, sumFold, 3)
    restored.grow(1)
    restored.load(0, new StateReader(writer.finish({ layout: [0, 0], from: 0, to: 1, slots: 1, sequence: 0 })))
    assert.equal(restored.entries, folds.entries)
  }
})

test('late events behind a flip stay in their window until they age out, and then enter the next band', () => {
  const windows = windowsOf([10, 30], 1)
  const times = [0, 1, 2, 3, 12, 12, 12, 13, 23]
  const late = [0, 0, 0, 0, 0, 10, 9, 0, 0]
  const input = inputOfHistory(times.map((asOf, value) => ({ slot: 0, wait: asOf - (times[value - 1] ?? 0), late: late[value], value })))
  const partials: number[][] = []
  stepThrough(foldsOf(windows), input, windows, partial => partials.push(partial))
  const windowEvents = [
    [2, 3, 4],
    [2, 5, 3, 4],
    [2, 5, 3, 6, 4],
    [3, 6, 4, 7],
    [7, 8],
  ]
  windowEvents.forEach((events, i) => assert.deepEqual(partials[2 * (i + 4)], sums(events)))
  assert.deepEqual(partials.at(-1), sums([...times.keys()]))
})

test('a key keeps one entry for each tile of its longest window, at hop 1 for each event', () => keepsTiles(windows => foldsOf(windows)))

test('a hundred keys are independent', () => {
  const windows = windowsOf([5, 300, 900], 1)
  const input = inputOfHistory(Array.from({ length: 600 }, (_, value) => ({ slot: (value * 37) % 100, wait: 3, late: value % 7, value })))
  const folds = foldsOf(windows)
  folds.grow(100)
  assert.equal(
    stepThrough(folds, input, windows, (partial, events) => assert.deepEqual(partial, sums(events))),
    0,
  )
})

test('an event before a list is not confused with an entry of the preceding list', () => {
  const windows = windowsOf([60], 10)
  // The first key fills its segment, up to the tile of 30. The second key's list follows it, and then gets an event of that tile.
  const times = [1, 11, 21, 31, 41, 35]
  const arrival = Float64Array.from(times, (time, i) => (i === 5 ? 41 : time))
  const input: StructureInput = {
    slots: Int32Array.of(0, 0, 0, 0, 1, 1),
    time: Float64Array.from(times),
    arrival,
    sourcePosition: arrival.map((_, i) => i),
    value: arrival.map((_, i) => i),
    skip: undefined,
    watermark: arrival,
  }
  assert.deepEqual(
    readAll(foldsOf(windows), input, [
      [0, 41],
      [1, 41],
      [1, 100],
    ]).map(([partial]) => partial),
    [sums([0, 1, 2, 3]), sums([4, 5]), sums([4])],
  )
})

test('lifetime keeps no entries, and bands of several hops are rejected', () => {
  const lifetime = foldsOf(cases['lifetime alone'])
  const input = inputOfHistory(Array.from({ length: 100 }, (_, value) => ({ slot: 0, wait: 5, late: 0, value })))
  assert.deepEqual(readAll(lifetime, input, [[0, 500]]), [[[100, 4950, 0]]])
  assert.equal(lifetime.entries, 0)
  assert.throws(() => foldsOf(mixedHops.filter(({ span }) => span < Infinity)), /bands have tiles alike/)
})

test('a key without events has the identity in a reused row', () => {
  const input = inputOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  const folds = foldsOf(windowsOf([10, 50], 1))
  assert.deepEqual(readAll(folds, input, [[0, 0]]), [
    [
      [1, 5, 0],
      [2, 9, 0],
    ],
  ])
  const noEvents = { ...input, slots: new Int32Array(0) }
  assert.deepEqual(readAll(folds, noEvents, [[-1, 0]]), [
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ])
  assert.deepEqual(readAll(folds, noEvents, [[1, 0]]), [
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ])
})

test('bytes grow with keys and with entries', () => {
  const folds = foldsOf(windowsOf([10, 60, Infinity], 1))
  const empty = folds.bytes
  folds.grow(1000)
  const [head, tails, flips, backs, truncation] = [4 * 4, 2 * 4, 2 * 4, 3 * 3 * 8, 8]
  assert.equal(folds.bytes - empty, 1000 * (head + tails + flips + backs + truncation))
  readAll(folds, inputOfHistory(Array.from({ length: 2000 }, () => ({ slot: 0, wait: 0, late: 0, value: 1 }))), [])
  assert.equal(folds.entries, 2000)
  assert.ok(folds.bytes - empty >= 2000 * 7 * 8)
})

test('the example in the documentation of the class', () => {
  const windows = windowsOf([10, 20], 1)
  const [times, values] = [
    [1, 4, 9, 12, 15],
    [7, 1, 5, 2, 3],
  ]
  const input = inputOfHistory(values.map((value, i) => ({ slot: 0, wait: times[i] - (times[i - 1] ?? 0), late: 0, value })))
  const partials: number[][] = []
  stepThrough(foldsOf(windows), { ...input, time: Float64Array.from(times), arrival: Float64Array.from(times) }, windows, partial =>
    partials.push([...partial]),
  )
  assert.deepEqual(
    partials.slice(-2).map(([, sum]) => sum),
    [10, 18],
  )
})
