import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isZero } from './is-zero.ts'

test('a single mark is found at any position, in ranges of any start, end and length', () => {
  for (let from = 0; from < 9; from++)
    for (let to = from; to < 85; to++) {
      const all = new Uint8Array(88).fill(1)
      const part = all.subarray(from, to).fill(0)
      assert.equal(isZero(part), true, `[${from}, ${to}), between marks`)
      for (let i = 0; i < part.length; i++) {
        part[i] = 128
        assert.equal(isZero(part), false, `${i} of [${from}, ${to})`)
        part[i] = 0
      }
    }
})
