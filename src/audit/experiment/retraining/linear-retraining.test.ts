import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../base/random.ts'
import { Strings } from '../../../columns/strings.ts'
import type { InputIR } from '../../../define/ir/ir.ts'
import { fitLogistic } from '../../../training/logistic.ts'
import { compileModel } from '../../../model/index.ts'
import { fitTerms, type LinearScoreIR } from './linear-retraining.ts'

const inputs: InputIR[] = [
  { name: 'x', expr: { op: 'trigger', name: 'x', type: 'double' } },
  { name: 'kind', expr: { op: 'trigger', name: 'kind', type: 'string' } },
]
const strings = new Strings()
const [a, b, c] = ['a', 'b', 'c'].map(text => strings.idOf(text))

/** Labels that depend on x and the kind; kinds a and b, sometimes a third one and a NULL. */
function drawn(rows: number) {
  const next = random(3)
  const x = Float64Array.from({ length: rows }, () => next() * 4 - 2)
  const nulls = Uint8Array.from({ length: rows }, () => Number(next() < 0.1))
  const kind = Int32Array.from({ length: rows }, () => (next() < 0.45 ? a : next() < 0.8 ? b : c))
  const labels = Float64Array.from(x, (value, row) =>
    Number(next() < 1 / (1 + Math.exp(-((nulls[row] ? 0.5 : value) + (kind[row] === a ? 1 : -1))))),
  )
  return { vector: [{ values: x, nulls }, { values: kind }], x, nulls, kind, labels }
}

test('a linear score is refit in its own form, as with columns made by hand', () => {
  const { vector, x, nulls, kind, labels } = drawn(4000)
  const old: LinearScoreIR = {
    kind: 'linear',
    intercept: 9,
    terms: [
      { input: 'x', weight: 7, mean: 3, scale: 2, ifNull: 0.5 },
      { input: 'kind', levels: { a: 1, b: 2 }, otherwise: 3 },
    ],
  }
  const { score, notes } = fitTerms(old, inputs, vector, labels, strings)
  const byHand = fitLogistic({
    columns: {
      x: x.map((value, row) => (nulls[row] ? 0.5 : value)),
      a: Float64Array.from(kind, value => Number(value === a)),
      b: Float64Array.from(kind, value => Number(value === b)),
      other: Float64Array.from(kind, value => Number(value === c)),
    },
    labels,
  }).coefficients
  assert.deepEqual(notes, [])
  assert.deepEqual(score, {
    kind: 'logistic',
    intercept: byHand.intercept,
    terms: [
      { input: 'x', weight: byHand.weights.x.weight, ifNull: 0.5 },
      { input: 'kind', levels: { a: byHand.weights.a.weight, b: byHand.weights.b.weight }, otherwise: byHand.weights.other.weight },
    ],
  })
  assert.ok(Math.abs(score.terms[0].weight! - 1) < 0.15 && score.terms[1].levels!['a'] - score.terms[1].levels!['b'] > 1.6)
})

test('NULL is refit with a weight of its own if it has one', () => {
  const { vector, nulls, kind, labels } = drawn(2000)
  const withNulls = [vector[0], { ...vector[1], nulls }]
  const byHand = (of: Record<string, (row: number) => boolean>) =>
    fitLogistic({
      columns: Object.fromEntries(Object.entries(of).map(([name, is]) => [name, Float64Array.from(kind, (_, row) => Number(is(row)))])),
      labels,
    }).coefficients
  const own = fitTerms(
    { kind: 'linear', intercept: 0, terms: [{ input: 'kind', levels: { a: 1 }, otherwise: 3, ifNull: 2 }] },
    inputs,
    withNulls,
    labels,
    strings,
  ).score
  const { intercept, weights } = byHand({
    a: row => !nulls[row] && kind[row] === a,
    other: row => !nulls[row] && kind[row] !== a,
    none: row => nulls[row] === 1,
  })
  const [level, otherwise, ifNull] = [weights['a'], weights['other'], weights['none']].map(({ weight }) => weight)
  assert.deepEqual(own, { kind: 'logistic', intercept, terms: [{ input: 'kind', levels: { a: level }, otherwise, ifNull }] })
})

test('cases without a score are not in the training data, and get none again', () => {
  const { vector, nulls, kind, labels } = drawn(2000)
  const old: LinearScoreIR = {
    kind: 'logistic',
    intercept: 0,
    terms: [
      { input: 'x', weight: 1 },
      { input: 'kind', levels: { a: 1, b: 2 } },
    ],
  }
  const { score } = fitTerms(old, inputs, vector, labels, strings)
  const rows = Uint32Array.from(labels, (_, row) => row).filter(row => nulls[row] === 0 && kind[row] !== c)
  const scorable = [{ values: Float64Array.from(rows, row => vector[0].values[row]) }, { values: Int32Array.from(rows, row => kind[row]) }]
  assert.deepEqual(
    fitTerms(
      old,
      inputs,
      scorable,
      Float64Array.from(rows, row => labels[row]),
      strings,
    ).score,
    score,
  )
  const model = compileModel({ name: 'm', decide: { kind: 'on', source: 's' }, inputs, score }, { strings })
  const { nulls: none } = model.score(({ name }) => vector[name === 'x' ? 0 : 1], labels.length).score
  assert.deepEqual(
    [...none!.subarray(0, labels.length)],
    Array.from(labels, (_, row) => Number(nulls[row] === 1 || kind[row] === c)),
  )
})
