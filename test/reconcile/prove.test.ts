import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holds, prove } from './prove.ts'

test('of random runs every value that is another is told, with the right reason, and no other', async () => {
  const result = await prove({ cases: 25, seed: 1 })
  assert.ok(holds(result), JSON.stringify(result))
})
