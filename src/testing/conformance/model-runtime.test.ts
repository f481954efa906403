/** All runtimes of Spillway keep the contract of `ModelRuntime`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logisticGraph } from '../../../test/onnx/graphs.ts'
import { needsOnnxRuntime } from '../../../test/onnx/runtime.ts'
import { modelRuntimes } from '../../model/load-score.ts'
import type { ExprIR } from '../../define/ir/ir.ts'
import type { RuntimeInput } from '../../define/model/model-runtime.ts'
import { parseOnnxFile } from '../../define/model/onnx-file.ts'
import { testModelRuntime, type ExampleVector, type ModelRuntimeHarness } from './model-runtime.ts'

const inputs: readonly RuntimeInput[] = [
  { name: 'amount', type: 'decimal' },
  { name: 'online', type: 'bool' },
  { name: 'country', type: 'string' },
]
const numbers = inputs.slice(0, 2)

const term = (input: string, weight: number) => ({ input, weight })
const terms = [term('amount', 2), { input: 'online', weight: 1, ifNull: 4 }, { input: 'country', levels: { CH: -1, FR: 3 }, otherwise: 0 }]
const linearExamples: readonly ExampleVector[] = [
  { vector: [1.5, true, 'CH'], score: 3.5 },
  { vector: [0, null, 'FR'], score: 7.5 },
  { vector: [-4, false, null], score: -7.5 },
  { vector: [null, true, 'DE'], score: null },
]

testModelRuntime('linear', {
  runtime: modelRuntimes.linear,
  inputs,
  definition: { kind: 'linear', intercept: 0.5, terms },
  examples: linearExamples,
  damaged: [{ definition: { kind: 'linear', intercept: 0, terms: [term('nothing', 1)] } }],
})
testModelRuntime('logistic', {
  runtime: modelRuntimes.logistic,
  inputs,
  definition: { kind: 'logistic', intercept: 0.5, terms },
  examples: linearExamples.map(({ vector, score }) => ({ vector, score: score === null ? null : 1 / (1 + Math.exp(-score)) })),
})

const column = (name: string, type: 'double' | 'string'): ExprIR => ({ op: 'column', name, type })
const above = (value: number): ExprIR => ({
  op: 'gt',
  left: column('amount', 'double'),
  right: { op: 'literal', value, type: 'double' },
  type: 'bool',
})
const isFrench: ExprIR = {
  op: 'eq',
  left: column('country', 'string'),
  right: { op: 'literal', value: 'FR', type: 'string' },
  type: 'bool',
}
testModelRuntime('rules', {
  runtime: modelRuntimes.rules,
  inputs,
  definition: {
    kind: 'rules',
    rules: [
      { when: above(100), score: 1 },
      { when: isFrench, score: 0.5 },
    ],
    otherwise: 0.25,
  },
  examples: [
    { vector: [120, true, 'FR'], score: 1 },
    { vector: [100, null, 'FR'], score: 0.5 },
    { vector: [null, true, null], score: 0.25 },
    { vector: [1, false, 'CH'], score: 0.25 },
  ],
  damaged: [
    { definition: { kind: 'rules', rules: [{ when: { ...above(1), left: column('nothing', 'double') }, score: 1 }], otherwise: 0 } },
  ],
})

const tree = { input: [0, -1, -1], value: [10, 1, 2], right: [2, 0, 0], nullsLeft: [1, 0, 0] }
testModelRuntime('trees', {
  runtime: modelRuntimes.trees,
  inputs: numbers,
  definition: { kind: 'trees', link: 'identity', base: 0.5, inputs: ['amount'], trees: [tree, tree] },
  examples: [
    { vector: [10, true], score: 2.5 },
    { vector: [11, null], score: 4.5 },
    { vector: [null, false], score: 2.5 },
  ],
  damaged: [{ definition: { kind: 'trees', link: 'identity', base: 0, inputs: ['nothing'], trees: [tree] } }],
})

testModelRuntime('function', {
  runtime: modelRuntimes.function,
  inputs,
  definition: ({ amount, country }: { amount: number | null; country: string | null }) => {
    if (amount === null) throw new Error('no amount')
    return amount + (country?.length ?? 0)
  },
  examples: [
    { vector: [1, true, 'CH'], score: 3 },
    { vector: [2, null, null], score: 2 },
    { vector: [null, true, 'CH'], score: null },
  ],
})

test('no score: every row is NULL', () => {
  const scores = new Float64Array(3)
  const batch = { length: 2, columns: [], reject: () => assert.fail('nothing is rejected') }
  modelRuntimes.none.load({} as never).score(batch, scores)
  assert.deepEqual([...scores], [NaN, NaN, 0])
})

/** The runtime of a classifier over two inputs. */
function onnxHarness(bytes: Uint8Array, examples: readonly ExampleVector[]): ModelRuntimeHarness {
  const names = ['x0', 'x1']
  const { graph, sha256 } = parseOnnxFile('model.onnx', bytes)
  const feeds = [{ name: graph.inputs[0].name, type: 'float32', rank: 2, inputs: names }]
  const definition = { kind: 'onnx', sha256, feeds, output: 'probabilities', column: 1, together: false }
  const damaged = [{ definition: { ...definition, sha256: 'damaged' }, bytes: Uint8Array.from(bytes, byte => byte ^ 0xff) }]
  return {
    runtime: modelRuntimes.onnx,
    inputs: names.map(name => ({ name, type: 'double' })),
    definition,
    bytes,
    examples,
    damaged,
  }
}

if (needsOnnxRuntime.skip === false) {
  const bytes = logisticGraph([1.5, -2], 0.5)
  const scoreOf = (a: number, b: number): number => 1 / (1 + Math.exp(-(0.5 + 1.5 * a - 2 * b)))
  const examples = [
    [0, 0],
    [1, 2],
    [-3, 0.5],
  ].map(([a, b]) => ({ vector: [a, b], score: scoreOf(a, b) }))
  const withNull = [...examples, { vector: [null, 1], score: null }]
  testModelRuntime('onnx', { ...onnxHarness(bytes, withNull), tolerance: 1e-6 })
}
