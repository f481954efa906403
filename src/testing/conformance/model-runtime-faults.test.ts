/** Each clause of the contract of `ModelRuntime` finds the runtimes that break it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedRuntime } from '../../model/guarded-runtime.ts'
import type { LoadedModel, ModelRuntime, ScoreBatch } from '../../define/model/model-runtime.ts'
import { modelRuntimeClauses, testModelRuntime, type ModelRuntimeHarness } from './model-runtime.ts'

/** A runtime of a third party: amount · factor, NULL where the amount is NULL. */
interface Product {
  readonly factor: number
}
const product: ModelRuntime<Product> = {
  name: 'product',
  version: '1',
  load({ definition: { factor }, inputs: read }) {
    const slot = read.findIndex(({ name }) => name === 'amount')
    if (slot < 0 || typeof factor !== 'number') throw new Error('a product has a factor and an amount')
    return {
      score({ length, columns }, scores) {
        const { values, nulls } = columns[slot]
        for (let i = 0; i < length; i++) scores[i] = nulls?.[i] ? NaN : values[i] * factor
      },
    }
  },
}
const harness: ModelRuntimeHarness<Product> = {
  runtime: product,
  inputs: [
    { name: 'amount', type: 'decimal' },
    { name: 'online', type: 'bool' },
    { name: 'country', type: 'string' },
  ],
  definition: { factor: 3 },
  examples: [
    { vector: [1, true, 'CH'], score: 3 },
    { vector: [2, false, 'FR'], score: 6 },
    { vector: [null, true, null], score: null },
  ],
  damaged: [{ definition: {} }, { definition: { factor: 'three' } }],
}
testModelRuntime('a healthy runtime', harness)
testModelRuntime('a guarded runtime', { ...harness, runtime: guardedRuntime(product) })

type Faulty = (model: LoadedModel, definition: Product) => Partial<LoadedModel>

/** Each fault, the clause that finds it, and what the clause says. */
const faults: readonly (readonly [name: string, clause: RegExp, message: RegExp, Faulty | Partial<ModelRuntime>])[] = [
  [
    'scores otherwise',
    /^the scores are/,
    /the score of \[1,true,"CH"\] is 3, got 4/,
    () => ({ score: (_, scores) => void scores.fill(4) }),
  ],
  ['loads later', /^the scores are/, /load returns \{ score \}, at once; got a promise/, { load: (async () => ({})) as never }],
  [
    'scores later',
    /^the scores are/,
    /score returns once the scores are written; got a promise/,
    model => ({ score: async (...args: Parameters<LoadedModel['score']>) => model.score(...args) }),
  ],
  [
    'scores NULL as 0',
    /^the scores are/,
    /the score of \[null,true,null\] is null, got 0/,
    model => ({
      score({ length, ...batch }, scores) {
        model.score({ length, ...batch }, scores)
        for (let i = 0; i < length; i++) scores[i] ||= 0
      },
    }),
  ],
  [
    'scores the whole column',
    /^a batch has the rows/,
    /behind the rows of the batch/,
    model => ({ score: (batch, scores) => model.score({ ...batch, length: batch.columns[0].values.length }, scores) }),
  ],
  [
    'fails without rows',
    /^a batch has the rows/,
    /no rows/,
    model => ({
      score(batch, scores) {
        if (batch.length === 0) throw new Error('no rows')
        model.score(batch, scores)
      },
    }),
  ],
  [
    'scores by the mean of a batch',
    /^the score of a row/,
    /otherwise together than alone/,
    () => ({
      score({ columns, length }, scores) {
        const mean = Array.from(columns[0].values.subarray(0, length)).reduce((sum, x) => sum + x, 0) / length
        for (let i = 0; i < length; i++) scores[i] = columns[0].nulls?.[i] ? NaN : columns[0].values[i] - mean
      },
    }),
  ],
  [
    'sums across 4096 rows',
    /^the score of a row/,
    /otherwise among 5000/,
    model => ({
      score(batch, scores) {
        model.score(batch, scores)
        if (batch.length > 4096) scores[4096] = 0
      },
    }),
  ],
  [
    'counts its calls',
    /^the same vectors/,
    /of a second time differ/,
    model => {
      let calls = 0
      return {
        score(batch, scores) {
          model.score(batch, scores)
          if (calls++ > 3) scores[0] += 1e-12
        },
      }
    },
  ],
  [
    'reads the value under a NULL',
    /^the value under a NULL/,
    /1 under a NULL counts/,
    (_, { factor }) => ({
      score({ columns, length }, scores) {
        for (let i = 0; i < length; i++) scores[i] = columns[0].values[i] * factor
      },
    }),
  ],
  [
    'takes a mask for NULLs',
    /^the value under a NULL/,
    /a mask without NULLs counts/,
    model => ({ score: (batch, scores) => (batch.columns[1].nulls ? void scores.fill(NaN) : model.score(batch, scores)) }),
  ],
  [
    'writes to a column',
    /^the columns of a batch/,
    /a column was written to/,
    (_, { factor }) => ({
      score({ columns: [{ values, nulls }], length }, scores) {
        for (let i = 0; i < length; i++) scores[i] = nulls?.[i] ? NaN : (values[i] *= factor)
      },
    }),
  ],
  [
    'keeps the array of scores',
    /^the columns of a batch/,
    /changed with the next batch/,
    model => {
      let first: Float64Array | undefined
      return {
        score(batch, scores) {
          first?.fill(0)
          model.score(batch, scores)
          first ??= scores
        },
      }
    },
  ],
  [
    'remembers scores by column',
    /^the columns of a batch/,
    /overwritten have the old scores/,
    model => {
      const scored = new WeakMap<object, Float64Array>()
      return {
        score(batch, scores) {
          const known = scored.get(batch.columns[0].values)
          if (known) return scores.set(known)
          model.score(batch, scores)
          scored.set(batch.columns[0].values, scores.slice())
        },
      }
    },
  ],
  [
    'fails for a new text',
    /^a text that was never seen/,
    /unknown text/,
    model => ({
      score(batch: ScoreBatch, scores) {
        if (batch.columns[2].values.some((id: number) => id > 2)) throw new Error('unknown text')
        model.score(batch, scores)
      },
    }),
  ],
  [
    'rejects a row that is not there',
    /^the scores are/,
    /reject takes a row of the batch, got 7/,
    () => ({ score: ({ reject }) => reject(7, 'no') }),
  ],
  ['rejects without a reason', /^the scores are/, /reject says why, got /, () => ({ score: ({ reject }) => reject(0, '') })],
  [
    'closes all of them',
    /^closing/,
    /Expected values to be strictly deep-equal/,
    model => ({
      score: (batch, scores) => (isClosed ? void scores.fill(NaN) : model.score(batch, scores)),
      close: () => void (isClosed = true),
    }),
  ],
  [
    'loads anything',
    /^what is no model/,
    /load takes \{\}; it throws/,
    { load: model => product.load({ ...model, definition: { factor: 3 } }) },
  ],
]

let isClosed = false

for (const [name, pattern, message, fault] of faults)
  test(`a runtime that ${name} is found`, async () => {
    const load: ModelRuntime<Product>['load'] = model => {
      const healthy = product.load(model)
      return typeof fault === 'function' ? { ...healthy, ...fault(healthy, model.definition) } : healthy
    }
    const runtime = { ...product, load, ...(typeof fault === 'object' && fault) } as ModelRuntime
    const { check } = modelRuntimeClauses.find(({ clause }) => pattern.test(clause))!
    await assert.rejects(check({ ...harness, runtime }), message)
  })

test('each clause has a fault that it finds', () => {
  for (const { clause } of modelRuntimeClauses)
    assert.ok(
      faults.some(([, pattern]) => pattern.test(clause)),
      clause,
    )
})
