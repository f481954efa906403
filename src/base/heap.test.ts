import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flagsFor } from './heap.ts'

const MB = 2 ** 20

test('a small heap grows by so many bytes, a larger one doubles, and a large one is collected for new arrays', () => {
  assert.deepEqual(flagsFor(32 * MB), ['--external-memory-accounted-in-global-limit', '--heap-growing-percent=800'])
  assert.deepEqual(flagsFor(700 * MB), ['--external-memory-accounted-in-global-limit', '--heap-growing-percent=100'])
  assert.deepEqual(flagsFor(1500 * MB), ['--no-external-memory-accounted-in-global-limit', '--heap-growing-percent=300'])
})

test('an empty heap has a percentage too', () => {
  assert.match(flagsFor(0)[1], /=\d+$/)
})
