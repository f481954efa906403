import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { InputIR, ModelIR } from '../define/ir/ir.ts'
import { compileModel, type VectorColumn } from './index.ts'
import type { UserScoreFunction } from './user-score.ts'

const strings = new Strings()
const feature = (name: string) => ({ op: 'feature', group: 'card_now', key: ['card'], name }) as const
const inputs: readonly InputIR[] = [
  { name: 'amount', expr: { op: 'trigger', name: 'amount', type: 'decimal', scale: 2 } },
  { name: 'card.online', expr: { ...feature('online'), type: 'bool' } },
  { name: 'card.country', expr: { ...feature('country'), type: 'string' } },
  { name: 'card.recent.amounts', expr: { ...feature('amounts'), type: 'decimal', scale: 2 } },
  { name: 'card.recent.countries', expr: { ...feature('countries'), type: 'string' } },
]
const columns: Record<string, VectorColumn> = {
  amount: { values: Float64Array.of(12.5, 7, 1) },
  online: { values: Float64Array.of(1, 0, 0), nulls: Uint8Array.of(0, 0, 1) },
  country: { values: Int32Array.of(strings.idOf('CH'), strings.idOf('FR'), -1), nulls: Uint8Array.of(0, 0, 1) },
  amounts: { values: Float64Array.of(1, 2, 3, 4, 5, 6), width: 2, counts: Uint16Array.of(2, 1, 0), nulls: Uint8Array.of(0, 0, 1) },
  countries: {
    values: Float64Array.of(strings.idOf('FR'), strings.idOf('CH'), 0),
    width: 1,
    counts: Uint16Array.of(1, 1, 0),
    nulls: Uint8Array.of(0, 0, 1),
  },
}

function scored(compute: UserScoreFunction) {
  const model: ModelIR = { name: 'own', decide: { kind: 'on', source: 'payments' }, inputs, score: { kind: 'function', version: '1' } }
  const { score, rejected } = compileModel(model, { strings, compute }).score(leaf => columns[leaf.name], 3)
  return { scores: [0, 1, 2].map(i => (score.nulls?.[i] ? null : score.values[i])), rejected: Object.fromEntries(rejected) }
}

test('the function sees the vector nested by the names of the inputs', () => {
  const vectors: unknown[] = []
  const { scores, rejected } = scored(vector => vectors.push(vector))
  const expected = [
    { amount: 12.5, card: { online: true, country: 'CH', recent: { amounts: [1, 2], countries: ['FR'] } } },
    { amount: 7, card: { online: false, country: 'FR', recent: { amounts: [3], countries: ['CH'] } } },
    { amount: 1, card: { online: null, country: null, recent: { amounts: null, countries: null } } },
  ]
  assert.deepEqual(vectors, expected)
  assert.deepEqual(scores, [1, 2, 3])
  assert.deepEqual(rejected, {})
})

test('an exception rejects only its row', () => {
  const { scores, rejected } = scored(({ card }: { card: { country: string } }) => card.country.length)
  assert.deepEqual(scores, [2, 2, null])
  assert.match(rejected[2], /^compute threw TypeError: .*length/)
})

test('a thrown value that is not an error is shown', () => {
  const { rejected } = scored(() => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw 'no model'
  })
  assert.equal(rejected[0], 'compute threw "no model"')
})

test('any result but a finite number is rejected with its value', () => {
  const cases: [unknown, string][] = [
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['0.5', '"0.5"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [1n, '1'],
    [Symbol('x'), 'Symbol(x)'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [Promise.resolve(1), 'a promise'],
    [Promise.reject(new Error('later')), 'a promise'],
  ]
  for (const [value, text] of cases) {
    const { scores, rejected } = scored(({ amount }: { amount: number }) => (amount === 7 ? (value as number) : amount))
    assert.deepEqual(scores, [12.5, null, 1])
    assert.deepEqual(rejected, { 1: `compute gave ${text}, not a finite number` })
  }
})

test('a row rejected in one block is not rejected in the next', () => {
  let calls = 0
  const model: ModelIR = { name: 'own', decide: { kind: 'on', source: 'payments' }, inputs, score: { kind: 'function', version: '1' } }
  const { score } = compileModel(model, { strings, compute: () => (++calls === 1 || calls === 5 ? NaN : calls) })
  assert.deepEqual([...score(leaf => columns[leaf.name], 3).score.nulls!.subarray(0, 3)], [1, 0, 0])
  assert.deepEqual([...score(leaf => columns[leaf.name], 3).score.nulls!.subarray(0, 3)], [0, 1, 0])
})

test('−0 is 0', () => {
  assert.ok(Object.is(scored(() => -0).scores[0], 0))
})

test('names that collide are rejected', () => {
  const collide = (...names: string[]) => {
    const model: ModelIR = {
      name: 'own',
      decide: { kind: 'on', source: 'payments' },
      inputs: names.map(name => ({ name, expr: inputs[0].expr })),
      score: { kind: 'function', version: '1' },
    }
    assert.throws(() => compileModel(model, { strings, compute: () => 1 }), { code: 'SPILL_ASSERT' })
  }
  collide('a', 'a')
  collide('a', 'a.b')
  collide('a.b', 'a')
  collide('__proto__')
})
