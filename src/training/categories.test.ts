/**
 * String inputs of trainers: scores equal those of a naive encoder, which works on texts row by row; fits fulfil the equations of their
 * minimum.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { treesScore } from '../../test/oracle/trees.ts'
import { random } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import { algorithmNames } from '../define/ir/train-ir.ts'
import { importanceOf } from './importance.ts'
import { type FittedScore, scoreColumns, scoreOfFit } from './predict.ts'
import { checkScore, trainers } from './trainer.ts'
import { fitTrees } from './trees/fit.ts'

/** Texts that are names of properties, look like numbers, or sort differently by number and by text. */
const texts = ['us', 'de', '', '9', '10', '__proto__', 'constructor', 'é', 'a "b"', 'rare']

interface Row {
  readonly x: number
  readonly text: string | null
  readonly label: 0 | 1
}

/** Random rows: later texts are rarer, and the label depends on x and on the text. */
function drawRows(seed: number, length: number): Row[] {
  const next = random(seed)
  return Array.from({ length }, () => {
    const place = Math.floor(texts.length * next() ** 2)
    const text = next() < 0.1 ? null : texts[place]
    const x = Math.round(next() * 20) / 10 - 1
    const chance = 1 / (1 + Math.exp(-(2 * x + (text === null ? 1.5 : place % 3) - 1)))
    return { x, text, label: next() < chance ? 1 : 0 }
  })
}

/** The rows as trainers get them; the ids begin after those of `before`. */
function inputRows(rows: readonly Row[], before: readonly string[] = []) {
  const strings = new Strings()
  for (const text of before) strings.idOf(text)
  const columns = {
    x: Float64Array.from(rows, ({ x }) => x),
    kind: Float64Array.from(rows, ({ text }) => (text === null ? NaN : strings.idOf(text))),
  }
  return { columns, labels: rows.map(({ label }) => label), texts: { names: ['kind'], strings } }
}

/** The dictionary, by its definition: at least 20 rows, the most frequent first, then by the texts' UTF-8. */
function naiveLevels(rows: readonly Row[], most: number): string[] {
  const all = [...new Set(rows.flatMap(({ text }) => text ?? []))]
  const rowsOf = (text: string) => rows.filter(row => row.text === text).length
  return all
    .filter(text => rowsOf(text) >= 20)
    .sort((a, b) => rowsOf(b) - rowsOf(a) || Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, most)
}

const logistic = (z: number): number => 1 / (1 + Math.exp(-z))
const isNear = (actual: number, expected: number, subject: string, within = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= within, `${subject}: ${actual}, not ${expected}`)

const cases = fc.record({ seed: fc.nat(), length: fc.integer({ min: 150, max: 600 }), categories: fc.integer({ min: 1, max: 9 }) })

test('a regression is the minimum with one column for each category, and scores as a naive encoder', async () => {
  for (const algorithm of ['logistic', 'linear'] as const)
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, length, categories }) => {
        const rows = drawRows(seed, length)
        const training = inputRows(rows)
        const { score } = await trainers[algorithm](training, { categories, ridge: 2 })
        assert.ok(score.kind === 'logistic' || score.kind === 'linear')
        const [number, kind] = score.terms
        const levels = naiveLevels(rows, categories)
        assert.deepEqual(Object.keys(kind.levels!).toSorted(), levels.toSorted())
        const weightOf = (text: string | null): number =>
          text === null ? kind.ifNull! : levels.includes(text) ? kind.levels![text] : kind.otherwise!
        const scores = rows.map(({ x, text }) => {
          const z = score.intercept + number.weight! * x + weightOf(text)
          return algorithm === 'logistic' ? logistic(z) : z
        })
        const ours = scoreColumns({ score, texts: training.texts }, training.columns)
        scores.forEach((expected, row) => isNear(ours[row], expected, `row ${row}`, 1e-12))
        // The gradient of the loss is 0: residuals of a category sum to ridge · weight, all residuals to 0.
        const residuals = (isIn: (row: Row) => boolean) => rows.reduce((sum, row, i) => (isIn(row) ? sum + row.label - scores[i] : sum), 0)
        isNear(
          residuals(() => true),
          0,
          'all rows',
        )
        isNear(
          residuals(({ text }) => text === null),
          2 * kind.ifNull!,
          'NULL',
        )
        isNear(
          residuals(({ text }) => text !== null && !levels.includes(text)),
          2 * kind.otherwise!,
          'others',
        )
        for (const level of levels)
          isNear(
            residuals(({ text }) => text === level),
            2 * kind.levels![level],
            level,
          )
      }),
      { numRuns: 25 },
    )
})

test('trees are fitted on mean labels of categories, and score as the oracle', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, length, categories }) => {
      const rows = drawRows(seed, length)
      const training = inputRows(rows)
      const { score } = await trainers.trees(training, { categories, rounds: 8, leaves: 6 })
      assert.ok(score.kind === 'trees')
      const levels = naiveLevels(rows, categories)
      const mean = rows.reduce((sum, { label }) => sum + label, 0) / length
      const meanOf = (isIn: (row: Row) => boolean): number => {
        const own = rows.filter(isIn)
        return own.reduce((sum, { label }) => sum + label, 20 * mean) / (20 + own.length)
      }
      const otherwise = meanOf(({ text }) => text !== null && !levels.includes(text))
      const numbers = Object.fromEntries(levels.map(level => [level, meanOf(({ text }) => text === level)]))
      isNear(score.levels!['kind'].otherwise, otherwise, 'others', 1e-12)
      for (const level of levels) isNear(score.levels!['kind'].levels[level], numbers[level], level, 1e-12)
      const columns = {
        x: training.columns.x,
        kind: Float64Array.from(rows, ({ text }) =>
          text === null ? NaN : levels.includes(text) ? score.levels!['kind'].levels[text] : score.levels!['kind'].otherwise,
        ),
      }
      const byHand = scoreOfFit(fitTrees({ columns, labels: training.labels }, { rounds: 8, leaves: 6 }))
      assert.deepEqual(score, { ...byHand, levels: score.levels })
      const ours = scoreColumns({ score, texts: training.texts }, training.columns)
      rows.forEach(({ x, text }, row) => assert.equal(ours[row], treesScore(score, { x, kind: text }), `row ${row}`))
    }),
    { numRuns: 40 },
  )
})

const rows = drawRows(5, 2000)

test('the ids of texts do not matter: they differ between processes', async () => {
  const [one, other] = [inputRows(rows), inputRows(rows, ['more', ...texts.toReversed()])]
  assert.notDeepEqual(one.columns.kind, other.columns.kind)
  for (const name of algorithmNames) {
    const trained = await trainers[name](one, {})
    assert.deepEqual(await trainers[name](other, {}), trained)
    const read = JSON.parse(JSON.stringify(trained.score)) as FittedScore
    assert.deepEqual(
      scoreColumns({ score: read, texts: other.texts }, other.columns),
      scoreColumns({ ...trained, texts: one.texts }, one.columns),
    )
  }
})

test('a text that training has not seen scores as the rare ones, or as an average one without such; NULL scores too', async () => {
  const seen = rows.filter(({ text }) => text !== null && text !== 'rare')
  for (const name of algorithmNames) {
    const training = inputRows(seen)
    const { score } = await trainers[name](training, {})
    const columns = { x: Float64Array.of(0, 0), kind: Float64Array.of(training.texts.strings.idOf('never'), NaN) }
    const scores = scoreColumns({ score, texts: training.texts }, columns)
    assert.ok(scores.every(Number.isFinite), `${name}: ${scores.join(', ')}`)
    if (score.kind === 'trees')
      isNear(score.levels!['kind'].otherwise, seen.filter(({ label }) => label === 1).length / seen.length, 'mean label', 1e-12)
    else if (score.kind !== 'onnx') assert.deepEqual([score.terms[1].otherwise, score.terms[1].ifNull], [0, 0])
  }
})

test('each category has 20 rows, and there are at most `categories`; a note names the input with others', async () => {
  const many = ['a', 'b', 'c', 'd'].flatMap((text, i) =>
    Array.from({ length: 19 + i }, (_, n): Row => ({ x: n, text, label: n % 2 === 0 ? 1 : 0 })),
  )
  const levelsOf = async (options: { readonly categories?: number }) => {
    const { score, notes } = await trainers.linear(inputRows(many), options)
    assert.ok(score.kind === 'linear')
    return [Object.keys(score.terms[1].levels!).toSorted().join(''), ...notes]
  }
  const note = "rare texts of input 'kind' count as one category"
  assert.deepEqual(await levelsOf({}), ['bcd', note])
  assert.deepEqual(await levelsOf({ categories: 2 }), ['cd', note])
  for (const categories of [0, 2.5, 257])
    for (const name of algorithmNames)
      await assert.rejects(async () => trainers[name](inputRows(many), { categories }), {
        code: 'SPILL_TRAINING',
        message: `train: categories is a whole number from 1 up to 256, got ${categories}`,
      })
})

test('a rare category keeps near the mean, whatever `standardise` is', async () => {
  const next = random(2)
  const honest = Array.from({ length: 20_000 }, (): Row => ({ x: 0, text: 'us', label: next() < 0.02 ? 1 : 0 }))
  const few = Array.from({ length: 20 }, (): Row => ({ x: 0, text: 'de', label: 0 }))
  const training = inputRows([...honest, ...few])
  const { score } = await trainers.logistic(training, {})
  const columns = { x: Float64Array.of(0), kind: Float64Array.of(training.texts.strings.idOf('de')) }
  assert.ok(scoreColumns({ score, texts: training.texts }, columns)[0] > 0.01)
})

test('an input with one text in all rows is constant; without a ridge a string input is rejected', async () => {
  const same = inputRows(rows.map(row => ({ ...row, text: 'us' })))
  for (const name of algorithmNames) assert.deepEqual((await trainers[name](same, {})).constant, ['kind'], name)
  for (const name of ['logistic', 'linear'] as const)
    await assert.rejects(async () => trainers[name](inputRows(rows), { ridge: 0 }), {
      code: 'SPILL_TRAINING',
      message: "input 'kind' is a string, whose categories need a ridge; leave ridge out, or give a number above 0",
    })
})

test('importance is of the whole string input', async () => {
  for (const name of algorithmNames) {
    const training = inputRows(rows)
    const trained = await trainers[name](training, {})
    const labels = Float64Array.from(training.labels)
    const { inputs } = importanceOf({ ...trained, ...training, labels, metric: 'auc', seed: 0 })!
    assert.deepEqual(inputs.map(({ input }) => input).toSorted(), ['kind', 'x'])
    assert.ok(inputs.find(({ input }) => input === 'kind')!.mean > 0.02, name)
  }
})

test('a score whose levels are not finite is rejected', () => {
  const rejected = (term: object) =>
    assert.throws(() => checkScore({ kind: 'linear', intercept: 0, terms: [{ input: 'kind', levels: { us: 1 }, ...term }] }), {
      code: 'SPILL_TRAINING',
      message: /the weight of 'kind' is .*: not finite numbers/,
    })
  rejected({ levels: { us: NaN } })
  rejected({ otherwise: Infinity })
  rejected({ ifNull: NaN })
})
