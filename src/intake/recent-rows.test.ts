import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { RecentRows } from './recent-rows.ts'

test('the row put last with the same values is found, if it is within the time; an older one may be, or is not', () => {
  const of = random(8)
  for (const within of [0, 1, 7, 50, 1e9]) {
    for (let round = 0; round < 60; round++) {
      const length = 1 + Math.floor(of() * 150)
      const arrival = Float64Array.from({ length }, () => Math.floor(of() * 200)).sort()
      const values = Float64Array.from({ length }, () => Math.floor(of() * (round % 2 ? 8 : 80)))
      const rows = new RecentRows([{ values }], arrival, within)
      const put: number[] = []
      for (let row = 0; row < length; row++) {
        const last = put.findLast(other => values[other] === values[row]) ?? -1
        const found = rows.find(row)
        if (last >= 0 && arrival[row] - arrival[last] <= within) assert.equal(found, last)
        else if (found >= 0) assert.equal(values[found], values[row])
        if (of() < 0.2) continue
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
