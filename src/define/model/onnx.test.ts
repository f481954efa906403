import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratchFolder } from '../../../test/scratch.ts'
import { logisticGraph, treesGraph } from '../../../test/onnx/graphs.ts'
import { onnxBytes, type GraphOf, type GraphValue } from '../../../test/onnx/write.ts'
import { rejects } from '../../../test/rejects.ts'
import { SpillwayError } from '../../base/errors.ts'
import { entity } from '../source/entity.ts'
import { model } from './model.ts'
import { onnx, onnxScoreValue, type OnnxOptions } from './onnx.ts'
import { parseOnnxFile } from './onnx-file.ts'
import { pipeline } from '../pipeline.ts'
import type { Score } from './score.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { on } from './trigger.ts'

const folder = scratchFolder('onnx')

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, amount: t.decimal(2), age: t.double().nullable(), web: t.bool(), kind: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const scored = (score: unknown, name = 'm') =>
  model(name, { decide: on(payments), inputs: p => ({ amount: p.amount, age: p.age }), score: score as Score<never> })
const withKind = (score: unknown) =>
  model('m', { decide: on(payments), inputs: p => ({ amount: p.amount, kind: p.kind }), score: score as Score<never> })

const scoreOf = (bytes: Uint8Array, options: OnnxOptions = {}) => onnxScoreValue(parseOnnxFile('model.onnx', bytes), options)
const irOf = (bytes: Uint8Array, options: OnnxOptions = {}) => scored(scoreOf(bytes, options)).ir.score
const rejectsBytes = (bytes: Uint8Array, message: string, options: OnnxOptions = {}) =>
  rejects(() => scored(scoreOf(bytes, options)), `model 'm': onnx: model.onnx ${message}`)

/** A graph that returns its one column unchanged, with any types. */
const graph = (changed: Partial<GraphOf>) =>
  onnxBytes({
    inputs: [{ name: 'X', type: 'float32', shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    nodes: [{ kind: 'Identity', inputs: ['X'], outputs: ['y'] }],
    ...changed,
  })
const taking = (...inputs: GraphValue[]) => graph({ inputs })
const giving = (...outputs: GraphValue[]) => graph({ outputs })

test('a file becomes a score of the inputs in their order, of the probability of 1, known by its hash', () => {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, logisticGraph([1, -2], 0.5))
  const byUrl = scored(onnx(pathToFileURL(path)))
  assert.deepEqual(byUrl.ir.score, {
    kind: 'onnx',
    sha256: parseOnnxFile('', logisticGraph([1, -2], 0.5)).sha256,
    feeds: [{ name: 'X', type: 'float32', rank: 2, inputs: ['amount', 'age'] }],
    output: 'probabilities',
    column: 1,
    together: false,
  })
  assert.deepEqual(scored(onnx(path)).ir.score, byUrl.ir.score)
  const { ir, scores, fingerprint } = pipeline('p', [byUrl])
  assert.deepEqual(JSON.parse(JSON.stringify(ir)), ir)
  assert.deepEqual((scores.get('m') as { bytes: Uint8Array }).bytes, Buffer.from(logisticGraph([1, -2], 0.5)))
  writeFileSync(path, logisticGraph([1, -2], 0.6))
  assert.notEqual(pipeline('p', [scored(onnx(path))]).fingerprint, fingerprint)
})

test('trees score rows together, and a regression with one column needs no column option', () => {
  const leaf = { input: [-1], value: [1], right: [0], nullsLeft: [0] }
  const ir = irOf(treesGraph([leaf], 2, 0))
  assert.ok(ir.kind === 'onnx')
  assert.deepEqual([ir.output, ir.column, ir.together], ['variable', 0, true])
  const oneRow = irOf(graph({ inputs: [{ name: 'X', type: 'float32', shape: [1, 2] }] }))
  assert.ok(oneRow.kind === 'onnx' && !oneRow.together)
})

test('inputs are chosen by a list, by the graph’s names, or by the file’s metadata', () => {
  const feedsOf = (bytes: Uint8Array, options?: OnnxOptions) => {
    const ir = irOf(bytes, options)
    assert.ok(ir.kind === 'onnx')
    return Object.fromEntries(ir.feeds.map(({ name, inputs }) => [name, inputs]))
  }
  assert.deepEqual(feedsOf(graph({}), { inputs: ['age', 'amount'] }), { X: ['age', 'amount'] })
  assert.deepEqual(feedsOf(graph({ metadata: { 'spillway.inputs': '["age","amount"]' } })), { X: ['age', 'amount'] })
  const two = taking({ name: 'amount', type: 'float64', shape: ['N'] }, { name: 'x', type: 'float32', shape: ['N', 1] })
  assert.deepEqual(feedsOf(two, { inputs: { amount: 'amount', x: ['age'] } }), { amount: ['amount'], x: ['age'] })
  const named = taking({ name: 'age', type: 'float32', shape: ['N', 1] }, { name: 'amount', type: 'float32', shape: ['N', 1] })
  assert.deepEqual(feedsOf(named), { age: ['age'], amount: ['amount'] })
})

test('a file with other inputs is rejected where it is written', () => {
  rejectsBytes(logisticGraph([1, 2, 3], 0), `takes 'X' of 3 columns, and is given 2 inputs: amount, age`)
  rejectsBytes(graph({}), `is given 'amont', which is no input of the model; did you mean 'amount'?`, { inputs: ['amont', 'age'] })
  rejectsBytes(
    taking({ name: 'X', type: 'string', shape: ['N', 2] }),
    `takes 'X' of type string; it must be float32, float64, int64, int32, bool`,
  )
  rejectsBytes(
    taking({ name: 'X', type: 'float32', shape: [8, 2] }),
    `takes 'X' with exactly 8 rows at a time; export it with a first dimension that is open`,
  )
  rejectsBytes(taking({ name: 'X', type: 'float32', shape: ['N'] }), `takes 'X' as one value a row, and is given 2 inputs: amount, age`)
  rejectsBytes(
    taking({ name: 'X', type: 'float32', shape: ['N', 2, 2] }),
    `takes 'X' of 3 dimensions; it must be rows × columns, or a value a row`,
  )
  rejectsBytes(taking(), `takes no inputs: its score would always be the same`)
  const two = taking({ name: 'amount', type: 'float32', shape: ['N', 1] }, { name: 'years', type: 'float32', shape: ['N', 1] })
  rejectsBytes(two, `takes 'years', which has no input; write inputs: { 'years': 'name of an input', … }`)
  rejectsBytes(two, `takes 2 inputs; say which is which: inputs: { 'amount': 'age', … }`, { inputs: ['age', 'amount'] })
  rejectsBytes(two, `has no input 'year'; did you mean 'years'?`, { inputs: { amount: 'amount', year: 'age' } })
  const written = graph({ metadata: { 'spillway.inputs': '["age","amount"]' } })
  rejectsBytes(written, `was fitted on age, amount, in this order, and inputs are amount, age`, { inputs: ['amount', 'age'] })
  rejectsBytes(graph({ metadata: { 'spillway.inputs': '{}' } }), `has metadata spillway.inputs that is no JSON list of names: '{}'`)
  rejects(
    () => withKind(scoreOf(graph({}))),
    `model 'm': onnx: model.onnx: 'kind' is a string; give a condition instead, such as p.kind.eq('web')`,
  )
})

test('a file whose output is no score is rejected', () => {
  const sequence: GraphValue = { name: 'output_probability', type: 'sequence' }
  rejectsBytes(
    giving(sequence),
    `gives 'output_probability' as sequence, not as float32 or float64; export it without ZipMap (skl2onnx, onnxmltools: zipmap=False)`,
  )
  rejectsBytes(giving({ name: 'label', type: 'int64', shape: ['N'] }), `gives 'label' as int64, not as float32 or float64`)
  const two = giving({ name: 'first', type: 'float32', shape: ['N', 1] }, { name: 'second', type: 'float32', shape: ['N', 1] })
  rejectsBytes(two, `gives first (float32), second (float32); say which is the score: output: 'first'`)
  rejectsBytes(two, `has no output 'score'; there is first, second`, { output: 'score' })
  const three: GraphValue = { name: 'y', type: 'float32', shape: ['N', 3] }
  rejectsBytes(giving(three), `gives 'y' of 3 columns; say which is the score: column: 0`)
  rejectsBytes(giving(three), `gives 'y' of 3 columns; there is no column 3`, { column: 3 })
  rejectsBytes(
    giving({ name: 'y', type: 'float32', shape: ['N', 'C'] }),
    `gives 'y' of any number of columns; say which is the score: column: 0`,
  )
  rejectsBytes(giving({ name: 'y', type: 'float32', shape: ['N', 1, 1] }), `gives 'y' of 3 dimensions; a score is one number a row`)
  rejects(() => scoreOf(graph({}), { column: -1 }), 'onnx: column is a whole number from 0, got -1')
})

test('a file that is not there, damaged, or not whole by itself says so', () => {
  rejects(() => onnx(7 as never), `onnx needs the file of a model: onnx(new URL('model.onnx', import.meta.url)), got 7`)
  rejects(() => onnx(new URL('https://example.org/model.onnx')), 'onnx reads a file of this machine, not https://example.org/model.onnx')
  rejects(() => onnx('gone.onnx'), 'onnx: gone.onnx is not there; give its path from the working directory, or a URL')
  const external = onnxBytes({
    inputs: [{ name: 'X', type: 'float32', shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    nodes: [{ kind: 'MatMul', inputs: ['X', 'w'], outputs: ['y'] }],
    constants: [{ name: 'w', type: 'float32', dims: [2, 1], values: [1, 1], external: true }],
  })
  const path = join(folder, 'damaged.onnx')
  writeFileSync(path, external)
  assert.throws(() => onnx(path), {
    code: 'SPILL_DEFINITION',
    message: /is no file of ONNX that can be used: it keeps numbers in another file; save it as one/,
  })
  writeFileSync(path, '{"format":"spillway-trees"}')
  assert.throws(() => onnx(path), { code: 'SPILL_DEFINITION', message: /damaged\.onnx is no file of ONNX that can be used: / })
})

test('a file that is cut off anywhere, or has a byte changed, is rejected or another file: nothing else is thrown', () => {
  const whole = logisticGraph([1, -2], 0.5)
  const { sha256 } = parseOnnxFile('', whole)
  const path = join(folder, 'changed.onnx')
  const tried = (bytes: Uint8Array) => {
    writeFileSync(path, bytes)
    try {
      const { score } = scored(onnx(path)).ir
      assert.ok(score.kind === 'onnx' && score.sha256 !== sha256)
    } catch (error) {
      assert.ok(error instanceof SpillwayError && error.code === 'SPILL_DEFINITION', String(error))
    }
  }
  for (let length = 0; length < whole.length; length++) tried(whole.subarray(0, length))
  for (let at = 0; at < whole.length; at++) tried(whole.with(at, whole[at] ^ (1 << (at % 8))))
})
