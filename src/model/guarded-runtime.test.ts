/** A user's own runtime, from its definition to the decisions of a run, and what happens if it breaks its contract. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../test/rejects.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import type { LoadedModel, ModelRuntime, RuntimeModel } from '../define/model/model-runtime.ts'
import { scoreWith } from '../define/model/runtime-score.ts'
import { entity, model, on, pipeline, source, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { recordedDecisions, type RecordedDecision } from '../run/decide/recorded-decision.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import { testing } from '../public/testing.ts'
import { compileModel } from './index.ts'

const card = entity('card', t.string())
const schema = { card, amount: t.decimal(2), country: t.string(), at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at' })

/** The runtime of the tests: the score is amount · factor. Parts of it may be replaced by faults. */
const runtime = (score?: unknown, parts: { readonly [N in keyof ModelRuntime]?: unknown } = {}): ModelRuntime<{ factor: number }> => ({
  name: 'product',
  version: '1',
  load: ({ definition: { factor } }) => ({
    score:
      (score as LoadedModel['score']) ??
      (({ columns: [{ values }], length }, scores) => {
        for (let i = 0; i < length; i++) scores[i] = values[i] * factor
      }),
  }),
  ...(parts as object),
})

const fraudOf = (own: ModelRuntime<{ factor: number }>, options: object = {}) =>
  model('fraud', {
    decide: on(payments),
    inputs: p => ({ amount: p.amount, country: p.country }),
    score: scoreWith(own, { definition: { factor: 2 }, inputs: ['amount'], ...options }),
  })

/** Scores of two payments, of 1.5 and 4, and the reasons for none. */
function scored(own: ModelRuntime<{ factor: number }>) {
  const shop = pipeline('shop', [fraudOf(own)])
  const compiled = compileModel(shop.ir.models[0], { strings: new Strings(), compute: shop.scores.get('fraud') })
  const columns = { amount: { values: Float64Array.of(1.5, 4) }, country: { values: Int32Array.of(0, 0) } }
  const { vector, score, rejected } = compiled.score(leaf => columns[leaf.name as 'amount'], 2)
  assert.equal(vector.length, 2)
  return {
    scores: [0, 1].map(row => (score.nulls?.[row] ? null : score.values[row])),
    rejected: Object.fromEntries(rejected),
    close: compiled.close,
  }
}

test('a model of a runtime scores by the inputs that it names, and is identified by its hash', () => {
  const { ir } = fraudOf(runtime())
  const { sha256, ...rest } = ir.score as { sha256: string }
  assert.deepEqual(rest, { kind: 'runtime', runtime: 'product', version: '1', inputs: ['amount'] })
  assert.match(sha256, /^[0-9a-f]{64}$/)
  const others = [
    fraudOf(runtime(), { definition: { factor: 3 } }),
    fraudOf(runtime(), { bytes: Uint8Array.of(1) }),
    fraudOf(runtime(undefined, { version: '2' })),
    fraudOf(runtime(), { inputs: undefined }),
  ]
  assert.equal(new Set([ir, ...others.map(other => other.ir)].map(({ score }) => JSON.stringify(score))).size, 5)
  assert.deepEqual((others[3].ir.score as { inputs: unknown }).inputs, ['amount', 'country'])
  const { scores, rejected } = scored(runtime())
  assert.deepEqual([scores, rejected], [[3, 8], {}])
})

test('a runtime gets a frozen copy of the definition, the bytes and its inputs', () => {
  const definition = { factor: 2, list: [1] }
  let loaded: RuntimeModel<{ factor: number }> | undefined
  const load = (runtimeModel: RuntimeModel<{ factor: number }>) => {
    loaded = runtimeModel
    return { score: () => {} }
  }
  const shop = pipeline('shop', [
    fraudOf(runtime(undefined, { load }), { definition, bytes: Uint8Array.of(7), inputs: ['country', 'amount'] }),
  ])
  definition.list.push(2)
  const strings = new Strings()
  compileModel(shop.ir.models[0], { strings, compute: shop.scores.get('fraud') })
  const { name, inputs, definition: copy, bytes } = loaded!
  assert.deepEqual([name, copy, bytes], ['fraud', { factor: 2, list: [1] }, Uint8Array.of(7)])
  assert.ok(Object.isFrozen(copy) && Object.isFrozen((copy as unknown as typeof definition).list))
  assert.deepEqual(inputs, [
    { name: 'country', type: 'string' },
    { name: 'amount', type: 'decimal' },
  ])
})

test('a score that breaks the contract leaves its rows without one, for a reason that names the runtime', () => {
  const broken = "runtime 'product' broke clause 'score' of its contract (score writes into its second argument and returns nothing): got "
  const cases: readonly (readonly [score: unknown, scores: readonly (number | null)[], rejected: Readonly<Record<number, string>>])[] = [
    [
      () => assert.fail('out of memory'),
      [null, null],
      { 0: "runtime 'product' threw: out of memory", 1: "runtime 'product' threw: out of memory" },
    ],
    [async () => {}, [null, null], { 0: `${broken}an object`, 1: `${broken}an object` }],
    [() => Promise.reject(new Error('later')), [null, null], { 0: `${broken}an object`, 1: `${broken}an object` }],
    [() => [1, 2], [null, null], { 0: `${broken}[1,2]`, 1: `${broken}[1,2]` }],
    [() => {}, [null, null], {}],
    [(_: unknown, scores: Float64Array) => scores.set([NaN, -0]), [null, 0], {}],
    [
      (_: unknown, scores: Float64Array) => scores.set([Infinity, 1]),
      [null, 1],
      { 0: "runtime 'product' gave Infinity, not a finite number" },
    ],
    [
      ({ reject }: { reject: (row: number, why: unknown) => void }, scores: Float64Array) => {
        scores.set([5, 6])
        reject(1, 'too new')
        reject(1, 'and too old')
      },
      [5, null],
      { 1: 'too new' },
    ],
  ]
  for (const [score, scores, rejected] of cases) {
    const { scores: got, rejected: why } = scored(runtime(score))
    assert.deepEqual([got, why], [scores, rejected])
  }
})

test('a model that does not load is an error that names the runtime and the model', () => {
  const cases: readonly (readonly [load: unknown, message: RegExp])[] = [
    [() => assert.fail('no such layer'), /^runtime 'product' of model 'fraud' cannot load it: no such layer$/],
    [
      () => undefined,
      /^runtime 'product' of model 'fraud' broke clause 'load' of its contract \(load returns \{ score \}, at once\): got undefined$/,
    ],
    [async () => ({ score: () => {} }), /load returns \{ score \}, at once\): got an object$/],
    [() => Promise.reject(new Error('later')), /load returns \{ score \}, at once\): got an object$/],
  ]
  for (const [load, message] of cases) assert.throws(() => scored(runtime(undefined, { load })), { code: 'SPILL_CONTRACT', message })
})

test('a close that throws or rejects harms nobody', () => {
  for (const close of [() => assert.fail('now'), () => Promise.reject(new Error('later')), undefined])
    scored(runtime(undefined, { load: () => ({ score: () => {}, close }) })).close()
})

test('a definition that does not fit is rejected where it is written', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  rejects(() => scoreWith(7 as never, { definition: 1 }), 'scoreWith needs a runtime { name, version, load }, got 7')
  rejects(() => fraudOf(runtime(undefined, { name: '' })), /^runtime '' is no name/)
  rejects(() => fraudOf(runtime(undefined, { version: 1 })), "runtime 'product' needs a version, such as '1', got 1")
  rejects(() => fraudOf(runtime(), { bytes: 'text' }), "runtime 'product': bytes are a Uint8Array, got 'text'")
  rejects(() => fraudOf(runtime(), { definition: undefined }), "runtime 'product' has nothing to load; write definition: or bytes:")
  rejects(() => fraudOf(runtime(), { definition: circle }), "runtime 'product': a definition is JSON, got an object")
  rejects(() => fraudOf(runtime(), { definition: () => 1 }), "runtime 'product': a definition is JSON, got a function")
  rejects(() => fraudOf(runtime(), { inputs: 'amount' }), "runtime 'product': inputs are a list of names, got 'amount'")
  rejects(
    () => fraudOf(runtime(), { inputs: ['amont'] }),
    "model 'fraud': runtime 'product' reads 'amont', which is no input of the model; did you mean 'amount'?",
  )
  rejects(() => fraudOf(runtime(), { version: '1' }), /^scoreWith runtime 'product' has no option 'version'/)
})

test('a run scores with it as a test does, and closes it when it stops', async () => {
  let [opened, closed] = [0, 0]
  const product = runtime()
  const load: ModelRuntime<{ factor: number }>['load'] = runtimeModel => {
    opened++
    return { ...product.load(runtimeModel), close: () => void closed++ }
  }
  const shop = pipeline('shop', [fraudOf({ ...product, load })])
  const records = [1.5, 4].map(amount => ({ card: 'c', amount, country: 'CH', at: Date.parse('2026-01-01T00:00Z') }))
  const decisions: RecordedDecision[] = []
  const running = await LiveRun.open(shop, scratchFolder('runtime'), {
    onDecisions: batches => {
      for (const { bytes } of batches) decisions.push(...recordedDecisions(bytes))
    },
  })
  await running.run.submit('payments', recordBatchOf(records))
  assert.deepEqual(
    decisions.map(({ score }) => score),
    [3, 8],
  )
  assert.equal(closed, 0)
  await running.stop()
  assert.equal(closed, opened)
  const tested = await testing(shop, { at: '2026-01-01T00:00Z' })
  await tested.send(payments, records)
  assert.deepEqual(
    tested.decisions(fraudOf(product)).map(({ score }) => score),
    [3, 8],
  )
  assert.equal(closed, opened)
})
