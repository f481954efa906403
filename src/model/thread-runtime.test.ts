/** A runtime in a thread: it keeps the contract of `ModelRuntime`, and a thread that hangs or ends is replaced. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { LoadedModel } from '../define/model/model-runtime.ts'
import { testModelRuntime } from '../public/testing.ts'
import { guardedRuntime } from './guarded-runtime.ts'
import { runtimeInThread } from './thread-runtime.ts'

const module = new URL('../../test/runtimes/product.ts', import.meta.url)
const inputs = [
  { name: 'amount', type: 'decimal' },
  { name: 'online', type: 'bool' },
  { name: 'country', type: 'string' },
] as const

testModelRuntime('in a thread', {
  runtime: runtimeInThread({ name: 'product', version: '1', module, timeout: '60s' }),
  inputs,
  definition: { factor: 3 },
  examples: [
    { vector: [1, true, 'CH'], score: 3 },
    { vector: [2, null, 'FR'], score: 6 },
    { vector: [null, false, null], score: null },
  ],
  damaged: [{ definition: {} }],
})

/** Scores of one row per text, and why there are none. A slow machine may miss a short deadline while it loads, which is tried again. */
function scorer(timeout: '60s' | '1s') {
  const strings = new Strings()
  const runtime = guardedRuntime(runtimeInThread({ name: 'product', version: '1', module, timeout }))
  const loaded = loadInTime(() => runtime.load({ name: 'fraud', inputs, definition: { factor: 2 }, strings }))
  const scoresOf = (...texts: readonly string[]) => {
    const numbers = Float64Array.from(texts, (_, i) => i + 1)
    const columns = [{ values: numbers }, { values: numbers }, { values: Int32Array.from(texts, text => strings.idOf(text)) }]
    const [scores, rejected] = [new Float64Array(texts.length), new Map<number, string>()]
    loaded.score({ length: texts.length, columns, reject: (row, why) => rejected.set(row, why) }, scores)
    return { scores: [...scores], rejected: Object.fromEntries(rejected) }
  }
  return { scoresOf, close: () => loaded.close!() }
}

function loadInTime(load: () => LoadedModel): LoadedModel {
  for (;;) {
    try {
      return load()
    } catch (error) {
      if (!String(error).includes('has not answered')) throw error
    }
  }
}

test('a batch that fails in the thread has no scores, for a reason, and the next batch has', () => {
  const { scoresOf, close } = scorer('60s')
  const healthy = { scores: [2, 4], rejected: {} }
  assert.deepEqual(scoresOf('CH', 'reject'), { scores: [2, 4], rejected: { 1: 'rejected it' } })
  for (const [text, why] of [
    ['throw', 'no such country'],
    ['rubbish', 'score resolves with { scores: Float64Array }, got [1,2]'],
    ['short', 'it has not given 1 scores'],
  ]) {
    assert.deepEqual(scoresOf(text), { scores: [NaN], rejected: { 0: `runtime 'product' threw: ${why}` } })
    assert.deepEqual(scoresOf('CH', 'FR'), healthy)
  }
  close()
})

test('a thread that hangs or ends is replaced by the next batch', async () => {
  // A slow machine may miss the deadline with a healthy batch too, which is tried again.
  const { scoresOf, close } = scorer('1s')
  for (const text of ['hang', 'exit']) {
    assert.deepEqual(scoresOf(text), { scores: [NaN], rejected: { 0: "runtime 'product' threw: it has not answered within 1000 ms" } })
    await new Promise(setImmediate)
    let next = scoresOf('CH', 'FR')
    while (next.rejected[0]?.includes('has not answered')) next = scoresOf('CH', 'FR')
    assert.deepEqual(next, { scores: [2, 4], rejected: {} })
  }
  close()
})

test('a module without a runtime, or that is not there, is an error that names both', () => {
  const load = (path: string) =>
    guardedRuntime(runtimeInThread({ name: 'product', version: '1', module: new URL(path, module) })).load({
      name: 'fraud',
      inputs,
      definition: {},
      strings: new Strings(),
    })
  assert.throws(() => load('no-runtime.ts'), {
    code: 'SPILL_CONTRACT',
    message: /^runtime 'product' of model 'fraud' cannot load it: the default export of .*no-runtime.ts is a runtime \{ load \}$/,
  })
  assert.throws(() => load('nowhere.ts'), { code: 'SPILL_CONTRACT', message: /cannot load it: Cannot find module/ })
  assert.throws(() => runtimeInThread({ name: 'product', version: '1', module: './product.ts' as never }), {
    code: 'SPILL_DEFINITION',
    message: "runtime 'product': module is new URL('./FILE', import.meta.url), got './product.ts'",
  })
})
