import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clamp, halvings, isLong } from './clamp.ts'

test('a value is held between its bounds', () => {
  assert.deepEqual(
    [-1, 0, 1, 2, 3].map(value => clamp(value, 0, 2)),
    [0, 0, 1, 2, 2],
  )
})

test('a long text is long', () => assert.equal(isLong('long enough'), true))

test('halving ends', () => assert.equal(halvings(8), 3))
