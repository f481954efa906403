import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageText, delayText, isTooOld } from './group-age.ts'

test('an age is too old by its objective, and without one if its batch run is overdue', () => {
  const of = (isOverdue: boolean) => ({ schedule: { group: 'usual', allowedMs: 1, isOverdue } })
  assert.deepEqual([ageText(undefined), ageText(20), ageText(90_000)], ['—', 'current', '1 min 30 s'])
  assert.deepEqual(
    [delayText(undefined), delayText(900), delayText(90_000)],
    [undefined, undefined, '; the events of its source are 1 min 30 s late'],
  )
  assert.deepEqual([isTooOld(500, { age: 400 }, undefined), isTooOld(300, { age: 400 }, undefined)], [true, false])
  assert.deepEqual([isTooOld(500, undefined, of(true)), isTooOld(500, undefined, of(false))], [true, false])
  assert.equal(isTooOld(undefined, undefined, of(true)), false)
  assert.equal(isTooOld(500, undefined, undefined), false)
})
