import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf, randomGiven } from '../../../test/audit/random-cases.ts'
import { block } from '../../../examples/fraud/blocking.ts'
import { random } from '../../base/random.ts'
import type { ActionIR, LabelIR, UtilityIR } from '../../define/ir/ir.ts'
import { alertsAt, lookBackOf, utilityOf, valuationBasis, type AlertEvaluation } from './index.ts'

const MINUTE = 60_000
const label = { from: { kind: 'from' }, begins: { kind: 'begins' }, happens: { kind: 'happens' } } as unknown as Record<
  LabelIR['kind'],
  LabelIR
>
const valuesOf = (utility: UtilityIR, evaluation: AlertEvaluation, kind: LabelIR['kind'] = 'from') =>
  utilityOf({ utility }, { name: 'm', label: label[kind] }).values(evaluation)
const caught = { kind: 'caught', unit: 'x' } as const

/** The rows of an evaluation, for naive references. */
const rowsOf = ({ rows: { from, to } }: AlertEvaluation) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
const labelled = ({ cases }: AlertEvaluation, row: number) => cases.isLabelled[row] === 1 && cases.eligible[row] === 1

function isShared({ key, outcome, outcomeGroup }: AlertEvaluation['cases'], row: number, other: number): boolean {
  if (outcomeGroup) return outcomeGroup[row] >= 0 && outcomeGroup[row] === outcomeGroup[other]
  return key[row] === key[other] && outcome[row] === outcome[other]
}

/** True if the row is the first action in time for its outcome, by comparison with every other row. */
function isFirst(evaluation: AlertEvaluation, row: number, shared: boolean): boolean {
  const { cases, decided, alert } = evaluation
  const inTime = (other: number) =>
    labelled(evaluation, other) && cases.label[other] === 1 && alert[other] === 1 && decided.actedAt[other] <= cases.outcome[other]
  if (!inTime(row)) return false
  if (!shared) return true
  return rowsOf(evaluation).every(other => {
    if (other === row || !isShared(cases, row, other) || !inTime(other)) return true
    return decided.actedAt[other] === decided.actedAt[row] ? other > row : decided.actedAt[other] > decided.actedAt[row]
  })
}

test('caught, notice and money count the first action in time of each outcome, and wrong actions', () => {
  let firsts = 0
  for (let seed = 0; seed < 400; seed++) {
    const shared = seed % 2 === 0
    const evaluation = randomGiven(seed, { shared, grouped: seed % 8 === 2 })
    const { cases, decided, alert } = evaluation
    const amount = cases.column('amount')
    const expected = (gain: (row: number) => number, wrong: number) =>
      rowsOf(evaluation).map(row => {
        if (!labelled(evaluation, row)) return NaN
        if (isFirst(evaluation, row, shared)) return gain(row)
        return alert[row] === 1 && cases.label[row] === 0 && wrong !== 0 ? -wrong : 0
      })
    const kind = shared ? (['begins', 'happens'] as const)[(seed / 2) % 2] : 'from'
    assert.deepEqual(
      [...valuesOf(caught, evaluation, kind)],
      expected(() => 1, 0),
    )
    assert.deepEqual(
      [...valuesOf({ ...caught, dollars: 80, wrong: 4 }, evaluation, kind)],
      expected(() => 1, 0.05),
    )
    const minutes = (row: number) => (cases.outcome[row] - decided.actedAt[row]) / MINUTE
    assert.deepEqual([...valuesOf({ kind: 'notice', unit: 'x', dollars: 2, wrong: 3 }, evaluation, kind)], expected(minutes, 1.5))
    assert.deepEqual(
      [...valuesOf({ kind: 'money', saves: 'amount', wrong: 10 }, evaluation, kind)],
      expected(row => amount[row], 10),
    )
    assert.deepEqual(
      [...valuesOf({ kind: 'money', saves: 7, wrong: 0 }, evaluation, kind)],
      expected(() => 7, 0),
    )
    firsts += rowsOf(evaluation).filter(row => isFirst(evaluation, row, shared)).length
  }
  assert.ok(firsts > 500)
})

/** The blocked rows, event by event: an earlier unblocked action of the key is done and not over. */
function stoppedNaively({ cases: { t, key }, decided: { actedAt, inline }, alert, rows }: AlertEvaluation, blocks: number): Set<number> {
  const first = t.findIndex(time => time > t[rows.from] - blocks)
  const stopped = new Set<number>()
  const acting: number[] = []
  for (let row = first; row < rows.to; row++) {
    if (acting.some(other => key[other] === key[row] && actedAt[other] <= t[row] && t[row] < actedAt[other] + blocks)) {
      stopped.add(row)
      continue
    }
    if (alert[row] === 0) continue
    acting.push(row)
    if (inline) stopped.add(row)
  }
  return stopped
}

test('money with blocking counts each blocked event, right or wrong', () => {
  let stopped = 0
  for (let seed = 0; seed < 400; seed++) {
    const evaluation = randomGiven(seed)
    if (evaluation.rows.from >= evaluation.rows.to) continue
    const blocks = (1 + (seed % 20)) * 5 * MINUTE
    const { cases } = evaluation
    const result = stoppedNaively(evaluation, blocks)
    const expected = rowsOf(evaluation).map(row =>
      labelled(evaluation, row) ? (result.has(row) ? (cases.label[row] === 1 ? cases.column('amount')[row] : -10) : 0) : NaN,
    )
    assert.deepEqual([...valuesOf({ kind: 'money', saves: 'amount', wrong: 10, blocks }, evaluation)], expected)
    stopped += result.size
  }
  assert.ok(stopped > 500)
})

test('without delays it equals the action model of the fraud example', () => {
  const of = random(7)
  const length = 5000
  const t = Float64Array.from({ length }, () => Math.floor(of() * 20 * 86_400_000)).sort()
  const zero = new Int32Array(length)
  const score = Float64Array.from({ length }, () => of())
  const card = Int32Array.from({ length }, () => Math.floor(of() * 60))
  const fraud = Uint8Array.from({ length }, () => Number(of() < 0.1))
  const amount = Float64Array.from({ length }, () => Math.ceil(of() * 500))
  const cases = casesOf({
    t,
    key: card,
    label: fraud,
    isLabelled: new Uint8Array(length).fill(1),
    eligible: new Uint8Array(length).fill(1),
    outcome: t.map((time, row) => (fraud[row] === 1 ? time + 1e9 : NaN)),
    columns: { amount },
  })
  for (const inline of [true, false]) {
    const { weeks } = block({ t, score, amount, card, fraud, burst: zero.map(() => -1), isTest: new Uint8Array(length) }, 0.97, { inline })
    const alert = alertsAt(cases, score, { threshold: 0.97 })
    const values = valuesOf(
      { kind: 'money', saves: 'amount', wrong: 10, blocks: 86_400_000 },
      {
        cases,
        decided: { score, scoredAt: t, actedAt: t, inline },
        alert,
        rows: { from: 0, to: length },
      },
    )
    const sum = (numbers: Float64Array) => numbers.reduce((a, b) => a + b, 0)
    assert.equal(sum(values), sum(weeks))
    assert.notEqual(sum(values), 0)
  }
})

test("a NULL amount makes a blocked event's value unknown", () => {
  const evaluation = oneRow({ label: 1 })
  const cases = casesOf({ ...evaluation.cases, columns: { amount: Float64Array.of(NaN) } })
  assert.deepEqual([...valuesOf({ kind: 'money', saves: 'amount', wrong: 1, blocks: 1 }, { ...evaluation, cases })], [NaN])
  assert.deepEqual(
    [...valuesOf({ kind: 'money', saves: 'amount', wrong: 1, blocks: 1 }, { ...evaluation, cases, alert: Uint8Array.of(0) })],
    [0],
  )
})

function oneRow({ label, isLabelled = 1 }: { readonly label: 0 | 1; readonly isLabelled?: 0 | 1 }): AlertEvaluation {
  const item = Uint8Array.of(1)
  const t = Float64Array.of(0)
  return {
    cases: casesOf({
      t,
      key: Int32Array.of(0),
      label: Uint8Array.of(label),
      isLabelled: Uint8Array.of(isLabelled),
      eligible: item,
      outcome: Float64Array.of(label ? 5 : NaN),
    }),
    decided: { score: Float64Array.of(1), scoredAt: t, actedAt: t, inline: true },
    alert: item,
    rows: { from: 0, to: 1 },
  }
}

test('an action after the outcome has no value, an action at the same time has the full value', () => {
  const evaluation = oneRow({ label: 1 })
  const at = (actedAt: number) => [
    ...valuesOf(caught, { ...evaluation, decided: { ...evaluation.decided, actedAt: Float64Array.of(actedAt) } }),
  ]
  assert.deepEqual([at(4), at(5), at(6)], [[1], [1], [0]])
})

test('no rows give no values, and rows without a known label give NaN', () => {
  const evaluation = oneRow({ label: 0, isLabelled: 0 })
  for (const utility of [caught, { kind: 'money', saves: 1, wrong: 1, blocks: 5 } as const]) {
    assert.equal(valuesOf(utility, { ...evaluation, rows: { from: 1, to: 1 } }).length, 0)
    assert.deepEqual([...valuesOf(utility, evaluation)], [NaN])
  }
})

test('a value function has a name, a unit and a value per unit', () => {
  const named = (utility: UtilityIR) => {
    const { name, unit, dollars } = utilityOf({ utility }, { name: 'm', label: label.from }, d => d.score)
    return [name, unit, dollars]
  }
  assert.deepEqual(named({ kind: 'caught', unit: 'late arrivals' }), ['late arrivals caught', 'late arrivals', undefined])
  assert.deepEqual(named({ kind: 'notice', unit: 'lows', dollars: 2 }), ['minutes of notice before lows', 'min', 2])
  assert.deepEqual(named({ kind: 'money', saves: 1, wrong: 1 }), ['dollars saved', '$', 1])
  assert.deepEqual(named({ kind: 'own', unit: 'clicks', version: '1', dollars: 0.5 }), ['clicks', 'clicks', 0.5])
  assert.deepEqual(named({ kind: 'own', unit: '$', version: '1' }), ['$', '$', 1])
})

const acts = (cooldown?: number) =>
  ({
    name: 'page',
    model: 'm',
    when: { op: 'gte', left: { op: 'column', name: 'score' }, right: { op: 'literal', value: 0.5 }, type: 'bool' },
    cooldown,
  }) as unknown as ActionIR

test('a cooldown looks back without limit, a block for its duration, others not at all', () => {
  const model = { name: 'm' }
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
    const expected = values(evaluation)
    assert.deepEqual(values({ ...evaluation, alert: some }), expected)
    left += Number(some.some((acts, row) => row < rows.to && acts !== alert[row]))
    stopped += expected.reduce((sum, value) => sum + Number(value !== 0), 0)
  }
  assert.ok(left > 10 && stopped > 100, `${left} had earlier actions, ${stopped} values were not 0`)
})

test('the basis is worded from the terms of the value function', () => {
  const texts: readonly (readonly [UtilityIR, string])[] = [
    [
      { kind: 'caught', unit: 'late arrivals', budget: 0.1 },
      'each of the late arrivals counts once, if its first action is done by the time it happens',
    ],
    [
      { kind: 'caught', unit: 'frauds', dollars: 120, wrong: 2.5 },
      'each of the frauds counts once, if its first action is done by the time it happens; each is worth $120, and a wrong action costs $2.50',
    ],
    [
      { kind: 'notice', unit: 'lows', dollars: 3 },
      'each of the lows counts the minutes from its first action until it happens; a minute is worth $3',
    ],
    [{ kind: 'money', saves: 50, wrong: 10 }, 'the first action in time saves $50; a wrong action costs $10'],
    [
      { kind: 'money', saves: 'amount', wrong: 10, blocks: 86_400_000 },
      "an action blocks its key for 1 day; each blocked event saves the dollars of its 'amount' if the block was right, and costs $10 if it was wrong",
    ],
    [
      { kind: 'own', unit: 'rides', version: '2', budget: 0.1 },
      "each decision counts the value that the pipeline's own function returns, in rides (version 2)",
    ],
  ]
  for (const [utility, text] of texts) assert.equal(valuationBasis(utility), text)
})
