import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { RecentRows } from './deduplicate-history.ts'

test('finds the last row with equal values if it is within the window; may find an older one', () => {
  const next = random(8)
  for (const within of [0, 1, 7, 50, 1e9]) {
    for (let round = 0; round < 60; round++) {
      const length = 1 + Math.floor(next() * 150)
      const arrival = Float64Array.from({ length }, () => Math.floor(next() * 200)).sort()
      const values = Float64Array.from({ length }, () => Math.floor(next() * (round % 2 ? 8 : 80)))
      const rows = new RecentRows([{ values }], arrival, within)
      const put: number[] = []
      for (let row = 0; row < length; row++) {
        const last = put.findLast(other => values[other] === values[row]) ?? -1
        const match = rows.find(row)
        if (last >= 0 && arrival[row] - arrival[last] <= within) assert.equal(match, last)
        else if (match >= 0) assert.equal(values[match], values[row])
        if (next() < 0.2) continue
        rows.put(row)
        put.push(row)
      }
    }
  }
})

test('a row with a NULL has no id', () => {
  const rows = new RecentRows([{ values: Float64Array.of(1, 2), nulls: Uint8Array.of(0, 1) }], Float64Array.of(0, 0), 5)
  assert.deepEqual([rows.hasNull(0), rows.hasNull(1)], [false, true])
})
