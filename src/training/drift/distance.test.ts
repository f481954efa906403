/** Distances from summaries are those of their definitions, taken over the rows one by one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { quantileBucket } from '../../aggregate/quantile.ts'
import { Strings } from '../../columns/strings.ts'
import { ksOf, nullRateOf, psiOf } from './distance.ts'
import { countNumbers, countTexts, mergeSummaries, type ColumnSummary } from './summary.ts'

const number = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1000 }) },
)
const cells = fc.array(fc.option(number, { freq: 5 }), { maxLength: 60 })
type Cells = readonly (number | null)[]

function summaryOf(cells: Cells): ColumnSummary {
  const counting = countNumbers()
  counting.add({ values: Float64Array.from(cells, Number), nulls: Uint8Array.from(cells, cell => Number(cell === null)) }, cells.length)
  return counting.summary
}
const valuesOf = (cells: Cells): number[] => cells.filter(cell => cell !== null).map(quantileBucket)

/** By its words: which bin is a value in? */
function naivePsi(reference: Cells, recent: Cells, bins: number): number | undefined {
  const [was, is] = [reference, recent].map(valuesOf)
  if (was.length === 0 || is.length === 0) return undefined
  const distinct = [...new Set(was)].sort((a, b) => a - b)
  const timesOf = (value: number) => was.filter(one => one === value).length
  const sorted = was.toSorted((a, b) => a - b)
  const ends = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.ceil(((i + 1) * was.length) / bins) - 1])
  const within: ((value: number) => boolean)[] =
    distinct.length < bins
      ? distinct.map(one => value => value === one)
      : [...new Set(ends)].map((end, i, all) => value => value <= end && (i === 0 || value > all[i - 1]))
  // The order in which bins are added moves the last bit.
  if (distinct.length < bins) within.sort((a, b) => timesOf(distinct.find(b)!) - timesOf(distinct.find(a)!))
  const all = [...within, (value: number) => !within.some(one => one(value))]
  const share = (values: readonly number[], one: (value: number) => boolean) =>
    (values.filter(one).length + 0.5) / (values.length + all.length / 2)
  return all.reduce((sum, one) => sum + (share(is, one) - share(was, one)) * Math.log(share(is, one) / share(was, one)), 0)
}

function naiveKs(reference: Cells, recent: Cells): number | undefined {
  const [was, is] = [reference, recent].map(valuesOf)
  if (was.length === 0 || is.length === 0) return undefined
  const upTo = (values: readonly number[], x: number) => values.filter(value => value <= x).length / values.length
  return Math.max(...[...was, ...is].map(x => Math.abs(upTo(was, x) - upTo(is, x))))
}

test('psi and ks are those of their definitions', () => {
  fc.assert(
    fc.property(cells, cells, fc.integer({ min: 2, max: 12 }), (reference, recent, bins) => {
      const [was, is] = [reference, recent].map(summaryOf)
      assert.equal(ksOf(was, is), naiveKs(reference, recent))
      const [actual, expected] = [psiOf(was, is, bins), naivePsi(reference, recent, bins)]
      if (expected === undefined) assert.equal(actual, undefined)
      else assert.ok(Math.abs(actual! - expected) <= 1e-12 * Math.max(1, expected), `${actual} for ${expected}`)
      assert.equal(nullRateOf(is), recent.length === 0 ? 0 : recent.filter(cell => cell === null).length / recent.length)
    }),
    { numRuns: 1000 },
  )
})

test('nothing has moved from itself, and psi and ks are never negative', () => {
  fc.assert(
    fc.property(cells, cells, (reference, recent) => {
      const [was, is] = [reference, recent].map(summaryOf)
      if (psiOf(was, was, 10) !== undefined) assert.deepEqual([psiOf(was, was, 10), ksOf(was, was)], [0, 0])
      assert.ok((psiOf(was, is, 10) ?? 0) >= 0 && (ksOf(was, is) ?? 0) <= 1)
    }),
  )
})

test('summaries of parts, in any order, are that of all rows', () => {
  const parts = fc.array(cells, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(parts, parts => {
      const total = summaryOf(parts.flat())
      const summaries = parts.map(summaryOf)
      assert.deepEqual(summaries.reduce(mergeSummaries), total)
      assert.deepEqual(summaries.toReversed().reduce(mergeSummaries), total)
      assert.deepEqual(JSON.parse(JSON.stringify(total)), total)
    }),
  )
})

test('by hand: an input of two values whose shares change', () => {
  const half = summaryOf(Array.from({ length: 100 }, (_, i) => i % 2))
  const most = summaryOf(Array.from({ length: 100 }, (_, i) => Number(i >= 20)))
  // Bins 0, 1 and all else: (50.5, 50.5, 0.5) and (20.5, 80.5, 0.5) of 101.5.
  const [p, q, r] = [50.5, 20.5, 80.5].map(count => count / 101.5)
  const expected = (q - p) * Math.log(q / p) + (r - p) * Math.log(r / p)
  assert.ok(Math.abs(psiOf(half, most, 10)! - expected) < 1e-15)
  assert.equal(ksOf(half, most), 0.3)
  const beyond = summaryOf([5, 5, 5, 5])
  assert.ok(psiOf(half, beyond, 10)! > 3)
  assert.equal(ksOf(half, beyond), 1)
})

function texts(values: readonly string[]): ColumnSummary {
  const strings = new Strings()
  const counting = countTexts(strings)
  counting.add({ values: Int32Array.from(values, value => strings.idOf(value)) }, values.length)
  return counting.summary
}

test('texts: the most frequent have a bin each, and there is no order that ks could take', () => {
  const was = texts(['a', 'b', 'b', 'c', 'c', 'c'])
  const is = texts(['c', 'c', 'd', 'a'])
  // Bins c, b and all else, which a and d are.
  const [p, q] = [[3.5, 2.5, 1.5].map(count => count / 7.5), [2.5, 0.5, 2.5].map(count => count / 5.5)]
  const expected = p.reduce((sum, share, i) => sum + (q[i] - share) * Math.log(q[i] / share), 0)
  assert.ok(Math.abs(psiOf(was, is, 3)! - expected) < 1e-15)
  assert.equal(ksOf(was, is), undefined)
  assert.equal(psiOf(was, summaryOf([1]), 3), undefined)
})

test('too many texts are counted, not told apart, however the rows were cut', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `v${i}`)
  const total = texts(many)
  assert.deepEqual(total, { kind: 'texts', rows: 5000, nulls: 0, values: [], counts: [], tooMany: true })
  assert.deepEqual(mergeSummaries(texts(many.slice(0, 2500)), texts(many.slice(2500))), total)
  assert.deepEqual(mergeSummaries(total, texts(['a'])), { ...total, rows: 5001 })
  assert.equal(psiOf(total, texts(['a']), 10), undefined)
  assert.throws(() => mergeSummaries<ColumnSummary>(total, summaryOf([1])), TypeError)
})
