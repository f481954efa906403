import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageText, delayText, isTooOld, metText, noObjectiveText } from './group-age.ts'

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

test('values that lack records are not called current, and keep their age', () => {
  const lack = { text: 'lacks the records that wait', isReached: true }
  assert.equal(ageText(20, lack), 'lacks the records that wait')
  assert.equal(ageText(90_000, lack), '1 min 30 s; lacks the records that wait')
  assert.equal(ageText(20, { ...lack, isReached: false }), 'current; lacks the records that wait')
})

test('the share of fresh decisions stands with their number, and there is none without decisions', () => {
  const of = (decisions: number, within: number) => metText({ recent: { until: 0, decisions, within } })
  assert.deepEqual([metText({}), of(0, 0), of(312, 312)], ['', 'no decision in the last hour', '100 % of 312 in the last hour'])
})

test('a group with batch runs has alerts without an objective', () => {
  assert.match(noObjectiveText(undefined), /^its age raises no alert; /)
  assert.match(
    noObjectiveText({ group: 'g', schedule: { group: 'g', allowedMs: 1, isOverdue: true } }),
    /^an overdue batch run raises an alert, /,
  )
})
