import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEngine } from './engines/engines.ts'
import { faults, withFault } from './faults.ts'
import { generate } from './generate/generate.ts'
import { compare } from './parity.ts'
import { shrink } from './shrink.ts'

test('a failing case shrinks to a few events, one ask and one feature, and still fails', async () => {
  const oracle = await openEngine('oracle')
  const faulty = withFault(oracle, faults['t − W is outside the window'])
  const fails = async (of: Parameters<typeof compare>[0]) => (await compare(of, oracle, faulty)).length > 0
  const failing = await firstFailing(fails)
  const smallest = await shrink(failing, fails)
  assert.ok(await fails(smallest))
  assert.equal(smallest.asks.length, 1)
  assert.equal(smallest.ir.groups.length, 1)
  assert.equal(smallest.ir.groups[0].features.length, 1)
  assert.ok(smallest.log.length <= 2, `${smallest.log.length} events are left`)
  assert.ok(smallest.asks[0].prefix <= smallest.log.length)
})

async function firstFailing(fails: (of: ReturnType<typeof generate>) => Promise<boolean>) {
  for (let seed = 1; ; seed++) if (await fails(generate(seed))) return generate(seed)
}
