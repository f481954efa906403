import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agree } from './compare.ts'
import { engineNames, openEngine } from './engines/engines.ts'
import { compareEngines, holds, prove } from './parity.ts'
import { sweep } from '../sweep.ts'

test('law 1: oracle, kernel and DuckDB compute the same values', async () => {
  const engines = await Promise.all(engineNames.map(openEngine))
  const result = await compareEngines(engines, { cases: sweep(10, 30), seed: 1, record: false }).finally(() =>
    engines.forEach(engine => engine.close()),
  )
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), `${result.notNull} of ${result.values} values are not NULL`)
  assert.ok(result.bins - result.emptyBins > sweep(150, 400), `${result.emptyBins} of ${result.bins} bins are empty`)
})

test('values agree to the bit, and within the tolerance where the reference is inexact', () => {
  assert.ok(agree({ value: 0.5 }, { value: 0.5 }))
  assert.ok(!agree({ value: 0 }, { value: -0 }))
  assert.ok(!agree({ value: 1 }, { value: 1 + 2 ** -52 }))
  assert.ok(agree({ value: 1, tolerance: 2 ** -40 }, { value: 1 + 2 ** -41 }))
  assert.ok(!agree({ value: 1, tolerance: 2 ** -40 }, { value: 1 + 2 ** -39 }))
  assert.ok(!agree({ value: 0, tolerance: 2 ** -40 }, { value: null }))
  assert.ok(!agree({ value: null }, { value: 0 }))
  assert.ok(!agree({ value: null }, { value: null, rejected: 'SPILL_RANGE' }))
  assert.ok(!agree({ value: 2 ** 53, exact: 2n ** 53n + 1n }, { value: 2 ** 53, exact: 2n ** 53n }))
  assert.ok(agree({ value: ['b', 'a'] }, { value: ['b', 'a'] }))
  assert.ok(!agree({ value: ['b', 'a'] }, { value: ['a', 'b'] }))
  assert.ok(!agree({ value: [] }, { value: null }))
})

test('one engine alone proves nothing', async () => {
  await assert.rejects(prove({ cases: 1, seed: 1, engines: ['oracle'] }), { code: 'SPILL_INPUT' })
  await assert.rejects(prove({ cases: 1, seed: 1, engines: ['oracle', 'spark'] }), { code: 'SPILL_INPUT' })
})
