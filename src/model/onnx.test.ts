/** Tests ONNX scores with the runtime itself. Without its package these tests are skipped with a message. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Project } from '../../test/cli/project.ts'
import { logisticGraph, treesGraph } from '../../test/onnx/graphs.ts'
import { needsOnnxRuntime } from '../../test/onnx/runtime.ts'
import { onnxBytes, type GraphOf } from '../../test/onnx/write.ts'
import { Strings } from '../columns/strings.ts'
import { onnxScoreValue, type OnnxOptions } from '../define/model/onnx.ts'
import { parseOnnxFile } from '../define/model/onnx-file.ts'
import type { ColumnType, InputIR, ModelIR } from '../define/ir/ir.ts'
import type { OnnxIR } from '../define/ir/score-ir.ts'
import { fitTrees, predict } from '../public/training.ts'
import { compileModel } from './index.ts'

type Cell = number | null

/** Compiles a graph over inputs x0, x1, …; returns scores and rejections. */
function compiled(bytes: Uint8Array, types: readonly ColumnType[], options: OnnxOptions = {}) {
  const file = parseOnnxFile('model.onnx', bytes)
  const inputs = types.map((type, i): InputIR => ({ name: `x${i}`, expr: { op: 'trigger', name: `x${i}`, type } }))
  const score = onnxScoreValue(file, options).build(
    'm',
    inputs.map(ir => ({ ir, node: { type: { type: ir.expr.type } } }) as never),
    {} as never,
  ) as OnnxIR
  const model: ModelIR = { name: 'm', decide: { kind: 'on', source: 's' }, inputs, score }
  const { score: run } = compileModel(model, { strings: new Strings(), compute: file })
  return (rows: readonly (readonly Cell[])[]) => {
    const { score, rejected } = run(({ name }) => {
      const cells = rows.map(row => row[Number(name.slice(1))])
      const nulls = Uint8Array.from(cells, cell => Number(cell === null))
      return { values: Float64Array.from(cells, Number), ...(cells.includes(null) && { nulls }) }
    }, rows.length)
    return { scores: rows.map((_, i) => (score.nulls?.[i] ? null : score.values[i])), rejected: Object.fromEntries(rejected) }
  }
}

const doubles = (count: number): ColumnType[] => Array.from({ length: count }, () => 'double')

test('a regression scores as its formula does, for single rows and batches', needsOnnxRuntime, () => {
  const run = compiled(logisticGraph([1.5, -2, 0.25], 0.5), doubles(3))
  const row = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), rows => {
      const { scores } = run(rows)
      rows.forEach(([a, b, c], i) => {
        const expected = 1 / (1 + Math.exp(-(0.5 + 1.5 * a - 2 * b + 0.25 * c)))
        assert.ok(Math.abs(scores[i]! - expected) < 2e-6, `${scores[i]} for ${expected}`)
        assert.equal(run([rows[i]]).scores[0], scores[i])
      })
    }),
    { numRuns: 50 },
  )
})

test('trees score as our implementation does, with NULLs, in batches and one by one', needsOnnxRuntime, () => {
  let state = 7
  const chance = () => (state = (state * 16807) % 2147483647) / 2147483647
  const number = () => (chance() < 0.2 ? NaN : Math.fround(chance()))
  const columns = { x0: Float64Array.from({ length: 2000 }, number), x1: Float64Array.from({ length: 2000 }, number) }
  const labels = columns.x0.map((x, i) => Number(chance() < ((Number.isNaN(x) ? 0.2 : x) > columns.x1[i] ? 0.9 : 0.2)))
  const fit = fitTrees({ columns, labels }, { rounds: 120, leaves: 12 })
  // The file's thresholds are float32 and lie between float32 values, so these thresholds must too.
  const trees = fit.file.trees.map(tree => ({ ...tree, value: tree.value.map(Math.fround) }))
  const ours = predict({ ...fit, file: { ...fit.file, trees, link: 'identity', checksum: undefined } as never }, columns)
  const run = compiled(treesGraph(trees, 2, fit.file.base), doubles(2))
  const rows = Array.from(labels, (_, i) => [columns.x0[i], columns.x1[i]].map(x => (Number.isNaN(x) ? null : x)))
  const { scores, rejected } = run(rows)
  assert.deepEqual(rejected, {})
  scores.forEach((score, i) => assert.ok(Math.abs(score! - ours[i]) < 1e-5, `row ${i}: ${score} for ${ours[i]}`))
  for (let i = 0; i < 200; i++) assert.equal(run([rows[i]]).scores[0], scores[i])
  assert.deepEqual(run(rows.slice(100, 117)).scores, scores.slice(100, 117))
})

/** The sum of x0 and x1, each a separate double input. */
const sum = (changed: Partial<GraphOf>, type: 'int64' | 'bool' | 'int32' | 'float32') =>
  onnxBytes({
    inputs: [
      { name: 'x0', type, shape: ['N'] },
      { name: 'x1', type: 'float64', shape: ['N', 1] },
    ],
    outputs: [{ name: 'y', type: 'float64', shape: ['N', 1] }],
    nodes: [
      { kind: 'Cast', inputs: ['x0'], outputs: ['d'], attributes: { to: 11n } },
      { kind: 'Reshape', inputs: ['d', 'column'], outputs: ['c'] },
      { kind: 'Add', inputs: ['c', 'x1'], outputs: ['y'] },
    ],
    constants: [{ name: 'column', type: 'int64', dims: [2], values: [-1, 1] }],
    ...changed,
  })

test('inputs by name, in their types; a value that a type cannot hold rejects only its row', needsOnnxRuntime, () => {
  const whole = compiled(sum({}, 'int64'), ['int', 'double'])
  assert.deepEqual(
    whole([
      [3, 0.1],
      [null, 1],
      [2.5, 1],
      [-4, 0.25],
    ]),
    {
      scores: [3.1, null, null, -3.75],
      rejected: { 1: `onnx takes 'x0' as int64, which has no NULL`, 2: `onnx takes 'x0' as int64, which cannot be 2.5` },
    },
  )
  assert.deepEqual(
    compiled(sum({}, 'int32'), ['int', 'double'])([
      [2 ** 31, 1],
      [-(2 ** 31), 0],
    ]),
    {
      scores: [null, -(2 ** 31)],
      rejected: { 0: `onnx takes 'x0' as int32, which cannot be 2147483648` },
    },
  )
  assert.deepEqual(
    compiled(sum({}, 'bool'), ['bool', 'double'])([
      [1, 0.5],
      [0, 0.5],
    ]).scores,
    [1.5, 0.5],
  )
  const single = compiled(sum({}, 'float32'), doubles(2))
  assert.deepEqual(
    single([
      [0.1, 0],
      [1e300, 0],
    ]),
    {
      scores: [Math.fround(0.1), null],
      rejected: { 1: `onnx takes 'x0' as float32, which cannot be 1e+300` },
    },
  )
})

test('a score that is not finite rejects only its row', needsOnnxRuntime, () => {
  const single = compiled(sum({}, 'float32'), doubles(2))
  assert.deepEqual(
    single([
      [1, 1],
      [null, 1],
      [1, null],
      [2, 2],
    ]),
    {
      scores: [2, null, null, 4],
      rejected: { 1: 'onnx gave NaN, not a finite number', 2: 'onnx gave NaN, not a finite number' },
    },
  )
  const root = compiled(
    onnxBytes({
      inputs: [{ name: 'X', type: 'float32', shape: ['N', 1] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
      nodes: [{ kind: 'Reciprocal', inputs: ['X'], outputs: ['y'] }],
    }),
    doubles(1),
  )
  assert.deepEqual(root([[0], [2]]), { scores: [null, 0.5], rejected: { 0: 'onnx gave Infinity, not a finite number' } })
})

test('more rows than one call takes', needsOnnxRuntime, () => {
  const run = compiled(sum({}, 'float32'), doubles(2))
  const rows = Array.from({ length: 40_000 }, (_, i) => [i, i])
  assert.deepEqual(
    run(rows).scores,
    rows.map(([a, b]) => a + b),
  )
})

test('a file whose output differs from its declaration is rejected when it is loaded', needsOnnxRuntime, () => {
  const rejected = (bytes: Uint8Array, message: RegExp, options?: OnnxOptions) =>
    assert.throws(() => compiled(bytes, doubles(2), options), { code: 'SPILL_DATA', message })
  const identity = (outputs: GraphOf['outputs'], nodes: GraphOf['nodes']) =>
    onnxBytes({ inputs: [{ name: 'X', type: 'float32', shape: ['N', 2] }], outputs, nodes })
  const doubled = [{ kind: 'Concat', inputs: ['X', 'X'], outputs: ['y'], attributes: { axis: 0n } }]
  rejected(
    identity([{ name: 'y', type: 'float32' }], doubled),
    /^model\.onnx cannot be used: for 1 rows 'y' is float32 of 2 × 2, which has no number a row/,
    {
      column: 0,
    },
  )
  rejected(
    identity([{ name: 'y', type: 'float32' }], [{ kind: 'Identity', inputs: ['X'], outputs: ['y'] }]),
    /has no number a row in column 2/,
    {
      column: 2,
    },
  )
  rejected(
    identity([{ name: 'y', type: 'float32' }], [{ kind: 'Nonsense', inputs: ['X'], outputs: ['y'] }]),
    /^model\.onnx cannot be used: .*Nonsense/,
    {
      column: 0,
    },
  )
  // Later graphs score.
  assert.deepEqual(compiled(sum({}, 'float32'), doubles(2))([[1, 2]]).scores, [3])
})

/** The output, with codes and messages of errors, with these lines as the module `onnxruntime-node`, or without it. */
function saidWith(runtime: string | undefined, calls: string): string {
  const found =
    runtime === undefined ? `throw Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' })` : 'return next(stub, context)'
  using project = new Project({
    'hooks.mjs': `import { registerHooks } from 'node:module'
      const stub = new URL('runtime.mjs', import.meta.url).href
      registerHooks({ resolve(name, context, next) {
        if (name !== 'onnxruntime-node') return next(name, context)
        ${found}
      } })`,
    'runtime.mjs': runtime ?? '',
    'main.mjs': `import { openOnnx } from '${new URL('./onnx-runtime.ts', import.meta.url).href}'
      const says = call => { try { call() } catch ({ code, message }) { console.log(code, message) } }
      ${calls}`,
  })
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', './hooks.mjs', 'main.mjs'], { cwd: project.folder, encoding: 'utf8' })
  assert.equal(stderr, '')
  return stdout
}

test('without the package the error names the command to install it', () => {
  const says = `SPILL_PACKAGE model.onnx a score of ONNX needs the package 'onnxruntime-node': npm install --ignore-scripts onnxruntime-node@1\n`
  assert.equal(saidWith(undefined, `says(() => openOnnx({ feeds: [] }, { path: 'model.onnx' }))`), says)
})

test('a graph that takes too long fails its caller and later callers of its thread; a reloaded graph scores', () => {
  const runtime = `
    export class Tensor { constructor(type, data, dims) { Object.assign(this, { type, data, dims }) } }
    const scores = ({ x: { dims: [rows] } }) => ({ y: new Tensor('float32', new Float32Array(rows).fill(7), [rows]) })
    export const InferenceSession = { create: ([hangs]) => (hangs ? new Promise(() => {}) : { run: async feeds => scores(feeds) }) }`
  const calls = `
    const ir = { feeds: [{ name: 'x', type: 'float32', rank: 1, inputs: ['x'] }], output: 'y', column: 0, together: true }
    const quick = () => openOnnx(ir, { path: 'quick.onnx', bytes: Uint8Array.of(0), sha256: '' })
    const run = quick()
    console.log(run(1, [Float32Array.of(1)]))
    says(() => openOnnx({ ...ir, slow: true }, { path: 'slow.onnx', bytes: Uint8Array.of(1) }, 50))
    says(() => run(1, [Float32Array.of(1)]))
    console.log(quick()(2, [Float32Array.of(1, 2)]))`
  assert.equal(
    saidWith(runtime, calls),
    `Float64Array(1) [ 7 ]
SPILL_LIMIT slow.onnx has not answered within 50 ms (ONNX_MS)
SPILL_LIMIT quick.onnx cannot run: its thread was stopped because another graph took too long; restart without that graph
Float64Array(2) [ 7, 7 ]
`,
  )
})
