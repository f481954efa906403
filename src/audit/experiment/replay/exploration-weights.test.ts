import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explorationOf, type ExplorationInput } from './exploration-weights.ts'

const ROWS = 800

/** One in four of every second decision was explored; every fifth of these has a true label. */
function explorationInput(change: Partial<ExplorationInput> = {}): ExplorationInput {
  const of = (value: (row: number) => number) => Float64Array.from({ length: ROWS }, (_, row) => value(row))
  const isUndone = (row: number) => row % 8 === 0
  const hidden = Uint8Array.from({ length: ROWS }, (_, row) => Number(row % 2 === 0 && !isUndone(row)))
  const label = Uint8Array.from({ length: ROWS }, (_, row) => Number(row % 40 === 0))
  return {
    t: of(row => row),
    label,
    isLabelled: hidden.map(is => 1 - is),
    outcome: of(row => (label[row] === 1 ? row + 7 : NaN)),
    hidden,
    chance: of(row => (row % 2 === 0 ? 0.25 : 0)),
    rows: { from: 0, to: ROWS },
    ...change,
  }
}

test('explored decisions weigh 1 / chance, hidden ones 0, all others 1', () => {
  const { undone, propensityWeights } = explorationOf(explorationInput())
  assert.deepEqual(undone, { count: 100, positive: 20, hidden: 300, weight: [4, 4], effective: 100 })
  assert.deepEqual([...propensityWeights!.weight.subarray(0, 9)], [4, 1, 0, 1, 0, 1, 0, 1, 4])
  assert.equal(propensityWeights!.expected[0], 20.5 / 101)
  assert.deepEqual([propensityWeights!.expected[1], propensityWeights!.expected[2], propensityWeights!.delay], [0, 20.5 / 101, 7])
})

test('an explored decision without a known label weighs 0', () => {
  const { isLabelled, ...rest } = explorationInput()
  // One more in its place, so that there are enough.
  const hidden = rest.hidden.slice()
  hidden[2] = 0
  const { undone, propensityWeights } = explorationOf({
    ...rest,
    hidden,
    isLabelled: isLabelled.map((is, row) => (row === 8 ? 0 : row === 2 ? 1 : is)),
  })
  assert.equal(undone!.count, 100)
  assert.deepEqual(
    [propensityWeights!.weight[8], propensityWeights!.weight[2], propensityWeights!.expected[8]],
    [0, 4, propensityWeights!.expected[0]],
  )
})

test('each chance is a stratum with its own share of true labels, and a small stratum has no weights', () => {
  const { chance, ...rest } = explorationInput()
  const twice = explorationOf({ ...rest, chance: chance.map((item, row) => (row >= 760 ? item / 2 : item)), rows: { from: 0, to: ROWS } })
  assert.deepEqual(twice.undone!.weight, [4, 8])
  assert.equal(twice.undone!.effective, (95 * 4 + 5 * 8) ** 2 / (95 * 16 + 5 * 64))
  // 95 and 5: neither stratum is large enough.
  assert.equal(twice.propensityWeights, undefined)
  const { propensityWeights } = explorationOf({
    ...explorationInput(),
    chance: chance.map((item, row) => (row % 8 !== 0 && row >= 760 ? item / 2 : item)),
  })
  assert.deepEqual([propensityWeights!.weight[752], propensityWeights!.weight[754], propensityWeights!.weight[762]], [4, 0, 1])
})

test('with too few explored decisions, or of one label, all weigh 1', () => {
  assert.equal(explorationOf(explorationInput({ rows: { from: 0, to: ROWS - 8 } })).undone!.count, 99)
  assert.equal(explorationOf(explorationInput({ rows: { from: 0, to: ROWS - 8 } })).propensityWeights, undefined)
  for (const label of [new Uint8Array(ROWS), new Uint8Array(ROWS).fill(1)])
    assert.equal(explorationOf(explorationInput({ label })).propensityWeights, undefined)
})

test('without exploration there are no weights', () => {
  assert.deepEqual(explorationOf(explorationInput({ chance: new Float64Array(ROWS) })), {})
  assert.deepEqual(explorationOf(explorationInput({ chance: new Float64Array(ROWS).fill(NaN) })), {})
  assert.deepEqual(explorationOf(explorationInput({ rows: { from: 5, to: 5 } })), {})
})

test('rows outside the judged blocks weigh 1', () => {
  const { propensityWeights } = explorationOf({ ...explorationInput(), rows: { from: 0, to: ROWS } })
  assert.ok(propensityWeights)
  const wide = {
    ...explorationInput(),
    chance: new Float64Array(ROWS).fill(0.25),
    hidden: new Uint8Array(ROWS),
    isLabelled: new Uint8Array(ROWS).fill(1),
  }
  const part = explorationOf({ ...wide, rows: { from: 100, to: 750 } })
  assert.deepEqual(
    [part.propensityWeights!.weight[99], part.propensityWeights!.weight[100], part.propensityWeights!.weight[750]],
    [1, 4, 1],
  )
})
