/** One planned fortnight with each kind of fault, and a clean one: the run's alerts are those that a person needs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanHistory, troubledHistory } from './history.ts'
import { holds, resultOf } from './prove.ts'
import { faultKinds } from './faults.ts'
import { replay } from './replay.ts'

test('each planted fault of 15 days is heard once, by its cause, within five minutes', async () => {
  const plan = troubledHistory(1, 15)
  assert.equal(new Set(plan.faults.map(({ name }) => name)).size, Object.keys(faultKinds).length, 'each kind')
  const result = resultOf([await replay(plan)])
  assert.ok(holds(result), JSON.stringify(result, undefined, 2))
})

test('a week without faults has no page and loses no record', async () => {
  const { pages, lost, decisions } = await replay(cleanHistory(2, 7))
  assert.ok(decisions > 10_000)
  assert.deepEqual({ pages, lost }, { pages: 0, lost: 0 })
})
