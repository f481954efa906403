import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEngine } from '../property/engines/engines.ts'
import { compareEngines } from '../property/parity.ts'
import { layeredEngine, type Leak } from './layered-kernel.ts'
import { holds, prove } from './prove.ts'
import { sweep } from '../sweep.ts'

test('law 3: a snapshot over any cut and the delta of the rest are read as one', async () => {
  const result = await prove({ cases: sweep(8, 20), seed: 1 })
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), JSON.stringify(result))
})

for (const leak of ['an event in both layers', 'an event in none'] satisfies Leak[])
  test(`found: ${leak}`, async () => {
    const engines = [await openEngine('oracle'), layeredEngine({ leak })]
    const { failures } = await compareEngines(engines, { cases: sweep(8, 20), seed: 1, record: false, first: true })
    assert.equal(failures.length, 1)
    assert.ok(failures[0].ask !== undefined, `a wrong value is expected, but the layers ${failures[0].got}`)
  })
