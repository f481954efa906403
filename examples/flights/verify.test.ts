import assert from 'node:assert/strict'
import test from 'node:test'
import { verify } from './verify.ts'

test('the columns of the flights mean what the example says', async () => {
  const facts = await verify()
  assert.equal(facts.length, 6)
  for (const { fact, figure, holds } of facts) assert.ok(holds, `${fact}: ${figure}`)
})
