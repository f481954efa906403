import assert from 'node:assert/strict'
import test from 'node:test'
import { roomOf, timeByRoom } from './profile.ts'

test('a function belongs to the room of its file', () => {
  const room = (url: string, functionName = 'f') => roomOf({ functionName, url })
  assert.equal(room('file:///x/src/kernel/sums.ts'), 'kernel')
  assert.equal(room('file:///x/examples/flights/data.ts'), 'map')
  assert.equal(room('file:///x/node_modules/@duckdb/node-api/lib/a.js'), 'duckdb')
  assert.equal(room('', '(garbage collector)'), 'garbage collection')
  assert.equal(room('', '(idle)'), 'idle')
  assert.equal(room('node:internal/x'), 'node')
})

test('parts of the time sum to at most one, the largest first', async () => {
  const parts = Object.values(await timeByRoom(() => Array.from({ length: 200_000 }, (_, i) => String(i)).sort()))
  assert.ok(parts.length > 0)
  assert.ok(parts.reduce((sum, part) => sum + part, 0) <= 1.05)
  assert.deepEqual(
    parts,
    parts.toSorted((a, b) => b - a),
  )
})
