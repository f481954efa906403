import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importSegments, PastTicks } from './import-order.ts'

test('an import without events appends nothing, not even a tick that is due at the last arrival', () => {
  const ticks = () => new PastTicks([{ every: 10, live: 100 }], 0)
  assert.deepEqual(ticks().upTo(20, 20), [0, 10, 20], 'there are ticks due')
  assert.deepEqual([...importSegments([], ticks(), 20)], [])
})
