import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prove } from './prove.ts'

test('a fault that a test detects is caught, as is an endless loop; a fault in untested code survives', async () => {
  const result = await prove({ cases: 1000, seed: 1, folders: ['test/mutants/toy'] })
  assert.equal(result.cases, result.faults)
  assert.equal(result.caught + result.survivors.length, result.cases)
  assert.deepEqual(
    // In order of completion, which is arbitrary.
    result.survivors.map(({ code, change }) => `${code}: ${change}`).toSorted(),
    [
      'if (value < least) return least: < → <=',
      'return text.length >= 5: 5 → 6',
      'return text.length >= 5: >= → >',
      'return value > most ? most : value: > → >=',
    ],
  )
})
