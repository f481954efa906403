import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holds, prove } from './prove.ts'

test('after random damage and changes, a backfill fills exactly the gap, and the store equals one that is filled at once', async () => {
  const result = await prove({ cases: 3, seed: 1 })
  assert.ok(holds(result), JSON.stringify(result))
  assert.ok(result.damaged > 20 && result.columns > 20 && result.days > 20, JSON.stringify(result))
})
