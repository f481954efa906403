/** Tests the trainer of this example with LightGBM itself. Skipped without it (`npm run peers -- lightgbm`). */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { external } from 'spillway'
import { auc, fitExternal, fitTrees, predict } from 'spillway/training'
import { scratchFolder } from '../../test/scratch.ts'
import { lightgbmPython } from '../../bench/live/lightgbm.ts'
import { needsOnnxRuntime } from '../../test/onnx/runtime.ts'

const python = lightgbmPython()
const needs = { skip: python ? false : 'LightGBM is not there: npm run peers -- lightgbm' }
const trainer = external({ command: python ?? 'python3', args: [fileURLToPath(new URL('train.py', import.meta.url))], timeout: '5m' })

let state = 11
const chance = () => (state = (state * 16807) % 2147483647) / 2147483647

function rowsOf(rows: number) {
  const amount = Float64Array.from({ length: rows }, () => chance() * 100)
  const age = Float64Array.from({ length: rows }, () => (chance() < 0.1 ? NaN : chance() * 30))
  const labels = Uint8Array.from(age, (days, i) => Number(chance() < (amount[i] > 50 === days < 15 ? 0.8 : 0.1)))
  return { columns: { amount, 'card.age': age }, labels }
}

test('it learns what ours learns, and says how good it is', needs, async () => {
  const [rows, other] = [rowsOf(4000), rowsOf(4000)]
  const fit = await fitExternal(trainer, rows)
  const quality = auc(predict(fit, other.columns), other.labels)
  const ours = auc(predict(fitTrees(rows), other.columns), other.labels)
  assert.ok(Math.abs(quality - ours) < 0.02, `${quality}, and ours ${ours}`)
  assert.ok(Math.abs(fit.metrics['auc'] - quality) < 0.05, `it has measured ${fit.metrics['auc']}`)
  const again = await fitExternal(trainer, rows)
  assert.ok(fit.kind === 'trees' && again.kind === 'trees')
  assert.deepEqual(again.file, fit.file)
})

test('its trees are scored here as it scores them, NULLs too', needs, async () => {
  // Every second time the training data has no NULL: LightGBM then treats NULL as 0.
  for (const missing of [true, false]) {
    const rows = rowsOf(1000)
    if (!missing) rows.columns['card.age'].forEach((days, i, all) => (all[i] = Number.isNaN(days) ? -5 : days))
    const fit = await fitExternal(trainer, rows, { task: 'number' })
    assert.ok(fit.kind === 'trees')
    const vectors = rowsOf(500).columns
    const scores = predict(fit, vectors)
    const lightgbmScores = await scoredByLightgbm(rows, vectors)
    scores.forEach((score, i) =>
      assert.ok(
        Math.abs(score - lightgbmScores[i]) <= 1e-12 * Math.max(1, Math.abs(lightgbmScores[i])),
        `${score} for ${lightgbmScores[i]}`,
      ),
    )
  }
})

test('as ONNX it scores what its trees do, but for floats, NULLs too', { skip: needs.skip || needsOnnxRuntime.skip }, async () => {
  const asOnnx = external({ command: python ?? 'python3', args: [fileURLToPath(new URL('train_onnx.py', import.meta.url))], timeout: '5m' })
  const rows = rowsOf(2000)
  const [fit, trees] = [await fitExternal(asOnnx, rows), await fitExternal(trainer, rows)]
  assert.ok(fit.kind === 'onnx' && trees.kind === 'trees')
  assert.deepEqual(fit.metrics, trees.metrics)
  const vectors = rowsOf(500).columns
  const [scores, exact] = [predict(fit, vectors), predict(trees, vectors)]
  // As a float, a value next to a threshold may be on its other side.
  const apart = scores.filter((score, i) => Math.abs(score - exact[i]) > 1e-5).length
  assert.ok(apart <= 5, `${apart} of ${scores.length} scores are apart`)
})

type ExampleRows = ReturnType<typeof rowsOf>

/** Scores by LightGBM's own booster, fitted by the same function of the trainer. */
async function scoredByLightgbm(rows: ExampleRows, vectors: ExampleRows['columns']): Promise<number[]> {
  const folder = scratchFolder('lightgbm')
  const plain = (values: Float64Array | Uint8Array) =>
    Array.from<number, number | null>(values, value => (Number.isNaN(value) ? null : value))
  const columnsOf = ({ amount, 'card.age': age }: ExampleRows['columns']) => [plain(amount), plain(age)]
  writeFileSync(
    join(folder, 'asked.json'),
    JSON.stringify({ rows: columnsOf(rows.columns), labels: plain(rows.labels), asked: columnsOf(vectors) }),
  )
  const program = `import json, sys, numpy
sys.path.insert(0, sys.argv[1])
import train
given = json.load(open(sys.argv[2]))
matrix = lambda columns: numpy.array(columns, dtype=float).T
booster = train.fit(matrix(given['rows']), numpy.array(given['labels']), numpy.ones(len(given['labels'])), {'task': 'number', 'seed': 0})
print(json.dumps(booster.predict(matrix(given['asked'])).tolist()))`
  const args = ['-c', program, fileURLToPath(new URL('.', import.meta.url)), join(folder, 'asked.json')]
  return JSON.parse(execFileSync(python!, args, { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } })) as number[]
}
