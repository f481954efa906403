import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { NumberSummary } from '../training/drift/summary.ts'
import type { DecisionBatch } from './decide.ts'
import { DecisionSample } from './decision-sample.ts'

/** Decisions at 0, 1, 2, … with their time as input, and NULL at each tenth. */
function* decisions(length: number, size: number): Generator<DecisionBatch> {
  for (let first = 0; first < length; first += size) {
    const n = Math.min(size, length - first)
    const t = Float64Array.from({ length: n }, (_, i) => first + i)
    const nulls = Uint8Array.from(t, time => Number(time % 10 === 0))
    yield { length: n, t, vector: [{ values: t, nulls }], rejected: new Map(t.length > 3 ? [[3, 'why']] : []) } as never
  }
}

const sampled = (length: number, rows: number, size = 64, [after, to] = [-1, Infinity]) => {
  const sample = new DecisionSample({ inputs: ['x'], rows, after, to })
  let passed = 0
  for (const batch of sample.sampling(decisions(length, size))) passed += batch.length
  assert.equal(passed, length)
  return sample
}
const twice = ({ x }: Readonly<Record<string, Float64Array>>) => x.map(value => 2 * value)

test('few decisions are all sampled, within the time, with NULLs; scores are of the last ones that were not rejected', () => {
  const { rows, inputs, score } = sampled(100, 1000, 64, [9, 89]).summary(twice, 50)
  assert.equal(rows, 80)
  assert.deepEqual([inputs['x'].rows, inputs['x'].nulls], [80, 8])
  // 50 … 89: four of them are NULL, and the one at 64 + 3 is rejected.
  assert.deepEqual([score!.rows, score!.nulls], [40, 5])
  assert.equal(score!.values[0], 102)
  assert.deepEqual(sampled(100, 1000, 7, [9, 89]).summary(twice, 50).inputs, inputs)
})

test('many decisions have equal chances, and the sample is repeatable', () => {
  const { inputs, rows } = sampled(20_000, 2000).summary(twice, 0)
  assert.equal(rows, 2000)
  const { values, counts } = inputs['x'] as NumberSummary
  // A quarter of the sample is from each quarter of the decisions: 500 ± 50, with a standard deviation of 19.
  for (let quarter = 0; quarter < 4; quarter++) {
    const within = values.reduce((sum, value, i) => sum + (Math.floor(value / 5000) === quarter ? counts[i] : 0), 0)
    assert.ok(Math.abs(within - 450) < 100, `${quarter}: ${within}`)
  }
  assert.deepEqual(sampled(20_000, 2000).summary(twice, 0).inputs, inputs)
})

test('an empty sample has an empty summary', () => {
  const { rows, inputs, score } = sampled(10, 5, 64, [100, 200]).summary(twice, 0)
  assert.deepEqual([rows, inputs['x'].rows, score!.rows], [0, 0, 0])
})

test('a string input is summarised by its texts', () => {
  const strings = new Strings()
  const [a, b] = ['a', 'b'].map(text => strings.idOf(text))
  const batch = {
    length: 4,
    t: Float64Array.of(1, 2, 3, 4),
    vector: [{ values: Int32Array.of(b, a, b, 0), nulls: Uint8Array.of(0, 0, 0, 1) }],
    rejected: new Map(),
  }
  const sample = new DecisionSample({ inputs: ['x'], texts: { names: ['x'], strings }, rows: 10, after: 0, to: 9 })
  assert.equal([...sample.sampling([batch as never])].length, 1)
  assert.deepEqual(sample.summary(twice, 0).inputs['x'], { kind: 'texts', rows: 4, nulls: 1, values: ['a', 'b'], counts: [1, 2] })
})
