import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeId } from './dead-letter-cause.ts'

test('causes differ by source, reason and message', () => {
  const ids = [
    causeId('a', 'schema', 'x'),
    causeId('b', 'schema', 'x'),
    causeId(null, 'schema', 'x'),
    causeId('a', 'key', 'x'),
    causeId('a', 'key', 'y'),
  ]
  assert.equal(new Set(ids).size, 5)
  assert.match(ids[0], /^[0-9a-f]{16}$/)
})
