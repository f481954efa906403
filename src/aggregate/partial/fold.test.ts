/** Tests folds against plain two-pass computations. Values are whole numbers, so expected values are exact. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decayFold } from '../decayed-sum.ts'
import { spreadFold, sumFold, trendFold } from './fold.ts'
import type { Fold } from './kernel-partial.ts'

const TOLERANCE = 1e-12

type Event = readonly [time: number, value: number]

const HALF_LIFE = 50_000
const decay = decayFold(HALF_LIFE)
const folds = [sumFold, spreadFold, trendFold, decay]
const LATEST = 2_000_000
const times = fc.integer({ min: -LATEST, max: LATEST })
const values = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1e9, max: 1e9 }))
const someEvents = (minLength: number) => fc.array(fc.tuple(times, values), { minLength, maxLength: 12 })

/** Both partials are in the middle of arrays, at different places; the surrounding numbers must not change. */
function combine(fold: Fold, left: readonly number[], right: readonly number[]): number[] {
  const padding = [-777, -777]
  const into = Float64Array.of(...padding, ...left, ...padding)
  const from = Float64Array.of(-1, ...right, -2, -3)
  fold.combine(into, 2, from, 1)
  assert.deepEqual([...from], [-1, ...right, -2, -3])
  assert.deepEqual([...into.subarray(0, 2), ...into.subarray(2 + fold.width)], [...padding, ...padding])
  return [...into.subarray(2, 2 + fold.width)]
}

function liftEvent(fold: Fold, [time, value]: Event): number[] {
  const out = new Float64Array(fold.width + 3).fill(-777)
  fold.lift(time, value, out, 2)
  assert.deepEqual([out[0], out[1], out[fold.width + 2]], [-777, -777, -777])
  return [...out.subarray(2, 2 + fold.width)]
}

const identity = ({ width }: Fold): number[] => Array.from({ length: width }, () => 0)

const foldOf = (fold: Fold, events: readonly Event[]): number[] =>
  events.reduce((into, event) => combine(fold, into, liftEvent(fold, event)), identity(fold))

/** A partial without the parts that depend on the grouping: the mean time is made absolute. */
function readingOf(fold: Fold, partial: readonly number[]): number[] {
  if (fold === decay) return [partial[0], (partial[1] + partial[2]) * 2 ** (partial[3] * 16 - LATEST / HALF_LIFE)]
  if (fold !== trendFold) return [...partial]
  const [n, origin, ...rest] = partial
  return [n, origin + rest[0], ...rest.slice(1)]
}

const sum = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0)
const means = (events: readonly Event[]) => ([0, 1] as const).map(i => sum(events.map(event => event[i])) / events.length)

/** By the definition of each fold, in two passes. */
function naive(fold: Fold, events: readonly Event[]): number[] {
  const [meanTime, mean] = means(events)
  if (fold === sumFold) return [events.length, sum(events.map(([, value]) => value)), 0]
  if (fold === decay) return [events.length, sum(events.map(([time, value]) => value * 2 ** ((time - LATEST) / HALF_LIFE)))]
  const products = (term: (time: number, value: number) => number) =>
    sum(events.map(([time, value]) => term(time - meanTime, value - mean)))
  if (fold === spreadFold) return [events.length, mean, products((_, x) => x * x)]
  return [events.length, meanTime, mean, products(t => t * t), products((t, x) => t * x)]
}

/** For each reading, the sum of the absolute values of its terms. */
function magnitudes(fold: Fold, events: readonly Event[]): number[] {
  const [time, value] = ([0, 1] as const).map(i => sum(events.map(event => Math.abs(event[i]))))
  if (fold === sumFold) return [0, value, value]
  if (fold === decay) return [0, sum(events.map(([time, value]) => Math.abs(value) * 2 ** ((time - LATEST) / HALF_LIFE)))]
  if (fold === spreadFold) return [0, value, value * value]
  return [0, time, value, time * time, time * value]
}

function assertClose(fold: Fold, events: readonly Event[], actual: readonly number[], expected: readonly number[]): void {
  const most = magnitudes(fold, events)
  assert.equal(actual.length, expected.length)
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) <= TOLERANCE * most[i], `${fold.name}[${i}] is ${actual[i]}, not ${value}`),
  )
}

for (const fold of folds) {
  test(`${fold.name}: all zeros is the identity on either side`, () => {
    fc.assert(
      fc.property(someEvents(1), events => {
        const partial = foldOf(fold, events)
        assert.deepEqual(combine(fold, identity(fold), partial), partial)
        assert.deepEqual(combine(fold, partial, identity(fold)), partial)
      }),
    )
    assert.deepEqual(combine(fold, identity(fold), identity(fold)), identity(fold))
  })

  test(`${fold.name}: combining is associative`, () => {
    fc.assert(
      fc.property(someEvents(0), someEvents(0), someEvents(0), (...three) => {
        const [a, b, c] = three.map(events => foldOf(fold, events))
        const left = combine(fold, combine(fold, a, b), c)
        const right = combine(fold, a, combine(fold, b, c))
        assertClose(fold, three.flat(), readingOf(fold, left), readingOf(fold, right))
      }),
    )
  })

  test(`${fold.name}: equals a two-pass computation in any grouping`, () => {
    fc.assert(
      fc.property(someEvents(1), someEvents(1), (first, second) => {
        const events = [...first, ...second]
        const partial = combine(fold, foldOf(fold, first), foldOf(fold, second))
        assertClose(fold, events, readingOf(fold, partial), naive(fold, events))
      }),
    )
  })
}

test('the partial of one event', () => {
  assert.deepEqual(liftEvent(sumFold, [70, 5]), [1, 5, 0])
  assert.deepEqual(liftEvent(spreadFold, [70, 5]), [1, 5, 0])
  assert.deepEqual(liftEvent(trendFold, [70, 5]), [1, 70, 0, 5, 0, 0])
  assert.deepEqual(liftEvent(decay, [HALF_LIFE * 18, 5]), [1, 20, 0, 1])
  assert.deepEqual(liftEvent(decay, [-HALF_LIFE, 5]), [1, 5 * 2 ** 15, 0, -1])
})

test('by hand: unequal counts, spreads of their own, and origins apart', () => {
  // 1, 3 and 2, 4, 9: means 2 and 5, M2 2 and 26; together mean 3.8, M2 28 + 9 · 6 / 5.
  const [, mean, squares] = combine(spreadFold, [2, 2, 2], [3, 5, 26])
  assert.deepEqual([mean, squares], [3.8, 38.8])
  // (10, 1), (20, 3) with origin 10, and (30, 8) of origin 30: means 20 and 4, Σ(τ − mean)² 200, Σ(τ − mean)(x − mean) 70.
  assert.deepEqual(combine(trendFold, [2, 10, 5, 2, 50, 10], [1, 30, 0, 8, 0, 0]), [3, 10, 10, 4, 200, 70])
  // The same with the later part's origin not at its mean.
  assert.deepEqual(combine(trendFold, [1, 30, 0, 8, 0, 0], [2, 10, 5, 2, 50, 10]), [3, 30, -10, 4, 200, 70])
})

test('a sum keeps its rounding error: with the error it is the exact integer', () => {
  const wide = fc
    .tuple(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.integer({ min: 0, max: 60 }))
    .map(([mantissa, power]) => mantissa * 2 ** power)
  fc.assert(
    fc.property(wide, wide, (a, b) => {
      const [n, total, error] = combine(sumFold, [1, a, 0], [1, b, 0])
      assert.equal(n, 2)
      assert.equal(total, a + b)
      assert.equal(BigInt(total) + BigInt(error), BigInt(a) + BigInt(b))
    }),
  )
  assert.deepEqual(combine(sumFold, [1, 2 ** 53, 1], [2, 2 ** 54, 1]), [3, 2 ** 53 + 2 ** 54, 2])
  assert.deepEqual(combine(sumFold, [1, 2 ** 53, 1], [1, 1, 0]), [2, 2 ** 53 + 2, 0])
  const events = [1e16, 1, 1, 1, -1e16].map((value): Event => [0, value])
  assert.deepEqual(foldOf(sumFold, events), [5, 3, 0])
})
