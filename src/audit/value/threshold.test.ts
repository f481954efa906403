import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { random } from '../../base/random.ts'
import type { ActionIR } from '../../define/ir/ir.ts'
import { alertRuleOf, alertsAt, countAtOrAbove, thresholdForShare } from './index.ts'
import { nthLargest } from './threshold.ts'

const scores = (...values: number[]) => Float64Array.from(values)
const all = ({ length }: Float64Array) => ({ from: 0, to: length })

test('the threshold fills the budget without exceeding it, and equal scores act together', () => {
  const of = random(5)
  for (let round = 0; round < 500; round++) {
    const score = Float64Array.from({ length: Math.floor(of() * 30) }, () => (of() < 0.15 ? NaN : Math.floor(of() * (round % 2 ? 5 : 1e6))))
    const scored = score.filter(value => !Number.isNaN(value))
    const may = Math.floor(of() * (scored.length + 2))
    const result = thresholdForShare(score, all(score), may / Math.max(1, scored.length))
    const acting = (threshold: number) => scored.filter(value => value >= threshold).length
    const possible = [Infinity, ...scored].filter(threshold => acting(threshold) <= may)
    assert.equal(result.threshold, Math.min(...possible))
    assert.deepEqual([result.scored, result.acts], [scored.length, acting(result.threshold)])
    const next = Math.max(...scored.filter(value => value < result.threshold))
    assert.equal(result.tied, result.acts === Math.min(may, scored.length) ? 0 : scored.filter(value => value === next).length)
    assert.equal(countAtOrAbove(score, all(score), result.threshold), result.acts)
  }
})

test('the budget is a share of the scored decisions of the rows', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i)
  assert.equal(thresholdForShare(hundred, all(hundred), 0.29).acts, 29)
  assert.deepEqual(thresholdForShare(hundred, { from: 0, to: 10 }, 0.1), { threshold: 9, scored: 10, acts: 1, tied: 0 })
  assert.deepEqual(thresholdForShare(scores(NaN, NaN), all(scores(1, 2)), 0.5), { threshold: Infinity, scored: 0, acts: 0, tied: 0 })
  assert.deepEqual(thresholdForShare(scores(1, 2, 3), { from: 0, to: 3 }, 0), { threshold: Infinity, scored: 3, acts: 0, tied: 0 })
  assert.deepEqual(thresholdForShare(scores(1, 2, 3), { from: 0, to: 3 }, 1), { threshold: 1, scored: 3, acts: 3, tied: 0 })
  assert.deepEqual(thresholdForShare(scores(7, 7, 7, 7), { from: 0, to: 4 }, 0.5), { threshold: Infinity, scored: 4, acts: 0, tied: 4 })
})

test('decisions at or above the threshold act, except during the cooldown of their key', () => {
  for (let seed = 0; seed < 200; seed++) {
    const { cases, decided, threshold } = randomGiven(seed)
    assert.deepEqual(
      [...alertsAt(cases, decided.score, { threshold })],
      [...decided.score].map(score => Number(score >= threshold)),
    )
    const cooldown = (1 + (seed % 10)) * 5 * 60_000
    const result = alertsAt(cases, decided.score, { threshold, cooldown })
    const expected = new Uint8Array(cases.length)
    for (let row = 0; row < cases.length; row++) {
      const isRecent = expected.some(
        (was, other) => was === 1 && cases.key[other] === cases.key[row] && cases.t[row] - cases.t[other] < cooldown,
      )
      if (decided.score[row] >= threshold && !isRecent) expected[row] = 1
    }
    assert.deepEqual(result, expected)
  }
})

test("the alert rule is the model's action with the lowest threshold", () => {
  const action = (name: string, model: string, op: string, value: number, cooldown?: number) =>
    ({
      name,
      model,
      when: { op, left: { op: 'column', name: 'score' }, right: { op: 'literal', value }, type: 'bool' },
      cooldown,
    }) as unknown as ActionIR
  const actions = [
    action('low', 'm', 'lt', 0.1),
    action('page', 'm', 'gte', 0.9, 5),
    action('note', 'm', 'gte', 0.5),
    action('x', 'n', 'gte', 0),
  ]
  assert.deepEqual(alertRuleOf({ actions }, 'm'), { action: 'note', threshold: 0.5, cooldown: 0 })
  assert.deepEqual(alertRuleOf({ actions: actions.slice(0, 2) }, 'm'), { action: 'page', threshold: 0.9, cooldown: 5 })
  assert.equal(alertRuleOf({ actions: actions.slice(0, 1) }, 'm'), undefined)
  assert.equal(alertRuleOf({}, 'm'), undefined)
})

const values = fc.array(
  fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(NaN, 0, -0, 0.5, 5e-324, 1e308, -1e308)),
  {
    maxLength: 60,
  },
)

test('the n-th largest value equals that of a full sort, with ties and extremes', () => {
  fc.assert(
    fc.property(values, fc.nat(5), fc.nat(100), (list, before, pick) => {
      const all = Float64Array.from([...new Array<number>(before).fill(7), ...list.filter(value => Math.abs(value) !== Infinity)])
      const rows = { from: before, to: all.length }
      const sorted = all
        .subarray(before)
        .filter(value => !Number.isNaN(value))
        .sort()
        .reverse()
      if (sorted.length === 0) return
      const place = pick % sorted.length
      // 0 and −0 are one value.
      assert.equal(nthLargest(all, rows, place) + 0, sorted[place] + 0)
    }),
    { numRuns: 2000 },
  )
})

test('the n-th largest value of many close values', () => {
  const all = Float64Array.from({ length: 30_000 }, (_, i) => ((i * 7919) % 30_000) / 1e9)
  all[5] = 1e12
  const sorted = all.toSorted().reverse()
  for (const place of [0, 1, 2, 15_000, 29_999]) assert.equal(nthLargest(all, { from: 0, to: all.length }, place), sorted[place])
})
