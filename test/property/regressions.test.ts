import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Engine } from './case.ts'
import { openEngine } from './engines/engines.ts'
import { compare } from './parity.ts'
import { storedRegressions } from './regressions.ts'

const engines = new Map<string, Engine>()

before(async () => {
  for (const name of new Set(storedRegressions().flatMap(([, regression]) => regression.engines))) engines.set(name, await openEngine(name))
})

after(() => engines.forEach(engine => engine.close()))

for (const [name, regression] of storedRegressions())
  test(`${name} still holds`, async () => {
    const [reference, ...others] = regression.engines.map(engine => engines.get(engine)!)
    for (const other of others) assert.deepEqual(await compare(regression.case, reference, other), [])
  })

test('regressions are kept as JSON that a person can read', () => {
  for (const [name, { proof, engines: compared, case: of }] of storedRegressions()) {
    assert.equal(proof, 'parity', name)
    assert.ok(compared.length >= 2 && of.log.length > 0 && of.asks.length > 0, name)
  }
})
