import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { histories, inWindow, inputOfHistory, mixedHops, readAll, stepThrough, unordered, windowsOf } from '../../test/kernel/histories.ts'
import { codeOfNumber, codeOfText, rankOf, registerOf } from '../aggregate/hyperloglog.ts'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { Distinct } from './distinct.ts'
import { StateReader, StateWriter } from './state.ts'
import { Windows } from './window.ts'

const spans = [3, 20, 60, Infinity]
const cases = { 'hop 1': windowsOf(spans, 1), 'hop 7': windowsOf(spans, 7), 'mixed hops': mixedHops }
const distinctCount = (values: readonly number[]) => new Set(values).size

for (const [name, windows] of Object.entries(cases))
  test(`each window counts its distinct values, ${name}`, () => {
    fc.assert(
      fc.property(histories, history => {
        const distinct = new Distinct(new Windows(windows), 11)
        const input = inputOfHistory(history)
        const rejected = stepThrough(distinct, input, windows, ([count], values) => assert.equal(count, distinctCount(values)))
        assert.equal(rejected, 0)
        assert.ok(distinct.entries <= 2 * 11)
      }),
    )
  })

/** By brute force: [number of values] up to the limit, and beyond it ['more', Σ 2^−rank, empty registers]. */
function expected(values: readonly number[], limit: number): unknown[] {
  const ranks = new Map<number, number>()
  for (const code of values.map(codeOfNumber)) ranks.set(registerOf(code), Math.max(ranks.get(registerOf(code)) ?? 0, rankOf(code)))
  const rankSum = [...ranks.values()].reduce((sum, rank) => sum + 2 ** -rank, 0)
  return distinctCount(values) > limit ? ['more', rankSum, limits.SKETCH_REGISTERS - ranks.size] : [distinctCount(values)]
}
const partialOf = ([count, rankSum, empty]: readonly number[], limit: number) => (count > limit ? ['more', rankSum, empty] : [count])

for (const [name, windows] of Object.entries(cases))
  test(`a window with more values than the limit has a sketch, and any other is counted; ${name}`, () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 7), (history, limit, sketchFrom) => {
        const distinct = new Distinct(new Windows(windows), limit, undefined, sketchFrom)
        const rejected = stepThrough(distinct, inputOfHistory(history), windows, (partial, values) =>
          assert.deepEqual(partialOf(partial, limit), expected(values, limit)),
        )
        assert.equal(rejected, 0)
      }),
    )
  })

test('up to the limit values are counted, one more is estimated, and a key with few values again drops its sketch', () => {
  const windows = windowsOf([60], 1)
  const distinct = new Distinct(new Windows(windows), 2, undefined, 1)
  const waits = [0, 1, 1, 1, 58, 1, 1]
  const counts: unknown[] = []
  const bytes: number[] = []
  const input = inputOfHistory(waits.map((wait, event) => ({ slot: 0, wait, late: 0, value: Math.min(event, 3) })))
  const rejected = stepThrough(distinct, input, windows, partial => {
    counts.push(partialOf(partial, 2)[0])
    bytes.push(distinct.bytes)
  })
  assert.deepEqual([counts, rejected, distinct.entries], [[1, 2, 'more', 'more', 'more', 2, 1], 0, 1])
  assert.deepEqual([bytes[1] - bytes[0], bytes[6] - bytes[0]], [0, 0])
  assert.ok(bytes.slice(2, 6).every(size => size > bytes[0]))
})

test('texts are compared and hashed by their content', () => {
  const strings = new Strings()
  const texts = ['p', 'q', 'ÿ', '', 'a text that is longer than 64 units, so that it is written in another way than the short ones']
  const ids = texts.map(text => strings.idOf(text))
  const distinct = new Distinct(new Windows(windowsOf([60], 1)), 4, strings, 1)
  const input = inputOfHistory([...ids, ...ids].map(value => ({ slot: 0, wait: 0, late: 0, value })))
  const [[[, rankSum, empty]]] = readAll(distinct, input, [[0, -50]])
  const codes = texts.map(text => codeOfText(Buffer.from(text)))
  assert.deepEqual([rankSum, empty], [codes.reduce((sum, code) => sum + 2 ** -rankOf(code), 0), limits.SKETCH_REGISTERS - 5])
})

test('a cleared key starts empty', () => {
  const distinct = new Distinct(new Windows(windowsOf([60], 1)), 2, undefined, 1)
  const input = inputOfHistory([1, 2, 3, 4].map(value => ({ slot: 0, wait: 0, late: 0, value })))
  const first = readAll(distinct, input, [[0, -50]])
  const { bytes } = distinct
  distinct.clear(0)
  assert.equal(distinct.entries, 0)
  assert.deepEqual(readAll(distinct, input, [[0, -50]]), first)
  assert.equal(first[0][0][0], 3, 'more than the limit')
  assert.equal(distinct.bytes, bytes)
})

test('the order of processing changes no count', () => {
  const windows = windowsOf([5, 30, Infinity], 1)
  const times = [25, 25, 30, 44, 51]
  fc.assert(
    fc.property(unordered, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (indexed, values, limit) => {
      const input = { ...indexed, value: indexed.value.map(event => event % values) }
      const queries = times.map(asOf => [0, asOf] as const)
      readAll(new Distinct(new Windows(windows), limit, undefined, 1), input, queries).forEach((partials, read) =>
        windows.forEach(({ span, hop }, w) =>
          assert.deepEqual(
            partialOf(partials[w], limit),
            expected(inWindow(input, input.slots.length - 1, 0, times[read], span, hop), limit),
          ),
        ),
      )
    }),
  )
})

test('a key without events has no values in a reused row', () => {
  const input = inputOfHistory([4, 5].map(value => ({ slot: 0, wait: 50, late: 0, value })))
  const distinct = new Distinct(new Windows(windowsOf([10, 50], 1)), 5)
  const countsOf = ([partials]: number[][][]) => partials.map(([count]) => count)
  assert.deepEqual(countsOf(readAll(distinct, input, [[0, 0]])), [1, 2])
  assert.deepEqual(countsOf(readAll(distinct, { ...input, slots: new Int32Array(0) }, [[-1, 0]])), [0, 0])
})

test('a key keeps the values of its longest window, and bytes grow with keys and with entries', () => {
  const windows = windowsOf([3, 60], 1)
  fc.assert(
    fc.property(histories, history => {
      const distinct = new Distinct(new Windows(windows), 20)
      const input = inputOfHistory(history.map(event => ({ ...event, slot: 0, late: 0 })))
      let longest = 0
      stepThrough(distinct, input, windows, ([count]) => {
        longest = count
      })
      assert.equal(distinct.entries, longest)
    }),
  )
  const distinct = new Distinct(new Windows(windows), 5000)
  const empty = distinct.bytes
  distinct.grow(1000)
  const keyed = distinct.bytes
  assert.equal(keyed - empty, 1000 * (4 * 4 + 8))
  const many = inputOfHistory(Array.from({ length: 2000 }, (_, value) => ({ slot: 0, wait: 0, late: 0, value })))
  readAll(distinct, many, [])
  assert.equal(distinct.entries, 2000)
  assert.ok(distinct.bytes - empty >= 2000 * 2 * 8)
})

test('invalid saved state is rejected: too many values without a sketch, and unknown strings', () => {
  const windows = new Windows(windowsOf([60], 1))
  const load = (values: readonly number[], sketched: number, strings?: Strings): void => {
    const writer = new StateWriter()
    writer.number(-Infinity)
    writer.count(values.length)
    for (const value of values) writer.numbers(Float64Array.of(0, value), 0, 2)
    writer.count(sketched)
    const distinct = new Distinct(windows, 2, strings, 1)
    distinct.grow(1)
    distinct.load(0, new StateReader(writer.finish({ layout: [1, 2], from: 0, to: 0, slots: 0, sequence: 0 })))
  }
  load([7, 8], 0)
  const strings = new Strings()
  load([strings.idOf('a')], 0, strings)
  const stateError = { code: 'SPILL_STATE' }
  assert.throws(() => load([7, 8, 9], 0), stateError)
  assert.throws(() => load([7, 8, 9], 2), stateError)
  assert.throws(() => load([7, 8, 9], 1), stateError)
  assert.throws(() => load([1], 0, strings), stateError)
  assert.throws(() => load([0.5], 0, strings), stateError)
})
