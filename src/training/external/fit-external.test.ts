/** Behaviours of external trainers, each as a small program. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { logisticGraph } from '../../../test/onnx/graphs.ts'
import { needsOnnxRuntime } from '../../../test/onnx/runtime.ts'
import { external, type ExternalOptions } from '../../define/model/train.ts'
import type { ExternalIR } from '../../define/ir/train-ir.ts'
import { openInput } from '../../files/open-input.ts'
import { predict } from '../predict.ts'
import { fitTrees } from '../trees/fit.ts'
import { fitExternal, type ExternalFitOptions } from './fit-external.ts'

const folder = scratchFolder('trainer')

const rows = {
  columns: { amount: Float64Array.of(1, 2, NaN, 4), 'card.n': Float64Array.of(0, 1, 2, 3) },
  labels: Float64Array.of(0, 1, 0, 1),
}
const model = { kind: 'logistic', intercept: -1, weights: { amount: { weight: 0.5, ifNull: 2 }, 'card.n': 0.25 } }

/** A trainer that is a program of Node: `input` and `output` are its folders. */
function trainer(program: string, options: Partial<ExternalOptions> = {}): ExternalIR {
  const path = join(folder, `train-${readdirSync(folder).length}.mjs`)
  // Whatever becomes of whoever is to end it, it is not there for ever.
  const head = `setTimeout(() => process.exit(9), 60_000).unref()\nimport fs from 'node:fs'\nconst [input, output] = process.argv.slice(2)\nconst put = (name, text) => fs.writeFileSync(output + '/' + name, text)\n`
  writeFileSync(path, head + program)
  return external({ command: process.execPath, args: [path], ...options })
}

const leaves = (files: Readonly<Record<string, unknown>>) =>
  trainer(
    Object.entries({ 'metrics.json': {}, ...files })
      .map(
        ([name, content]) =>
          `put(${JSON.stringify(name)}, ${JSON.stringify(typeof content === 'string' ? content : JSON.stringify(content))})`,
      )
      .join('\n'),
  )

async function fails(by: ExternalIR, message: RegExp, options: ExternalFitOptions = {}): Promise<void> {
  await assert.rejects(fitExternal(by, rows, options), { code: 'SPILL_TRAINING', message })
}

test('coefficients, with what was measured', async () => {
  const fit = await fitExternal(leaves({ 'model.json': model, 'metrics.json': { auc: 0.75 } }), rows)
  assert.ok(fit.kind === 'logistic')
  assert.deepEqual(fit.coefficients, { intercept: -1, weights: model.weights })
  assert.deepEqual(fit.metrics, { auc: 0.75 })
  assert.deepEqual(
    Array.from(predict(fit, rows.columns)),
    [-0.5, 0.25, 0.5, 1.75].map(z => 1 / (1 + Math.exp(-z))),
  )
})

test('a file of trees', async () => {
  const { file } = fitTrees(rows, { minRows: 1, rounds: 3 })
  const fit = await fitExternal(leaves({ 'model.json': file }), rows)
  assert.ok(fit.kind === 'trees')
  assert.deepEqual(fit.file, file)
})

test('a file of ONNX, in the order of the inputs', async () => {
  const bytes = Buffer.from(logisticGraph([0.5, 0.25], -1)).toString('base64')
  const fit = await fitExternal(trainer(`put('metrics.json', '{}'); put('model.onnx', Buffer.from('${bytes}', 'base64'))`), rows)
  assert.ok(fit.kind === 'onnx')
  assert.deepEqual([fit.score.feeds[0].inputs, fit.score.column], [['amount', 'card.n'], 1])
})

test('a file of ONNX predicts, in columns, what it would score', needsOnnxRuntime, async () => {
  const bytes = Buffer.from(logisticGraph([0.5, 0.25], -1)).toString('base64')
  const fit = await fitExternal(trainer(`put('metrics.json', '{}'); put('model.onnx', Buffer.from('${bytes}', 'base64'))`), rows)
  const scores = Array.from(predict(fit, rows.columns))
  const expected = [-0.5, 0.25, NaN, 1.75].map(z => 1 / (1 + Math.exp(-z)))
  expected.forEach((score, i) => assert.ok(Number.isNaN(score) ? Number.isNaN(scores[i]) : Math.abs(scores[i] - score) < 1e-6))
  assert.throws(() => predict(fit, { amount: rows.columns.amount } as never), { code: 'SPILL_TRAINING', message: /needs column 'card\.n'/ })
})

test('it is given the rows as Parquet, and what they are; and its folder is gone afterwards', async () => {
  const copied = join(folder, 'copied')
  const copies = trainer(
    `fs.cpSync(input, ${JSON.stringify(copied)}, { recursive: true })
    put('model.json', ${JSON.stringify(JSON.stringify(model))}); put('metrics.json', '{}')
    fs.writeFileSync(process.env.TMPDIR + '/scratch', 'x')
    fs.writeFileSync(${JSON.stringify(join(folder, 'where'))}, process.env.TMPDIR + ' ' + process.env.A)`,
    { env: { A: 'b' } },
  )
  const weights = Float64Array.of(1, 2, 3, 4)
  await fitExternal(copies, { ...rows, weights }, { seed: 7, of: { sha256: 'abc' } })
  assert.deepEqual(JSON.parse(readFileSync(join(copied, 'manifest.json'), 'utf8')), {
    contract: 1,
    rows: 'rows.parquet',
    length: 4,
    inputs: [
      { name: 'amount', column: 'vector.amount' },
      { name: 'card.n', column: 'vector.card.n' },
    ],
    label: 'label',
    weight: 'weight',
    task: 'probability',
    seed: 7,
    of: { sha256: 'abc' },
  })
  const parquet: unknown[] = []
  for await (const { records } of (await openInput(join(copied, 'rows.parquet'))).batches()) parquet.push(...records)
  assert.deepEqual(parquet, [
    { 'vector.amount': 1, 'vector.card.n': 0, label: 0, weight: 1 },
    { 'vector.amount': 2, 'vector.card.n': 1, label: 1, weight: 2 },
    { 'vector.amount': null, 'vector.card.n': 2, label: 0, weight: 3 },
    { 'vector.amount': 4, 'vector.card.n': 3, label: 1, weight: 4 },
  ])
  const [where, variable] = readFileSync(join(folder, 'where'), 'utf8').split(' ')
  assert.equal(variable, 'b')
  assert.ok(!existsSync(where))
})

test('a trainer that is not there, or fails, says why, and what it said last', async () => {
  await fails(external({ command: 'no-such-trainer' }), /^the trainer 'no-such-trainer' cannot be started: .*ENOENT; it said nothing$/)
  const complains = trainer(`console.log('loading'); console.error('\\x1b[31mno such column: x\\x1b[0m\\n'); process.exit(3)`)
  await fails(complains, /' ended with exit code 3; it said last:\n {2}loading\n {2}no such column: x$/)
  await fails(trainer(`process.kill(process.pid, 'SIGSEGV')`), /' was ended by SIGSEGV; it said nothing$/)
})

test('the last five lines are told, each up to a length', async () => {
  const lines = `for (let i = 0; i < 7; i++) console.log(i + '.'.repeat(400))`
  await assert.rejects(fitExternal(trainer(`${lines}; process.exitCode = 1`), rows), ({ message }: Error) => {
    const lines = message.split('\n').slice(1)
    assert.deepEqual(
      lines.map(line => [line.trim()[0], line.trim().length]),
      ['2', '3', '4', '5', '6'].map(first => [first, 300]),
    )
    return true
  })
})

test('unless it is said a probability is meant, and the seed is 0', async () => {
  const manifestPath = join(folder, 'told')
  await fails(trainer(`fs.copyFileSync(input + '/manifest.json', ${JSON.stringify(manifestPath)})`), /has left neither/)
  const { task, seed, weight, of } = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, unknown>
  assert.deepEqual([task, seed, weight, of], ['probability', 0, undefined, undefined])
})

test('a trainer that prints rubbish without an end is listened to, and only the end of it is kept', async () => {
  const prints = trainer(
    `const chunk = Buffer.alloc(1 << 16, '\\0\\xff rubbish ')
    for (let i = 0; i < 500; i++) fs.writeSync(1, chunk)
    fs.writeSync(2, 'the end')
    process.exit(1)`,
  )
  await assert.rejects(fitExternal(prints, rows), ({ code, message }: Error & { code: string }) => {
    assert.equal(code, 'SPILL_TRAINING')
    assert.ok(message.endsWith('the end') || message.includes('rubbish'), message.slice(-100))
    assert.ok(message.length < 3000 && !/[^\n\P{Cc}]/u.test(message))
    return true
  })
})

test('a trainer that hangs is ended after its timeout, with all that it has started', async () => {
  const pid = join(folder, 'pid')
  const hangs = trainer(
    `import { spawn } from 'node:child_process'
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' })
    fs.writeFileSync(${JSON.stringify(pid)}, String(child.pid))
    process.on('SIGTERM', () => {})
    console.log('epoch 1')
    setInterval(() => {}, 1000)`,
    { timeout: '2s' },
  )
  await fails(hangs, /' was not done after 2s \(its timeout\), and was ended; it said last:\n {2}epoch 1$/)
  const started = Number(readFileSync(pid, 'utf8'))
  for (let i = 0; i < 100 && isAlive(started); i++) await pause(20)
  assert.ok(!isAlive(started), 'what it had started is gone')
})

/** A process that was ended and that nobody has asked after is none any more. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/.test(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '')
  } catch {
    return false
  }
}

test('a trainer that ends and leaves something running is done, and that is ended', async () => {
  const pid = join(folder, 'left')
  const leavesOne = trainer(
    `import { spawn } from 'node:child_process'
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' })
    fs.writeFileSync(${JSON.stringify(pid)}, String(child.pid))
    put('model.json', ${JSON.stringify(JSON.stringify(model))}); put('metrics.json', '{}')
    process.exit(0)`,
  )
  await fitExternal(leavesOne, rows)
  const started = Number(readFileSync(pid, 'utf8'))
  for (let i = 0; i < 100 && isAlive(started); i++) await pause(20)
  assert.ok(!isAlive(started))
})

test('stopping the training ends the trainer', async () => {
  const stop = new AbortController()
  const done = fitExternal(trainer('setInterval(() => {}, 1000)'), rows, { signal: stop.signal })
  stop.abort()
  await assert.rejects(done, { code: 'SPILL_TRAINING', message: /was ended, since whoever had it train was stopped/ })
})

test('a trainer that fills the disk is ended, whether it goes on or has ended', async () => {
  // It goes on, and yet no fault may fill a disk by it.
  const fills = trainer(
    `for (let i = 0; i < 500; i++) fs.appendFileSync(output + '/log', Buffer.alloc(1 << 16))\n    setInterval(() => {}, 1000)`,
  )
  await fails(fills, /' has written more than 1000000 bytes \(TRAINER_BYTES_MAX\), and was ended/, { bytes: 1_000_000 })
  const scratch = trainer(`for (let i = 0; i < 300; i++) fs.writeFileSync(process.env.TMPDIR + '/' + i, 'x')`)
  await fails(scratch, /' has written more than 1000000 bytes/, { bytes: 1_000_000 })
})

test('a trainer that leaves no model, half of one, two, or one that is no file', async () => {
  await fails(leaves({}), /' ended well, and it has left neither model\.json nor model\.onnx; it said nothing$/)
  await fails(leaves({ 'model.json': JSON.stringify(model).slice(0, 40) }), /' ended well, and its model\.json is no JSON: /)
  const { file } = fitTrees(rows, { minRows: 1, rounds: 3 })
  await fails(
    leaves({ 'model.json': { ...file, trees: file.trees.slice(1) } }),
    /is no file of trees that can be used: its checksum is not that of its content/,
  )
  const half = Buffer.from(logisticGraph([1, 2], 0).subarray(0, 100)).toString('base64')
  await fails(
    trainer(`put('model.onnx', Buffer.from('${half}', 'base64'))`),
    /its model\.onnx is no file of ONNX that can be used: it ends too early/,
  )
  await fails(leaves({ 'model.json': model, 'model.onnx': 'x' }), /it has left both model\.json and model\.onnx/)
  await fails(trainer(`fs.mkdirSync(output + '/model.json')`), /its model\.json is no regular file/)
  await fails(trainer(`fs.symlinkSync('/dev/zero', output + '/model.json')`), /its model\.json is no regular file/)
  await fails(leaves({ 'model.json': [] }), /its model\.json is \[\], not an object/)
  await fails(
    leaves({ 'model.json': { kind: 'forest' } }),
    /its model\.json has kind 'forest'; it is 'logistic' or 'linear' with coefficients, or a file of format 'spillway-trees'/,
  )
})

test('a model of other inputs', async () => {
  const weights = (values: unknown) => leaves({ 'model.json': { ...model, weights: values } })
  await fails(weights({ amont: 1 }), /its model\.json has 'amont', which is no input; did you mean 'amount'\?/)
  await fails(weights({ colour: 1 }), /its model\.json has 'colour', which is no input; there is amount, card\.n/)
  const { file } = fitTrees({ columns: { a: rows.columns['card.n'] }, labels: rows.labels }, { minRows: 1 })
  await fails(leaves({ 'model.json': file }), /its model\.json has 'a', which is no input/)
  const three = Buffer.from(logisticGraph([1, 2, 3], 0)).toString('base64')
  await fails(
    trainer(`put('model.onnx', Buffer.from('${three}', 'base64'))`),
    /its model cannot be used: .*takes 'X' of 3 columns, and is given 2 inputs/,
  )
})

test('weights that are no numbers', async () => {
  const weights = (values: unknown) => leaves({ 'model.json': { ...model, weights: values } })
  await fails(leaves({ 'model.json': '{"kind":"linear","intercept":NaN,"weights":{}}' }), /its model\.json is no JSON: /)
  await fails(
    leaves({ 'model.json': '{"kind":"linear","intercept":1e999,"weights":{}}' }),
    /its model\.json: intercept is Infinity, not a finite number/,
  )
  await fails(weights({ amount: null }), /its model\.json: the weight of 'amount' is null, not a finite number/)
  await fails(weights({ amount: { weight: 1, scale: 0 } }), /the weight of 'amount' has scale 0/)
  await fails(weights({ amount: { weight: 1, ifNul: 0 } }), /the weight of 'amount' has 'ifNul'; did you mean 'ifNull'\?/)
  await fails(weights({ amount: { weight: 1, ifNull: '0' } }), /the weight of 'amount': ifNull is '0', not a finite number/)
  await fails(weights(undefined), /has weights undefined, not a weight by the name of each input/)
})

test('metrics that are none', async () => {
  await fails(
    trainer(`put('model.json', ${JSON.stringify(JSON.stringify(model))})`),
    /' ended well, and it has left no metrics\.json: \{ "auc": 0\.81 \}/,
  )
  await fails(leaves({ 'model.json': model, 'metrics.json': { auc: 'good' } }), /its metrics\.json: 'auc' is 'good', not a finite number/)
  await fails(leaves({ 'model.json': model, 'metrics.json': 'NaN' }), /its metrics\.json is no JSON/)
})

test('rows that nothing can be fitted on are rejected before it is started', async () => {
  const started = join(folder, 'started')
  const starts = trainer(`fs.writeFileSync(${JSON.stringify(started)}, '')`)
  await assert.rejects(fitExternal(starts, { ...rows, labels: [1, 1, 1, 1] }), {
    code: 'SPILL_TRAINING',
    message: /all of 4 rows have the label 1/,
  })
  assert.ok(!existsSync(started))
  await assert.rejects(fitExternal(starts, { ...rows, labels: [1, 1, 1, 1] }, { task: 'number' }), { message: /has left neither/ })
  assert.ok(existsSync(started))
})
