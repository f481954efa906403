import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateCrash } from './generate.ts'
import { crashModel } from './model.ts'
import { storedRegressions } from './regressions.ts'

for (const [name, regression] of storedRegressions())
  test(`${name} still holds`, async () => {
    assert.equal(regression.proof, 'crash')
    assert.deepEqual((await crashModel(regression.case)).verdict.faults, [])
  })

test('a run that crashes on its first step is judged', async () => {
  const of = generateCrash(1)
  const { verdict, crashes } = await crashModel({ ...of, steps: [{ do: 'crash', kept: 0, states: 'kept' }, ...of.steps] })
  assert.deepEqual(verdict.faults, [])
  assert.ok(crashes > 1)
})
