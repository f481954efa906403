import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionIR } from '../../define/ir/ir.ts'
import { randomGiven } from '../../../test/audit/random-cases.ts'
import { lookBackOf, utilityOf } from './index.ts'

const acts = (cooldown?: number) =>
  ({
    name: 'page',
    model: 'm',
    when: { op: 'gte', left: { op: 'column', name: 'score' }, right: { op: 'literal', value: 0.5 }, type: 'bool' },
    cooldown,
  }) as unknown as ActionIR

test('a cooldown looks back without limit, a block for its duration, others not at all', () => {
  const model = { name: 'm' }
  const caught = { kind: 'caught', unit: 'x' } as const
  const money = { kind: 'money', saves: 1, wrong: 1 } as const
  assert.equal(lookBackOf({}, model, caught), 0)
  assert.equal(lookBackOf({ actions: [acts()] }, model, money), 0)
  assert.equal(lookBackOf({ actions: [acts()] }, model, { ...money, blocks: 7 }), 7)
  assert.equal(lookBackOf({ actions: [acts(5)] }, model, caught), Infinity)
  assert.equal(lookBackOf({ actions: [acts(5)] }, { name: 'other' }, caught), 0)
})

test('actions before the look-back change no value', () => {
  let [left, stopped] = [0, 0]
  for (let seed = 0; seed < 400; seed++) {
    const evaluation = randomGiven(seed)
    const { cases, alert, rows } = evaluation
    if (rows.to === rows.from) continue
    const utility = { kind: 'money', saves: 'amount', wrong: 3, ...(seed % 2 === 0 && { blocks: 1 + (seed % 90) * 60_000 }) } as const
    const { values } = utilityOf({ utility }, { name: 'm' })
    const first = cases.t[rows.from] - lookBackOf({}, { name: 'm' }, utility)
    const some = alert.map((acts, row) => (cases.t[row] < first || row >= rows.to ? 0 : acts))
    const wanted = values(evaluation)
    assert.deepEqual(values({ ...evaluation, alert: some }), wanted)
    left += Number(some.some((acts, row) => row < rows.to && acts !== alert[row]))
    stopped += wanted.reduce((sum, value) => sum + Number(value !== 0), 0)
  }
  assert.ok(left > 10 && stopped > 100, `${left} had earlier actions, ${stopped} values were not 0`)
})
