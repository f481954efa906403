import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quietText } from './quiet-source.ts'

test('a source that has accepted nothing for a minute says so beside the delay of its last event', () => {
  assert.deepEqual([quietText(undefined, 100_000), quietText(40_001, 100_000)], ['', ''])
  assert.equal(quietText(0, 720_000), 'newest event 12 min ago')
})
