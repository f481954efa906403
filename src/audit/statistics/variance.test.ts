/** Variances against closed forms, and against their definition carried out row by row. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { clusteredSample, withLongerBlocks, type ClusteredSample } from './sample.ts'
import { sparseDifferences } from './cell-sums.ts'
import { estimateVariance, type VarianceEstimate } from './variance.ts'

const close = (result: number, expected: number, label: string, relative = 1e-9): void =>
  assert.ok(Math.abs(result - expected) <= relative * Math.abs(expected) + 1e-12, `${label}: ${result} for ${expected}`)

function measure(differences: readonly number[], columns: readonly (readonly number[])[]): VarianceEstimate {
  const clusters = columns.map((of, i) => ({ name: `c${i}`, of: Int32Array.from(of), count: 100 }))
  const sample = clusteredSample({ t: Float64Array.from(differences, (_, i) => i), clusters }, { from: 0, to: differences.length })
  return measuredBy(sample, Float64Array.from(differences))
}

const measuredBy = (sample: ClusteredSample, difference: Float64Array): VarianceEstimate =>
  estimateVariance(sample.cells, sparseDifferences(sample, [difference])[0])

test('without clusters the variance is that of a mean, s² / n, with n − 1 degrees of freedom', () => {
  const result = measure([0, -1, 0, 0, 1, -1, 1, 1], [])
  close(result.value, 1 / 8, 'mean')
  close(result.variance, (5 - 8 / 64) / 7 / 8, 'variance')
  close(result.freedom, 7, 'freedom')
})

test('with clusters of equal size the variance is G / (G − 1) · Σ u² / N², with G − 1 degrees of freedom', () => {
  const result = measure([0, -1, -1, -1, 0, 0, 1, 0, 0], [[4, 4, 4, 2, 2, 2, 7, 7, 7]])
  const residuals = [-2, -1, 1].map(sum => sum + (3 * 2) / 9)
  close(result.variance, ((3 / 2) * residuals.reduce((sum, u) => sum + u * u, 0)) / 81, 'variance')
  close(result.freedom, 2, 'freedom')
})

test('for lengthened blocks a positive neighbour covariance is added, with a third of the degrees of freedom', () => {
  const of = Int32Array.from({ length: 32 }, (_, row) => Math.floor(row / 4))
  const t = Float64Array.from(of, day => day)
  const short = clusteredSample({ t, clusters: [{ name: 'day', of, count: 8, span: 1 }] }, { from: 0, to: 32 })
  const long = withLongerBlocks(short, 0, { name: '2-day block', of: of.map(day => day >> 1), count: 4, span: 2 })
  assert.deepEqual([long.columns[0].insteadOf, long.columns[0].span, short.columns[0].insteadOf], ['day', 2, undefined])
  for (const losses of [
    [4, 3, 0, 0],
    [4, 0, 4, 1],
  ]) {
    const difference = Float64Array.from(of, (day, row) => (row % 8 < losses[day >> 1] ? -1 : 0))
    const [result, apart] = [
      long,
      clusteredSample({ t, clusters: [{ name: 'block', of: of.map(day => day >> 1), count: 4 }] }, { from: 0, to: 32 }),
    ].map(sample => measuredBy(sample, difference))
    const mean = losses.reduce((sum, item) => sum + item, 0) / 4
    const v = losses.map(item => (mean - item) / 24)
    const context = 2 * (v[0] * v[1] + v[1] * v[2] + v[2] * v[3])
    assert.equal(context > 0, losses[1] === 3)
    close(result.variance, apart.variance + Math.max(0, context), 'variance')
    close(result.freedom, context > 0 ? apart.freedom / 3 : apart.freedom, 'freedom')
  }
})

test('clusters that differ in size alone have no variance', () => {
  const result = measure([1, 1, 1, 1], [[0, 0, 0, 1]])
  assert.deepEqual([result.value, result.variance, result.freedom], [1, 0, Infinity])
})

const cell = fc.constantFrom(0, 0, 0, -1, 1, -2.5, NaN)
const rowsOf = (columns: number) =>
  fc.array(fc.tuple(cell, ...Array.from({ length: columns }, () => fc.nat(3))), { minLength: 4, maxLength: 30 })

/** The definition: each cell is left out, and θ is computed again. */
function naive(rows: readonly (readonly number[])[], columns: readonly number[]): { moved: number[]; variance: number } {
  const theta = (of: readonly (readonly number[])[]): number => of.reduce((sum, [d]) => sum + d, 0) / of.length
  const nameOf = (row: readonly number[]): string => columns.map(column => row[column]).join(' ')
  const names = [...new Set(rows.map(nameOf))]
  const moved = names.map(name => theta(rows) - theta(rows.filter(row => nameOf(row) !== name)))
  return { moved, variance: ((names.length - 1) / names.length) * moved.reduce((sum, v) => sum + v * v, 0) }
}

const isWithin = (rows: readonly (readonly number[])[], a: number, b: number): boolean =>
  rows.every(item => rows.every(other => item[a] !== other[a] || item[b] === other[b]))

test('with several columns the variance is the jackknife over cells by inclusion and exclusion', () => {
  fc.assert(
    fc.property(rowsOf(3), all => {
      const rows = all.filter(([d]) => !Number.isNaN(d))
      fc.pre([1, 2, 3].every(column => new Set(rows.map(row => row[column])).size > 1))
      fc.pre([1, 2, 3].every(a => [1, 2, 3].every(b => a === b || !isWithin(all, a, b))))
      const result = measure(
        all.map(([d]) => d),
        [1, 2, 3].map(column => all.map(row => row[column])),
      )
      const v = (...columns: number[]) => naive(rows, columns).variance
      const whole = v(1) + v(2) + v(3) - v(1, 2) - v(1, 3) - v(2, 3) + v(1, 2, 3)
      close(result.value, rows.reduce((sum, [d]) => sum + d, 0) / rows.length, 'value')
      close(result.variance, Math.max(whole, v(1, 2, 3) / 2), 'variance')
      for (const column of [1, 2, 3]) {
        const { moved } = naive(rows, [column])
        const influence = [...result.influence[column - 1]]
        close(Math.max(0, ...influence), Math.max(0, ...moved), 'greatest')
        close(Math.min(0, ...influence), Math.min(0, ...moved), 'least')
      }
    }),
  )
})

test('degrees of freedom equal the matrix formula or the fourth moments, and skewness the third moments', () => {
  fc.assert(
    fc.property(rowsOf(1), all => {
      const rows = all.filter(([d]) => !Number.isNaN(d))
      const sizes = [...new Set(rows.map(row => row[1]))].map(name => rows.filter(row => row[1] === name))
      const { freedom, variance, value, skewness } = measure(
        all.map(([d]) => d),
        [all.map(row => row[1])],
      )
      fc.pre(sizes.length > 1 && variance > 0 && new Set(all.map(row => row[1])).size > 1)
      const N = rows.length
      const squares = rows.reduce((sum, [d]) => sum + (d - value) ** 2, 0)
      const ofClusters = sizes.reduce((sum, of) => sum + of.reduce((u, [d]) => u + d - value, 0) ** 2, 0)
      const pairs = sizes.reduce((sum, of) => sum + of.length ** 2, 0)
      const shared = pairs > N ? Math.max(0, (ofClusters - squares) / (pairs - N)) : 0
      const own = Math.max(0, squares / N - shared)
      const v = sizes.map(({ length: n }) => own * n + shared * n * n)
      // Ω = (I − p1ᵀ) diag(v) (I − 1pᵀ), W = diag((N − n)^−2): 2E²/Var = tr(WΩ)² / tr(WΩWΩ).
      const G = sizes.length
      const each = Array.from({ length: G }, (_, i) => i)
      const M = each.map(g => each.map(h => Number(g === h) - sizes[g].length / N))
      const omega = each.map(g => each.map(h => each.reduce((sum, k) => sum + M[g][k] * v[k] * M[h][k], 0)))
      const W = sizes.map(({ length }) => (N - length) ** -2)
      const trace = each.reduce((sum, g) => sum + W[g] * omega[g][g], 0)
      const square = each.reduce((sum, g) => sum + each.reduce((sum, h) => sum + W[g] * omega[g][h] * W[h] * omega[h][g], 0), 0)
      const moved = naive(rows, [1]).moved
      const power = (exponent: number): number => moved.reduce((sum, v) => sum + v ** exponent, 0)
      close(freedom, Math.min(trace ** 2 / square, (3 * power(2) ** 2) / power(4) - 2), 'freedom', 1e-6)
      close(skewness, power(3) / variance ** 1.5, 'skewness', 1e-6)
    }),
  )
})
