import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusteredSample } from './sample.ts'

const column = (name: string, ...of: number[]) => ({ name, of: Int32Array.from(of), count: 10 })
const setsOf = (...clusters: ReturnType<typeof column>[]) => {
  const sample = clusteredSample({ t: new Float64Array(clusters[0].of.length), clusters }, { from: 0, to: clusters[0].of.length })
  return sample.cells.map(({ over, sign, count }) => [over.map(i => clusters[i].name).join(), sign, count])
}

test('every set of columns gives cells: one column added, two subtracted, three added', () => {
  const [a, b, c] = [column('a', 0, 0, 1, 1, 2, 2), column('b', 0, 1, 0, 1, 0, 1), column('c', 3, 3, 3, 3, 3, 9)]
  assert.deepEqual(setsOf(a, b, c), [
    ['a', 1, 3],
    ['b', 1, 2],
    ['c', 1, 2],
    ['a,b', -1, 6],
    ['a,c', -1, 4],
    ['b,c', -1, 3],
    ['a,b,c', 1, 6],
  ])
})

test('the variance ignores constant, nested and duplicate columns', () => {
  const [terminal, merchant, country] = [column('terminal', 0, 1, 2, 3), column('merchant', 0, 0, 1, 1), column('country', 4, 4, 4, 4)]
  assert.deepEqual(setsOf(terminal, merchant, country), [['merchant', 1, 2]])
  assert.deepEqual(setsOf(merchant, column('shop', 7, 7, 5, 5)), [['merchant', 1, 2]])
  assert.deepEqual(setsOf(country), [['', 1, 4]])
})

test('the sample has the rows of its block alone', () => {
  const clusters = [column('a', 0, 0, 7, 7, 8, 9), column('b', 0, 0, 1, 2, 1, 0)]
  const { length, columns } = clusteredSample({ t: new Float64Array(6), clusters }, { from: 2, to: 5 })
  assert.deepEqual([length, [...columns[0].of], columns[0].count, [...columns[1].of], columns[1].count], [3, [0, 0, 1], 2, [0, 1, 0], 2])
})

test('no rows, and too many columns', () => {
  const clusters = [column('a', 0, 1)]
  assert.deepEqual(
    clusteredSample({ t: new Float64Array(2), clusters }, { from: 1, to: 1 }).cells.map(({ count }) => count),
    [0],
  )
  const binary = Array.from({ length: 6 }, (_, bit) => column(`c${bit}`, ...Array.from({ length: 64 }, (_, row) => (row >> bit) & 1)))
  assert.throws(() => clusteredSample({ t: new Float64Array(64), clusters: binary }, { from: 0, to: 64 }), {
    code: 'SPILL_LIMIT',
    message: /by 6 columns \(c0, c1, c2, c3, c4, c5\); intervals support at most 5/,
  })
  assert.throws(() => clusteredSample({ t: new Float64Array(1), clusters: [column('a', 10)] }, { from: 0, to: 1 }), {
    code: 'SPILL_ASSERT',
  })
})
