import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fateOf, type Fate } from '../../test/oracle/exploration.ts'
import type { ActionIR, ModelIR } from '../define/ir/ir.ts'
import { decisionId } from '../decision/decision-id.ts'
import { explorationDraw, EXPLORED, ExplorationSampler, FOLLOWED, NOT_MET } from './exploration-sampler.ts'

const decline: ActionIR & { explore: number } = {
  name: 'decline',
  model: 'fraud',
  when: {
    op: 'gte',
    left: { op: 'column', name: 'score', type: 'double' },
    right: { op: 'literal', value: 0.5, type: 'double' },
    type: 'bool',
  },
  explore: 0.05,
  do: { kind: 'answer', answer: false },
}
const model: ModelIR = { name: 'fraud', decide: { kind: 'on', source: 'payments' }, inputs: [], score: { kind: 'none' } }

const ROWS = 40_000
const scores = Float64Array.from({ length: ROWS }, (_, i) => (i % 10) / 10)
const nulls = Uint8Array.from({ length: ROWS }, (_, i) => Number(i % 7 === 0))
const t = Float64Array.from({ length: ROWS }, (_, i) => 1000 + i)
const idOf = (row: number) => decisionId(model, { partition: 0, offset: row })

const fatesOf = (action: typeof decline, log = 'log-1') =>
  new ExplorationSampler(action, log).assign({ values: scores, nulls }, t, ROWS, idOf)

test('explored decisions equal those of the naive reference', () => {
  const names: Fate[] = []
  names[NOT_MET] = 'not met'
  names[FOLLOWED] = 'followed'
  names[EXPLORED] = 'explored'
  const fates = fatesOf(decline)
  for (let row = 0; row < 4000; row++) {
    const decision = { t: t[row], entry: row, score: nulls[row] ? null : scores[row], position: { partition: 0, offset: row } }
    assert.equal(names[fates[row]], fateOf({ model, action: decline, decision, log: 'log-1' }), `row ${row}`)
  }
})

/** Standard deviations from what a fair draw gives. */
const off = (count: number, of: number, part: number): number => Math.abs(count - of * part) / Math.sqrt(of * part * (1 - part))

test('a part of those that meet the condition is, at every score alike, and no other', () => {
  const fates = fatesOf(decline)
  const met = (row: number) => nulls[row] === 0 && scores[row] >= 0.5
  fates.forEach((fate, row) => assert.equal(fate !== NOT_MET, met(row)))
  for (const least of [0.5, 0.6, 0.7, 0.8, 0.9]) {
    const rows = Array.from(fates.keys()).filter(row => met(row) && scores[row] === least)
    assert.ok(off(rows.filter(row => fates[row] === EXPLORED).length, rows.length, 0.05) < 4, `at ${least}`)
  }
})

test('two actions, and two logs, explore each by itself', () => {
  const half = { ...decline, explore: 0.5 }
  const one = fatesOf(half)
  for (const other of [fatesOf({ ...half, name: 'hold' }), fatesOf(half, 'log-2')]) {
    const met = Array.from(one.keys()).filter(row => one[row] !== NOT_MET)
    const both = met.filter(row => one[row] === EXPLORED && other[row] === EXPLORED).length
    assert.ok(off(both, met.length, 0.25) < 4)
  }
})

test('draws are uniform: what a smaller part leaves undone a larger one does too', () => {
  const draws = Array.from({ length: 20_000 }, (_, row) => explorationDraw('log', 'decline', idOf(row), row))
  assert.ok(draws.every(draw => draw >= 0 && draw < 1))
  for (const part of [0.01, 0.1, 0.5, 0.9]) assert.ok(off(draws.filter(draw => draw < part).length, draws.length, part) < 4)
  const [few, more] = [fatesOf({ ...decline, explore: 0.01 }), fatesOf(decline)]
  assert.ok(few.some(fate => fate === EXPLORED) && few.every((fate, row) => fate !== EXPLORED || more[row] === EXPLORED))
})
