import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../base/random.ts'
import { Strings } from '../../../columns/strings.ts'
import type { ModelIR, ScoreIR, TrainIR } from '../../../define/ir/ir.ts'
import { fitTrees } from '../../../training/trees/fit.ts'
import { scoreOfFit } from '../../../training/predict.ts'
import { trainers } from '../../../training/trainer.ts'
import { retrainingMethod, type RetrainingMethod } from './retraining-method.ts'

const x = { op: 'trigger', name: 'x', type: 'double' } as const
const modelOf = (score: ScoreIR, train?: TrainIR): ModelIR => ({
  name: 'm',
  decide: { kind: 'on', source: 's' },
  inputs: [
    { name: 'x', expr: x },
    { name: 'y', expr: { ...x, name: 'y' } },
  ],
  score,
  ...(train && { train }),
})
const of = (score: ScoreIR, train?: TrainIR) => retrainingMethod(modelOf(score, train), new Strings())

const next = random(9)
const columns = { x: Float64Array.from({ length: 500 }, () => next()), y: Float64Array.from({ length: 500 }, () => next()) }
const labels = columns.x.map((value, row) => Number(value + next() * 0.5 > columns.y[row] + 0.25))
const vector = [{ values: columns.x, nulls: Uint8Array.from(columns.x, (_, row) => Number(row % 50 === 0)) }, { values: columns.y }]
const withNulls = { ...columns, x: columns.x.map((value, row) => (row % 50 === 0 ? NaN : value)) }
const none: ScoreIR = { kind: 'none' }
const trees = (options: TrainIR['options']): TrainIR => ({ algorithm: 'trees', options, promote: { kind: 'hand' } })

test("the definition's algorithm is used, with NULL as NaN", async () => {
  const { fit } = of(none, trees({ rounds: 5, leaves: 4 })) as RetrainingMethod
  const { score } = await fit({ vector, labels })
  assert.deepEqual(score, scoreOfFit(fitTrees({ columns: withNulls, labels }, { rounds: 5, leaves: 4 })))
})

test("a string input is trained on as the definition's training does, by its texts", async () => {
  const strings = new Strings()
  const kinds = Float64Array.from(columns.x, value => strings.idOf(value > 0.5 ? 'high' : 'low'))
  const inputs = [
    { name: 'x', expr: x },
    { name: 'kind', expr: { op: 'trigger', name: 'kind', type: 'string' } },
  ] as const
  for (const algorithm of ['logistic', 'trees'] as const) {
    const train: TrainIR = { algorithm, options: {}, promote: { kind: 'hand' } }
    const { fit } = retrainingMethod({ ...modelOf(none, train), inputs }, strings) as RetrainingMethod
    const { score } = await fit({ vector: [vector[0], { values: Int32Array.from(kinds) }], labels })
    const rows = { columns: { x: withNulls.x, kind: kinds }, labels, texts: { names: ['kind'], strings } }
    assert.deepEqual(score, (await trainers[algorithm](rows, {})).score)
    assert.ok(JSON.stringify(score).includes('"high"'))
  }
})

test("samples are drawn with the definition's seed, or with 0", async () => {
  for (const options of [
    { rounds: 5, rowShare: 0.5, seed: 4 },
    { rounds: 5, rowShare: 0.5 },
  ]) {
    const { fit } = of(none, trees(options)) as RetrainingMethod
    const [first, again] = [await fit({ vector, labels }), await fit({ vector, labels })]
    assert.deepEqual(first.score, scoreOfFit(fitTrees({ columns: withNulls, labels }, { seed: 0, ...options })))
    assert.deepEqual(again.score, first.score)
  }
})

test('trees without a stated training are retrained with a note', async () => {
  const { score: old } = await (of(none, trees({ rounds: 2 })) as RetrainingMethod).fit({ vector, labels })
  const { fit, note } = of(old) as RetrainingMethod
  assert.match(note!, /^model 'm' does not say how its trees were trained/)
  const { score } = await fit({ vector, labels })
  assert.ok(score.kind === 'trees' && score.trees.length > 2)
})

test('rules, functions and graphs cannot be retrained', () => {
  const why = (score: ScoreIR) => (of(score) as { why: string }).why
  assert.equal(
    why({ kind: 'rules', rules: [], otherwise: 0 }),
    "model 'm' has rules, which cannot be retrained; state how it is trained (train: …)",
  )
  assert.match(why({ kind: 'function', version: '1' }), /^model 'm' has a score function of its own/)
  assert.match(why(none), /^model 'm' has no score/)
})
