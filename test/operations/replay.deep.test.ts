/** Ten days with each kind of fault but drift, which takes two weeks, and four days without: the run's alerts are those that a person needs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanHistory, troubledHistory } from './history.ts'
import { holds, resultOf } from './prove.ts'
import { faultKinds } from './faults.ts'
import { replay } from './replay.ts'

test('each planted fault of ten days is one alert, of its cause, within five minutes', async () => {
  const plan = troubledHistory(1, 10)
  const planted = new Set<string>(plan.faults.map(({ name }) => name))
  assert.deepEqual(
    Object.keys(faultKinds).filter(name => !planted.has(name)),
    ['drift'],
  )
  const result = resultOf([await replay(plan)])
  assert.ok(holds(result), JSON.stringify(result, undefined, 2))
})

test('four days without faults have no page and lose no record', async () => {
  const { pages, lost, accepted } = await replay(cleanHistory(2, 4))
  assert.ok(accepted > 10_000)
  assert.deepEqual({ pages, lost }, { pages: 0, lost: 0 })
})
