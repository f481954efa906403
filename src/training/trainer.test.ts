import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { external } from '../define/model/train.ts'
import { algorithmNames } from '../define/ir/train-ir.ts'
import { scoreColumns } from './predict.ts'
import { checkScore, trainerOf, trainers } from './trainer.ts'

const next = random(3)
const columns = { x: Float64Array.from({ length: 400 }, () => next() * 10), none: new Float64Array(400).fill(7) }
const labels = Array.from(columns.x, x => Number(next() < (x > 5 ? 0.8 : 0.2)))

test('each trainer gives a score of the same bytes for the same rows, and names what says nothing', async () => {
  for (const name of algorithmNames) {
    const [first, again] = [await trainers[name]({ columns, labels }, {}), await trainers[name]({ columns, labels }, {})]
    assert.equal(JSON.stringify(again), JSON.stringify(first))
    assert.deepEqual([first.constant, first.notes], [['none'], []])
    checkScore(first.score)
    const [low, high] = scoreColumns(first, { x: Float64Array.of(1, 9), none: Float64Array.of(7, 7) })
    assert.ok(low < 0.4 && high > 0.6, `${name}: ${low}, ${high}`)
  }
})

test('a fit that has not converged says so', async () => {
  const { notes } = await trainers.logistic({ columns: { x: Float64Array.of(1, 2, 3, 4) }, labels: [0, 0, 1, 1] }, { ridge: 0 })
  assert.match(notes[0], /^it has not converged/)
})

test('a score with a number that is none is rejected, with its place', () => {
  const rejected = (score: Parameters<typeof checkScore>[0], message: RegExp) =>
    assert.throws(() => checkScore(score), { code: 'SPILL_TRAINING', message })
  rejected({ kind: 'logistic', intercept: NaN, terms: [] }, /the intercept is NaN/)
  rejected({ kind: 'linear', intercept: 0, terms: [{ input: 'x', weight: NaN, ifNull: 0 }] }, /the weight of 'x' is NaN/)
  rejected({ kind: 'linear', intercept: 0, terms: [{ input: 'x', weight: 1, ifNull: Infinity }] }, /Infinity stands for NULL/)
  rejected({ kind: 'trees', link: 'identity', base: Infinity, inputs: [], trees: [] }, /the base of the trees is Infinity/)
  const tree = { input: [-1], value: [NaN], right: [0], nullsLeft: [0] }
  rejected({ kind: 'trees', link: 'identity', base: 0, inputs: [], trees: [tree] }, /tree 0, node 0: the value is NaN/)
})

/** A command that leaves this as its model. */
const command = (model: object, metrics = { auc: 0.75 }) => {
  const program = `const fs = require('node:fs'); const to = process.argv[2]; fs.writeFileSync(to + '/model.json', ${JSON.stringify(JSON.stringify(model))}); fs.writeFileSync(to + '/metrics.json', ${JSON.stringify(JSON.stringify(metrics))})`
  return external({ command: process.execPath, args: ['-e', program] })
}

test('a command is a trainer as any: what it leaves is a score of the inputs, and what it has measured is said', async () => {
  const weights = { x: 0.5, none: { weight: 0, ifNull: 1 } }
  const { score, notes } = await trainerOf(command({ kind: 'logistic', intercept: -2, weights }))({ columns, labels }, { seed: 3 })
  assert.deepEqual(score, {
    kind: 'logistic',
    intercept: -2,
    terms: [
      { input: 'x', weight: 0.5 },
      { input: 'none', weight: 0, ifNull: 1 },
    ],
  })
  assert.deepEqual(notes, ['it has measured auc 0.75'])
  const wrong = trainerOf(command({ kind: 'logistic', intercept: 0, weights: { y: 1 } }))
  await assert.rejects(async () => wrong({ columns, labels }, {}), { code: 'SPILL_TRAINING', message: /y/ })
})
