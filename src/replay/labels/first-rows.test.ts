import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { FirstRows } from './first-rows.ts'

test('the first row of a slot is the remaining row of least source position', () => {
  const of = random(1)
  for (let round = 0; round < 200; round++) {
    const rows = 1 + Math.floor(of() * 60)
    const sourcePosition = Float64Array.from({ length: rows }, (_, row) => row)
    for (let row = rows - 1; row > 0; row--) {
      const other = Math.floor(of() * (row + 1))
      ;[sourcePosition[row], sourcePosition[other]] = [sourcePosition[other], sourcePosition[row]]
    }
    const first = new FirstRows(sourcePosition, 3)
    const left: number[][] = [[], [], []]
    for (let row = 0; row < rows; row++) {
      const slot = Math.floor(of() * 3)
      first.add(slot, row)
      left[slot].push(row)
      while (of() < 0.4) {
        const from = left[Math.floor(of() * 3)]
        if (from.length > 0) first.remove(from.splice(Math.floor(of() * from.length), 1)[0])
      }
      if (of() < 0.5) continue
      left.forEach((some, slot) => assert.equal(first.of(slot), some.toSorted((a, b) => sourcePosition[a] - sourcePosition[b])[0] ?? -1))
    }
  }
})

test('a slot of many rows in any order costs no deep recursion', () => {
  const rows = 50_000
  for (const sourcePositionOf of [(row: number) => row, (row: number) => rows - row]) {
    const first = new FirstRows(
      Float64Array.from({ length: rows }, (_, row) => sourcePositionOf(row)),
      1,
    )
    for (let row = 0; row < rows; row++) first.add(0, row)
    for (let row = 0; row < rows; row++) first.remove(row)
    assert.equal(first.of(0), -1)
  }
})
