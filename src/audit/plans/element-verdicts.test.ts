import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanComparison } from './compare.ts'
import type { ChoiceComparison, PlanJudgement } from './judge.ts'
import type { PlanElement, PlanSearchProblem } from '../domain/plan-types.ts'
import type { SweepCurveLevel } from '../statistics/freshness-threshold.ts'
import { freshnessVerdict, moreWeeks, UNDECIDED, elementVerdict } from './element-verdicts.ts'

const choice = (title: string, age: number) => ({ setting: { kind: 'now' as const }, title, age })
const element: PlanElement = {
  element: { kind: 'group', group: 'usual' },
  title: 'usual',
  choices: [choice('stream', 0), choice('hybrid', 0), choice('batch 1 day', 50_400_000)],
}
const few = { why: '57 patients, 15 of them judged: no verdict under 20' }
const cheaper = { low: 1, base: 2, high: 3 }
const same: PlanComparison = {
  gain: { value: 0, low: 0, high: 0, error: 0 },
  isSame: true,
  isEqual: true,
  cost: { low: 0, base: 0, high: 0 },
  net: { why: 'no price' },
}
const question = { unit: 'lows', weeks: 10, smallLoss: 0 } as unknown as PlanSearchProblem

function undecided(gain: PlanComparison['gain'], cost: PlanComparison['cost']) {
  const fresh: ChoiceComparison = {
    pick: 0,
    over: 2,
    comparison: { ...same, gain, cost, isSame: false, isEqual: false },
  }
  return elementVerdict([element], 0, judgedOf([{ pick: 0, over: 1, comparison: same }, fresh]), question)
}

const judgedOf = (comparisons: readonly ChoiceComparison[], more: Partial<PlanJudgement> = {}): PlanJudgement => ({
  testedPicks: [0],
  proposedPicks: [0],
  whole: same,
  choiceComparisons: [comparisons],
  bestPicks: [undefined],
  ...more,
})

test('without a price: an unknown loss is the reason, and no price is requested', () => {
  assert.deepEqual(undecided(few, cheaper), { choice: UNDECIDED, why: few.why, breakEven: few })
  const { why } = undecided({ value: 3, low: 2, high: 4, error: 1 }, { why: 'no prices' })
  assert.equal(why, 'no prices')
  assert.match(
    undecided({ value: 3, low: 2, high: 4, error: 1 }, cheaper).why,
    /^no price of utility is given: 'stream' has 3.* lows a month more than 'batch 1 day', and costs \$2/,
  )
})

test('without a price: a cheaper choice has no shown loss, or a fresher one costs no more, within the tested plan', () => {
  const net = { why: 'no price' }
  const ingestion: PlanElement = {
    element: { kind: 'ingestion' },
    title: 'ingestion',
    choices: [choice('stream', 0), choice('micro-batch 15 min', 450_000)],
  }
  const less = { low: -3, base: -2, high: -1 }
  const gain = { value: -1, low: -7, high: 2, error: 1 }
  const slower: ChoiceComparison = { pick: 1, over: 0, comparison: { ...same, gain, cost: less, net, isSame: false, isEqual: false } }
  const why = (compared: ChoiceComparison, elements = [ingestion]) => {
    const picks = [compared.pick, 2]
    return elementVerdict(elements, 0, judgedOf([compared], { testedPicks: picks, proposedPicks: picks, bestPicks: picks }), question).why
  }
  assert.equal(
    why(slower),
    "'micro-batch 15 min' costs $2 less a month than 'stream', and is not shown to lose anything: it may be at most 7 lows a month",
  )
  const lost = { ...slower, comparison: { ...slower.comparison, gain: { ...gain, high: -0.5 } } }
  assert.match(why(lost), /, and loses at most 7 lows a month$/)
  assert.match(why({ ...slower, comparison: { ...slower.comparison, gain: { ...gain, low: 0 } } }), /, and loses nothing$/)
  assert.match(why({ ...slower, pick: 0, over: 1 }), /^'stream' costs \$2 less a month than 'micro-batch 15 min', and is fresher$/)
  assert.match(why(slower, [ingestion, element]), /than 'stream', with usual batch 1 day, and is not shown to lose/)
})

const interval = (value: number, low: number, high: number) => ({ value, low, high, error: 1 })

test('enough additional history makes the half width of an interval smaller than its value', () => {
  const exact = { low: 7, base: 7, high: 7 }
  assert.equal(moreWeeks(interval(10, -10, 30), exact, 20), 60, '20 · (2² − 1)')
  assert.equal(moreWeeks(interval(-10, -30, 11), exact, 20), 69, '20 · (2.1² − 1) is 68.2')
  assert.equal(moreWeeks(interval(10, 0, 20), exact, 20), 1, 'on the border')
  assert.equal(moreWeeks(interval(0.001, -10, 10), exact, 20), undefined)
  assert.equal(moreWeeks(interval(0, -10, 10), exact, 20), undefined)
})

test('additional history narrows the gain, and no range of prices', () => {
  // The half width of 20 is 14 of the gain and 6 of the prices, which leave 4 of the value.
  const cost = { low: 2, base: 7, high: 13 }
  assert.equal(moreWeeks(interval(10, -10, 29), cost, 20), 225, '20 · ((14 / 4)² − 1)')
  assert.equal(moreWeeks(interval(-10, -26, 11), cost, 20), 185, '20 · ((16 / 5)² − 1) is 184.8')
  assert.equal(moreWeeks(interval(6, -1, 12), cost, 20), undefined, 'the prices alone leave it open')
  assert.equal(moreWeeks(interval(-5, -12, 1), cost, 20), undefined, 'the prices alone leave it open')
})

const HOUR = 3_600_000
const DAY = 24 * HOUR
const level = (age: number, low: number): SweepCurveLevel => ({ age, title: `${age / HOUR} h`, perWeek: { value: low / 2, low, high: 1 } })
const losing = (age: number, low: number, high: number): SweepCurveLevel => ({
  ...level(age, low),
  perWeek: { value: (low + high) / 2, low, high },
})
const evidence = {
  now: 0,
  nowPerWeek: 100,
  unit: 'lows',
  model: 'as it is',
  keepTitle: ({ title }: SweepCurveLevel) => `keep within ${title}`,
}
const verdictOf = (curve: readonly SweepCurveLevel[], more: Partial<typeof evidence> & { readonly alert?: number } = {}) =>
  freshnessVerdict({ ...evidence, ...more, curve })

test('a group may be a day old if every level up to a day loses at most 5 %, by its bound', () => {
  assert.deepEqual(verdictOf([level(HOUR, -2), level(DAY, -5)], { model: 'retrained for that age' }), {
    choice: 'safe to be a day old',
    why: 'a day old, with the model retrained for that age, it loses at most 5.0 % (5 lows a week), at equal alert volume',
  })
  assert.equal(verdictOf([level(HOUR, -2), level(DAY, -5.1)]), undefined)
  assert.equal(verdictOf([level(HOUR, -6), level(DAY, -1)]), undefined, 'a level before it that loses')
  const beyond = verdictOf([level(HOUR, -2), level(DAY, -3), level(7 * DAY, -90)])
  assert.match(beyond!.why, /3\.0 %/, 'older levels do not matter')
})

test('not safe: a curve that ends earlier, a level without interval, and a group that is a day old now', () => {
  const unknown: SweepCurveLevel = { age: HOUR, title: '1 h', perWeek: { why: '9 patients: no verdict under 20' } }
  assert.equal(verdictOf([level(HOUR, -2)]), undefined)
  assert.equal(verdictOf([unknown, level(DAY, -2)]), undefined)
  assert.equal(verdictOf([level(2 * DAY, -2)], { now: DAY }), undefined)
  assert.equal(verdictOf([level(DAY, -2)], { nowPerWeek: 0 }), undefined)
})

test('not safe where the alert pages before a day', () => {
  const curve = [level(6 * HOUR, -2), level(DAY, -5)]
  assert.equal(verdictOf(curve, { alert: 6 * HOUR }), undefined)
  assert.equal(verdictOf(curve, { alert: DAY })!.choice, 'safe to be a day old')
})

test('kept within the greatest age without a loss, where an older level is shown to lose', () => {
  const curve = [level(HOUR, -2), level(3 * HOUR, -4), losing(DAY, -40, -20)]
  assert.deepEqual(verdictOf(curve), {
    choice: 'keep within 3 h',
    why: 'at 3 h it loses at most 4.0 % (4 lows a week), at equal alert volume; at 24 h it loses at least 20 %, with the model as it is',
  })
  assert.equal(verdictOf(curve, { alert: HOUR })!.choice, 'keep within 1 h', 'no target is looser than the alert')
  assert.equal(verdictOf([level(HOUR, -2), losing(DAY, -40, -5)]), undefined, 'a loss that may be the tolerated one')
  assert.equal(verdictOf([level(HOUR, -2), level(3 * HOUR, -40)]), undefined, 'a loss that may be none')
  assert.equal(verdictOf([losing(HOUR, -40, -20), losing(DAY, -40, -20)])!.choice, 'keep as fresh as now')
  assert.deepEqual(
    verdictOf([level(HOUR, -8), losing(DAY, -40, -20)]),
    { choice: 'keep as fresh as now', why: 'at 24 h it loses at least 20 %, with the model as it is; no age below it is shown to be safe' },
    'at 1 h the history cannot tell',
  )
  assert.equal(verdictOf(curve, { now: 3 * HOUR })!.choice, 'keep as fresh as now', 'levels up to now say nothing')
})
