import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadlineText } from './deadline.ts'

test('a deadline is met, missed, or still ahead', () => {
  assert.equal(deadlineText({ state: 'delivered' }, 0), '')
  assert.equal(deadlineText({ state: 'delivered', due: 10_000, settled: 4000, late: false }, 0), 'met, 6 s left')
  assert.equal(deadlineText({ state: 'delivered', due: 10_000, settled: 12_000, late: true }, 0), 'missed by 2 s')
  assert.equal(deadlineText({ state: 'pending', due: 10_000 }, 4000), '6 s left')
  assert.equal(deadlineText({ state: 'pending', due: 10_000 }, 11_000), 'missed 1 s ago')
  assert.equal(deadlineText({ state: 'dead', due: 10_000 }, 0), 'missed')
})
