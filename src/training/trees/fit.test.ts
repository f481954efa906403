import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auc } from '../metrics.ts'
import { random } from '../../base/random.ts'
import { findTreesFault } from '../../define/model/trees.ts'
import { fitLogistic } from '../logistic.ts'
import { predict } from '../predict.ts'
import type { TrainingRows } from '../input/training-table.ts'
import { fitTrees } from './fit.ts'

/** Two columns whose signs together say what neither says alone, one of chance, and NULLs. */
function crossed(rows: number, seed: number) {
  const next = random(seed)
  const column = () => Float64Array.from({ length: rows }, () => (next() < 0.05 ? NaN : next() * 2 - 1))
  const columns = { x: column(), y: column(), noise: column() }
  const labels = Uint8Array.from({ length: rows }, (_, i) => Number(next() < (columns.x[i] > 0 === columns.y[i] > 0 ? 0.1 : 0.9)))
  return { columns, labels }
}
const byHand = { rounds: 1, learningRate: 1, minRows: 1, leaves: 2 }
const bytes = (fit: { file: object }) => JSON.stringify(fit.file)

test('one split by hand: base, threshold, leaves, gain', () => {
  const rows = { columns: { x: Float64Array.of(1, 2, 3, 4) }, labels: [0, 0, 10, 10] }
  const { file, gains, constant } = fitTrees(rows, { ...byHand, loss: 'squared' })
  assert.equal(file.base, 5)
  assert.deepEqual(file.trees, [{ input: [0, -1, -1], value: [2.5, -5, 5], right: [2, 0, 0], nullsLeft: [0, 0, 0] }])
  assert.deepEqual({ ...gains }, { x: 100 }) // 10² / 2 + 10² / 2 − 0² / 4
  assert.deepEqual(constant, [])
  assert.equal(findTreesFault(file), undefined)
})

test('one logistic leaf by hand: −G / (H + ridge), as far as the learning rate goes', () => {
  const rows = { columns: { x: Float64Array.of(1, 2, 3, 4) }, labels: [0, 1, 1, 1] }
  const { file } = fitTrees(rows, { ...byHand, learningRate: 0.5, ridge: 1 })
  // p is 0.75: the first row alone has G = 0.75, H = 0.1875; the others G = −0.75, H = 0.5625.
  assert.equal(file.base, Math.log(3))
  assert.deepEqual(
    [file.trees[0].input, file.trees[0].right],
    [
      [0, -1, -1],
      [2, 0, 0],
    ],
  )
  for (const [i, value] of [1.5, (-0.5 * 0.75) / 1.1875, (0.5 * 0.75) / 1.5625].entries())
    assert.ok(Math.abs(file.trees[0].value[i] - value) < 1e-12)
})

test('learns what only two columns together say, where a logistic regression cannot', () => {
  const [train, test] = [crossed(4000, 1), crossed(4000, 2)]
  const aucOf = (scores: Float64Array) => auc(scores, test.labels)
  const trees = aucOf(predict(fitTrees(train, { rounds: 40 }), test.columns))
  const line = aucOf(predict(fitLogistic(train), test.columns))
  assert.ok(trees > 0.83, `trees: ${trees}`)
  assert.ok(line < 0.55, `logistic: ${line}`)
})

test('the same rows and seed give the same file, byte for byte; another seed draws others', () => {
  const rows = crossed(1000, 3)
  const drawn = (seed: number) => bytes(fitTrees(rows, { rounds: 10, rowShare: 0.5, columnShare: 0.7, seed }))
  assert.equal(drawn(1), drawn(1))
  assert.notEqual(drawn(1), drawn(2 ** 32 - 1))
  assert.equal(bytes(fitTrees(rows, { rounds: 5 })), bytes(fitTrees(rows, { rounds: 5, seed: 5 })))
})

test('rows that a tree did not see are scored by it all the same', () => {
  const x = Float64Array.from({ length: 100 }, (_, i) => i % 2)
  const options = { loss: 'squared', learningRate: 1, minRows: 1, rowShare: 0.5, rounds: 5 } as const
  // The first tree says everything, of the rows that it saw and of the others: nothing is left for a second one.
  assert.equal(fitTrees({ columns: { x }, labels: x.map(value => value * 8) }, options).file.trees.length, 1)
})

test('the order of rows does not matter, to the bit', () => {
  const rows = crossed(1000, 4)
  const order = Array.from({ length: 1000 }, (_, i) => (i * 387) % 1000)
  const columns = Object.fromEntries(Object.entries(rows.columns).map(([name, column]) => [name, Float64Array.from(order, i => column[i])]))
  const rounds = 15
  assert.equal(bytes(fitTrees({ columns, labels: order.map(i => rows.labels[i]) }, { rounds })), bytes(fitTrees(rows, { rounds })))
})

test('a monotone change of a column changes thresholds only', () => {
  const rows = crossed(1000, 5)
  const bent = { ...rows, columns: { ...rows.columns, x: rows.columns.x.map(x => Math.exp(5 * x)), y: rows.columns.y.map(y => y ** 3) } }
  const [straight, other] = [fitTrees(rows, { rounds: 15 }), fitTrees(bent, { rounds: 15 })]
  assert.notEqual(bytes(straight), bytes(other))
  assert.deepStrictEqual(predict(other, bent.columns), predict(straight, rows.columns))
  for (const [i, tree] of other.file.trees.entries()) {
    const { input, right, nullsLeft, value } = straight.file.trees[i]
    assert.deepEqual([tree.input, tree.right, tree.nullsLeft], [input, right, nullsLeft])
    for (const [node, column] of input.entries()) if (column < 0) assert.equal(tree.value[node], value[node])
  }
})

test('NULLs go where their labels say, on either side, and alone', () => {
  const scores = (x: number[], labels: number[]) => {
    const columns = { x: Float64Array.from(x) }
    return [...predict(fitTrees({ columns, labels }, { ...byHand, loss: 'squared' }), columns)]
  }
  assert.deepEqual(scores([1, 1, 2, 2, NaN, NaN], [0, 0, 9, 9, 0, 0]), [0, 0, 9, 9, 0, 0])
  assert.deepEqual(scores([1, 1, 2, 2, NaN, NaN], [0, 0, 9, 9, 9, 9]), [0, 0, 9, 9, 9, 9])
  assert.deepEqual(scores([7, 7, 7, NaN], [2, 2, 2, 6]), [2, 2, 2, 6])
  const { file, constant } = fitTrees({ columns: { x: Float64Array.of(7, 7, NaN) }, labels: [2, 2, 6] }, { ...byHand, loss: 'squared' })
  assert.equal(file.trees[0].value[0], Number.MAX_VALUE)
  assert.deepEqual(constant, [])
})

test('a NULL that no row had goes where most rows went', () => {
  const fit = fitTrees({ columns: { x: Float64Array.of(1, 2, 2, 2) }, labels: [0, 8, 8, 8] }, { ...byHand, loss: 'squared' })
  assert.equal(predict(fit, { x: Float64Array.of(NaN) })[0], 8)
})

test('leaves, depth and rows of a leaf keep their bounds', () => {
  const rows = crossed(2000, 6)
  const leaves = (options: object) =>
    fitTrees(rows, { rounds: 5, ...options }).file.trees.map(({ input }) => input.filter(column => column < 0).length)
  assert.ok(leaves({ leaves: 7 }).every(count => count === 7))
  assert.ok(leaves({ depth: 2 }).every(count => count === 4))
  assert.ok(leaves({ minRows: 600 }).every(count => count <= 3))
  assert.deepEqual(leaves({ minRows: 1001 }), [])
})

test('a weight counts a row as often, and a row of weight 0 not at all', () => {
  const next = random(8)
  const x = Float64Array.from({ length: 60 }, () => Math.floor(next() * 10))
  const labels = Array.from(x, value => Number(next() < value / 10))
  const weights = labels.map((_, i) => i % 3)
  const repeated = [...x.keys()].flatMap(i => Array.from({ length: weights[i] }, () => i))
  const options = { rounds: 3, leaves: 4, minRows: 1 }
  const weighted = fitTrees({ columns: { x }, labels, weights }, options)
  const often = fitTrees({ columns: { x: Float64Array.from(repeated, i => x[i]) }, labels: repeated.map(i => labels[i]) }, options)
  const [one, other] = [weighted, often].map(fit => predict(fit, { x }))
  for (const [i, score] of one.entries()) assert.ok(Math.abs(score - other[i]) < 1e-6, `row ${i}: ${score}, ${other[i]}`)
})

test('scores are those that the trees were grown on', () => {
  const rows = crossed(500, 9)
  const { losses, ...fit } = fitTrees(rows, { rounds: 20, patience: 100, validation: rows })
  assert.equal(losses?.length, 20)
  const scores = predict(fit, rows.columns)
  const mean = scores.reduce((sum, p, i) => sum - Math.log(rows.labels[i] ? p : 1 - p), 0) / scores.length
  assert.ok(Math.abs(mean - losses.at(-1)!) < 1e-12)
  assert.ok(
    losses.every((loss, i) => i === 0 || loss < losses[i - 1]),
    'the loss of the rows themselves falls with each tree',
  )
})

test('with rows to validate on, trees behind the best are dropped', () => {
  const { file, losses = [] } = fitTrees(crossed(300, 10), { rounds: 500, learningRate: 0.5, validation: crossed(300, 11) })
  const best = losses.indexOf(Math.min(...losses)) + 1
  assert.equal(file.trees.length, best)
  assert.equal(losses.length, best + 10)
  assert.equal(findTreesFault(file), undefined)
})

test('rows that nothing can be learnt from give the base rate', () => {
  const same = { same: new Float64Array(60).fill(3), none: new Float64Array(60).fill(NaN) }
  const { file, constant } = fitTrees({ columns: same, labels: Array.from({ length: 60 }, (_, i) => i % 2) })
  assert.deepEqual([file.base, file.trees, constant], [0, [], ['same', 'none']])
})

test('rows that cannot be fitted', () => {
  const rows: TrainingRows = { columns: { x: Float64Array.of(1, 2) }, labels: [0, 1] }
  const rejected = (code: string, message: RegExp, options: object, training: TrainingRows = rows) =>
    assert.throws(() => fitTrees(training, options), { code, message })
  rejected('SPILL_TRAINING', /^none of 2 rows has the label 1/, {}, { ...rows, labels: [0, 0] })
  rejected('SPILL_TRAINING', /^the label of row 1 is 3; a probability/, {}, { ...rows, labels: [0, 3] })
  rejected('SPILL_TRAINING', /^fitTrees: rounds is a whole number from 1 up to 4096, got 0.5/, { rounds: 0.5 })
  rejected('SPILL_TRAINING', /^fitTrees: learningRate is a number above 0 up to 1, got 0/, { learningRate: 0 })
  rejected('SPILL_TRAINING', /^fitTrees: bins is a whole number from 2 up to 255, got 256/, { bins: 256 })
  rejected('SPILL_TRAINING', /^fitTrees: minRows is a whole number from 1 up to 16777216, got 0/, { minRows: 0 })
  for (const share of ['rowShare', 'columnShare']) rejected('SPILL_TRAINING', /Share is a number above 0 up to 1, got 0/, { [share]: 0 })
  rejected('SPILL_TRAINING', /^fitTrees has no option 'round'; did you mean 'rounds'/, { round: 1 })
  rejected('SPILL_TRAINING', /^fitTrees: loss is 'logistic' or 'squared', got 'hinge'/, { loss: 'hinge' })
  rejected('SPILL_TRAINING', /^fitTrees: validation has no column 'x'/, { validation: { columns: {}, labels: [0, 1] } })
  rejected('SPILL_TRAINING', /^all of 2 rows have the label 1/, { validation: { ...rows, labels: [1, 1] } })
  const wide = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`x${i}`, Float64Array.of(1, 2)]))
  rejected(
    'SPILL_LIMIT',
    /^1024 leaves of 1024 columns need .*TREE_HISTOGRAM_BYTES_MAX.*fewer leaves/,
    { leaves: 1024 },
    { ...rows, columns: wide },
  )
})
