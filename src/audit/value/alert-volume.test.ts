import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { random } from '../../base/random.ts'
import { alertsAt, type AlertEvaluation } from './index.ts'
import { actingAtVolume, alertsWithLeadIn } from './alert-volume.ts'

const MINUTE = 60_000

/** The naive reference of a cooldown: the earliest rows first. */
function actionsAmong({ cases: { t, key } }: AlertEvaluation, rows: readonly number[], cooldown: number): number[] {
  const acts: number[] = []
  for (const row of rows) if (!acts.some(before => key[before] === key[row] && t[row] - t[before] < cooldown)) acts.push(row)
  return acts
}

test('in each block the highest-scored decisions act, exactly as many as asked', () => {
  for (let seed = 0; seed < 500; seed++) {
    const evaluation = randomGiven(seed, { most: 60 })
    const { cases, decided, rows } = evaluation
    const { score } = decided
    const of = random(seed)
    const middle = rows.from + Math.floor(of() * (rows.to - rows.from + 1))
    const blocks = [
      { from: rows.from, to: middle },
      { from: middle, to: rows.to },
    ].map(block => ({ rows: block, count: Math.floor(of() * 12) }))
    const cooldown = of() < 0.5 ? 0 : (1 + Math.floor(of() * 8)) * 10 * MINUTE
    const acting = [...actingAtVolume(cases, score, blocks, cooldown)]
    assert.deepEqual(
      acting,
      acting.toSorted((a, b) => a - b),
    )
    for (const { rows: block, count } of blocks) {
      const scored = Array.from({ length: block.to - block.from }, (_, i) => block.from + i).filter(row => !Number.isNaN(score[row]))
      const own = acting.filter(row => row >= block.from && row < block.to)
      assert.equal(own.length, Math.min(count, actionsAmong(evaluation, scored, cooldown).length), `seed ${seed}`)
      assert.deepEqual(own, actionsAmong(evaluation, own, cooldown), 'each key rests between its actions')
      const lowest = Math.min(...own.map(row => score[row]))
      const above = scored.filter(row => score[row] > lowest)
      // No row above the cut is left out, except by the cooldown of an acting row.
      for (const row of above)
        assert.ok(
          own.includes(row) || own.some(other => cases.key[other] === cases.key[row] && Math.abs(cases.t[row] - cases.t[other]) < cooldown),
          `seed ${seed}`,
        )
    }
  }
})

test('the alerts of a threshold are the alerts at their own volume', () => {
  for (let seed = 0; seed < 300; seed++) {
    const { cases, decided, rows, threshold } = randomGiven(seed, { most: 60 })
    const { score } = decided
    const alert = alertsAt(cases, score, { threshold, rows })
    const own = [...alert.keys()].filter(row => alert[row] === 1)
    const acting = actingAtVolume(cases, score, [{ rows, count: own.length }], 0)
    assert.deepEqual([...acting], own)
    const again = alertsWithLeadIn(cases, score, acting, { first: rows, scored: rows, cooldown: 0 })
    assert.deepEqual(again, alert)
  }
})

test('ties break alike in every plan, and evenly over the rows', () => {
  const length = 10_000
  const cases = { t: new Float64Array(length), key: new Int32Array(length) }
  const rows = { from: 0, to: length }
  const item = actingAtVolume(cases, new Float64Array(length).fill(0.3), [{ rows, count: 2000 }], 0)
  const other = actingAtVolume(cases, new Float64Array(length).fill(0.9), [{ rows, count: 2000 }], 0)
  assert.deepEqual(item, other)
  const early = item.filter(row => row < length / 2).length
  assert.ok(Math.abs(early - 1000) < 100, `${early} of 2,000 in the first half`)
})

test('decisions that a slower cadence omits do not act, and no other decision replaces them', () => {
  for (let seed = 0; seed < 300; seed++) {
    const evaluation = randomGiven(seed, { most: 60 })
    const { cases, decided, rows } = evaluation
    const volumes = [{ rows, count: seed % 12 }]
    const left = decided.score.map((value, row) => (cases.t[row] % (15 * MINUTE) === 0 ? value : NaN))
    for (const cooldown of [0, 20 * MINUTE]) {
      const whole = [...actingAtVolume(cases, decided.score, volumes, cooldown)]
      const part = [...actingAtVolume(cases, left, volumes, cooldown, decided.score)]
      if (cooldown === 0)
        assert.deepEqual(
          part,
          whole.filter(row => !Number.isNaN(left[row])),
        )
      // An omitted action may free its key for one later decision, never for two.
      assert.ok(part.length <= whole.length && part.every(row => !Number.isNaN(left[row])), `seed ${seed}`)
      assert.deepEqual(part, actionsAmong(evaluation, part, cooldown))
    }
  }
})
