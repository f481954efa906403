import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison } from './compare.ts'
import type { Duel, Judged } from './judge.ts'
import type { PlanElement, PlanQuestion } from './ports.ts'
import { UNDECIDED, verdictOf } from './verdict.ts'

const choice = (title: string, age: number) => ({ setting: { kind: 'now' as const }, title, age })
const element: PlanElement = {
  element: { kind: 'group', group: 'usual' },
  title: 'usual',
  choices: [choice('stream', 0), choice('hybrid', 0), choice('batch 1 day', 50_400_000)],
}
const few = { why: '57 patients, 15 of them judged: no verdict under 20' }
const cheaper = { low: 1, base: 2, high: 3 }
const same: Comparison = {
  one: [0],
  other: [1],
  gain: { value: 0, low: 0, high: 0, error: 0 },
  isSame: true,
  isEqual: true,
  cost: { low: 0, base: 0, high: 0 },
  net: { why: 'no price' },
}
const question = { unit: 'lows', weeks: 10, smallLoss: 0 } as unknown as PlanQuestion

function undecided(gain: Comparison['gain'], cost: Comparison['cost']) {
  const fresh: Duel = { pick: 0, over: 2, comparison: { ...same, one: [0], other: [2], gain, cost, isSame: false, isEqual: false } }
  const judged = { picks: [0], kept: [0], whole: same, duels: [[{ pick: 0, over: 1, comparison: same }, fresh]], holding: [undefined] }
  return verdictOf(element, 0, judged satisfies Judged, question)
}

test('without a price: where what older data loses is not known, the reason is said and not a price asked for', () => {
  assert.deepEqual(undecided(few, cheaper), { choice: UNDECIDED, why: few.why, breakEven: few })
  const { why } = undecided({ value: 3, low: 2, high: 4, error: 1 }, { why: 'no prices' })
  assert.equal(why, 'no prices')
  assert.match(
    undecided({ value: 3, low: 2, high: 4, error: 1 }, cheaper).why,
    /^no price of utility is given: 'stream' has 3.* lows a month more than 'batch 1 day', and costs \$2/,
  )
})
