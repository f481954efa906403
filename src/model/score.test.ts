import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnData } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ExprIR, InputIR, ModelIR, ScoreIR, TermIR, Value } from '../define/ir/ir.ts'
import { compileModel } from './index.ts'
import type { ListColumn } from './vector.ts'

const strings = new Strings()
const inputs: readonly InputIR[] = [
  { name: 'amount', expr: { op: 'trigger', name: 'amount', type: 'decimal', scale: 2 } },
  { name: 'online', expr: { op: 'trigger', name: 'online', type: 'bool' } },
  { name: 'country', expr: { op: 'trigger', name: 'country', type: 'string' } },
]
const modelOf = (score: ScoreIR, modelInputs = inputs): ModelIR => ({
  name: 'fraud',
  decide: { kind: 'on', source: 'payments' },
  inputs: modelInputs,
  score,
})

function columnOf(values: readonly Value[]): ColumnData {
  const physical = values.map(value => (typeof value === 'string' ? strings.idOf(value) : Number(value)))
  const nulls = values.includes(null) ? Uint8Array.from(values, value => Number(value === null)) : undefined
  return { values: values.some(value => typeof value === 'string') ? Int32Array.from(physical) : Float64Array.from(physical), nulls }
}

/** Scores of a model over rows of (amount, online, country). */
function scoresOf(score: ScoreIR, ...rows: readonly (readonly [Value, Value?, Value?])[]): (number | null)[] {
  const columns = Object.fromEntries(inputs.map(({ name }, i) => [name, columnOf(rows.map(row => row[i] ?? null))]))
  const { values, nulls } = compileModel(modelOf(score), { strings }).score(leaf => columns[leaf.name], rows.length).score
  return rows.map((_, i) => (nulls?.[i] ? null : values[i]))
}

const linear = (...terms: TermIR[]): ScoreIR => ({ kind: 'linear', intercept: 1, terms })

test('a linear score is the intercept and weight · (x − mean) / scale', () => {
  assert.deepEqual(scoresOf(linear({ input: 'amount', weight: 3, mean: 2, scale: 4 }), [10], [2], [-2]), [7, 1, -2])
  assert.deepEqual(scoresOf(linear({ input: 'online', weight: 0.5 }), [0, true], [0, false]), [1.5, 1])
  assert.deepEqual(scoresOf({ kind: 'linear', intercept: -0, terms: [] }, [1]), [0])
})

test('terms are added in their order', () => {
  const term = (weight: number): TermIR => ({ input: 'amount', weight })
  // 1 is lost next to 2^53 unless it is added after the large terms have cancelled.
  assert.deepEqual(scoresOf(linear(term(2 ** 53), term(-(2 ** 53)), term(1)), [1]), [1])
  assert.deepEqual(scoresOf({ kind: 'linear', intercept: 0, terms: [term(2 ** 53), term(-(2 ** 53)), term(1)] }, [1]), [1])
  assert.deepEqual(scoresOf({ kind: 'linear', intercept: 0, terms: [term(1), term(2 ** 53), term(-(2 ** 53))] }, [1]), [0])
})

test('a logistic score is a probability, also far out', () => {
  const score: ScoreIR = { kind: 'logistic', intercept: 0, terms: [{ input: 'amount', weight: 1 }] }
  assert.deepEqual(scoresOf(score, [0], [800], [-800]), [0.5, 1, 0])
  assert.ok(Math.abs(scoresOf(score, [Math.log(3)])[0]! - 0.75) < 1e-15)
  assert.deepEqual(scoresOf(score, [-700]), [1 / (1 + Math.exp(700))])
})

test('a NULL input is replaced by ifNull, and without it the score is NULL', () => {
  assert.deepEqual(scoresOf(linear({ input: 'amount', weight: 2, mean: 1, ifNull: 4 }), [null], [3]), [7, 5])
  assert.deepEqual(scoresOf(linear({ input: 'amount', weight: 2 }), [null], [3]), [null, 7])
  assert.deepEqual(scoresOf({ kind: 'logistic', intercept: 0, terms: [{ input: 'amount', weight: 0 }] }, [null], [3]), [null, 0.5])
})

test('a score beyond the doubles is NULL', () => {
  const terms = [{ input: 'amount', weight: Number.MAX_VALUE }]
  assert.deepEqual(scoresOf({ kind: 'linear', intercept: 0, terms }, [2], [1]), [null, Number.MAX_VALUE])
  assert.deepEqual(scoresOf({ kind: 'logistic', intercept: 0, terms }, [2], [-2]), [1, 0])
})

test('levels give a weight for each value written as text', () => {
  const country = { input: 'country', levels: { CH: 1, FR: 2, '': 3 } }
  assert.deepEqual(scoresOf(linear(country), [0, true, 'FR'], [0, true, 'DE'], [0, true, ''], [0, true, null]), [3, null, 4, null])
  assert.deepEqual(scoresOf(linear({ ...country, otherwise: -1 }), [0, true, 'DE'], [0, true, null]), [0, 0])
  const online = { input: 'online', levels: { true: 10, false: 20, no: 99 } }
  assert.deepEqual(scoresOf(linear(online), [0, true], [0, false], [0, null]), [11, 21, null])
  const amount = { input: 'amount', levels: { '12.5': 5, '7': 6, '07': 99, '7.0': 99 }, otherwise: 0 }
  assert.deepEqual(scoresOf(linear(amount), [12.5], [7], [8]), [6, 7, 1])
  assert.deepEqual(scoresOf(linear({ input: 'country', levels: {} }), [0, true, 'constructor']), [null])
})

test('rules give the score of the first true rule, and NULL is not true', () => {
  const amount: ExprIR = { op: 'trigger', name: 'amount', type: 'double' }
  const over = (value: number): ExprIR => ({ op: 'gt', left: amount, right: { op: 'literal', value, type: 'double' }, type: 'bool' })
  const rules: ScoreIR = {
    kind: 'rules',
    rules: [
      { when: over(100), score: 0.9 },
      { when: over(10), score: 0.5 },
    ],
    otherwise: 0.1,
  }
  assert.deepEqual(scoresOf(rules, [150], [100], [10], [null]), [0.9, 0.5, 0.1, 0.1])
  const cheap: ExprIR = { op: 'not', of: over(10), type: 'bool' }
  assert.deepEqual(scoresOf({ kind: 'rules', rules: [{ when: cheap, score: 1 }], otherwise: 0 }, [null], [10]), [0, 1])
  assert.deepEqual(scoresOf({ kind: 'rules', rules: [], otherwise: 0 }, [1]), [0])
})

test('a rule may refer to an input, as delivered', () => {
  const named = (type: 'double' | 'decimal'): ScoreIR => ({
    kind: 'rules',
    rules: [
      {
        when: {
          op: 'gt',
          left: { op: 'column', name: 'amount', type },
          right: { op: 'literal', value: 1.5, type: 'double' },
          type: 'bool',
        },
        score: 1,
      },
    ],
    otherwise: 0,
  })
  assert.deepEqual(scoresOf(named('double'), [1.51], [1.5]), [1, 0])
  assert.throws(() => scoresOf(named('decimal'), [1.51]), { code: 'SPILL_ASSERT' })
})

test('derived inputs are evaluated over delivered values, then scored', () => {
  const mean: ExprIR = { op: 'feature', group: 'usual', key: ['card'], name: 'mean', type: 'double' }
  const ratio: ExprIR = { op: 'div', left: { op: 'trigger', name: 'amount', type: 'decimal', scale: 2 }, right: mean, type: 'double' }
  const model = compileModel(modelOf(linear({ input: 'ratio', weight: 1, ifNull: 1 }), [{ name: 'ratio', expr: ratio }]), { strings })
  const columns: Record<string, ColumnData> = { amount: columnOf([12.5, 3, 3]), mean: columnOf([5, null, 0]) }
  const { vector, score } = model.score(leaf => columns[leaf.name], 3)
  assert.deepEqual([...score.values.subarray(0, 3)], [3.5, 2, 2])
  assert.deepEqual([...vector[0].nulls!.subarray(0, 3)], [0, 1, 1])
  assert.equal(vector[0].values[0], 2.5)
})

test('each term of a score has an explanation', () => {
  const score = linear({ input: 'amount', weight: 3, mean: 2 }, { input: 'online', weight: 1 }, { input: 'country', levels: { CH: -1 } })
  const columns: Record<string, ColumnData> = { amount: columnOf([9, 10]), online: columnOf([true, null]), country: columnOf(['FR', 'CH']) }
  const model = compileModel(modelOf(score), { strings })
  const { vector } = model.score(leaf => columns[leaf.name], 2)
  const explained = [
    { input: 'amount', adds: 24 },
    { input: 'online', adds: null },
    { input: 'country', adds: -1 },
  ]
  assert.deepEqual(model.explain(vector, 1), explained)
})

test('invalid definitions are rejected', () => {
  const rejected = (term: TermIR) => assert.throws(() => scoresOf(linear(term), [1, true, 'CH']), { code: 'SPILL_ASSERT' })
  rejected({ input: 'nothing', weight: 1 })
  rejected({ input: 'country', weight: 1 })
  const lists: ListColumn = { values: Float64Array.of(1, 2), width: 2, counts: Uint16Array.of(2) }
  const model = compileModel(modelOf(linear({ input: 'amount', weight: 1 }), inputs.slice(0, 1)), { strings })
  assert.throws(() => model.score(() => lists, 1), { code: 'SPILL_ASSERT' })
  assert.throws(() => compileModel(modelOf({ kind: 'function', version: '1' }), { strings }), { code: 'SPILL_ASSERT' })
})
