import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  budgetText,
  burnText,
  countsText,
  fewEventsText,
  objectiveName,
  type RuleRatesAnswer,
  shownRule,
  targetText,
  thresholdText,
  windowText,
} from './objective-rates.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

const rule = (threshold: number, burns: readonly [number, number], fields: Partial<RuleRatesAnswer> = {}): RuleRatesAnswer => {
  const [short, long] = burns.map((burn, i) => ({ windowMs: [5 * MINUTE, HOUR][i], total: 1234, bad: 3, burn }))
  return { severity: 'page', threshold, short, long, hasEnoughEvents: true, ...fields }
}

test('the rule nearest to its alert is shown; a page that is reached before a ticket that is reached further', () => {
  const [fast, slow] = [rule(14.4, [0, 0]), rule(6, [0, 0])]
  assert.equal(shownRule([fast, slow]), fast)
  const burning = rule(6, [9, 3])
  assert.equal(shownRule([rule(14.4, [9, 3]), burning]), burning)
  const page = rule(14.4, [100, 15])
  assert.equal(shownRule([page, rule(1, [50, 40], { severity: 'ticket' })]), page)
  const judged = rule(1, [0, 0], { severity: 'ticket' })
  assert.equal(shownRule([rule(14.4, [100, 100], { hasEnoughEvents: false }), judged]), judged)
  assert.equal(shownRule([rule(14.4, [100, 100], { hasEnoughEvents: false })]), undefined)
})

test('objectives, targets and rates in words', () => {
  const subject = { kind: 'group', name: 'card' }
  assert.equal(objectiveName({ cause: 'freshness', subject }), 'freshness of card')
  assert.equal(objectiveName({ cause: 'latency', subject }), 'latency of card')
  assert.equal(targetText({ cause: 'freshness', target: 0.99, age: 15 * MINUTE }), '99 % of decisions at most 15 min old')
  assert.equal(targetText({ cause: 'errors', target: 0.999 }), '99.9 % without a status of 5xx')
  assert.equal(targetText({ cause: 'latency', target: 0.9 }), '90 %')
  assert.deepEqual([0, 0.004, 0.42, 14.399999999999999, 100].map(burnText), ['0×', 'below 0.01×', '0.42×', '14.4×', '100×'])
  const { short } = rule(14.4, [0.4, 0.1])
  assert.deepEqual([windowText(short), countsText(short)], ['0.4× in 5 min', '3 of 1,234 bad'])
  assert.equal(thresholdText(rule(14.4, [20, 14])), 'page at 14.4× in both')
  assert.equal(thresholdText(rule(14.4, [20, 15])), 'page at 14.4× in both: reached')
  assert.equal(thresholdText(rule(14.4, [9, 11]), 'page'), 'page at 14.4× in both; page is open')
  assert.deepEqual([undefined, 0.934, -0.4].map(budgetText), ['—', '93.4 %', 'overspent by 40 %'])
})

test('too few events are said, with their number', () => {
  const long = { windowMs: 3 * DAY, total: 4, bad: 2, burn: 50 }
  assert.equal(fewEventsText(rule(1, [50, 50], { long })), 'not enough events to tell: 2 of 4 bad in 3 d')
  assert.equal(fewEventsText(rule(1, [0, 0], { long: { ...long, total: 0, bad: 0 } })), 'not enough events to tell: no events in 3 d')
})
