import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holds, prove } from './prove.ts'

test('after random damage and changes exactly the gap is filled, and the store is the one that is made at once', async () => {
  const result = await prove({ cases: 4, seed: 1 })
  assert.ok(holds(result), JSON.stringify(result))
  assert.ok(result.damaged > 20 && result.columns > 20 && result.days > 20, JSON.stringify(result))
})
