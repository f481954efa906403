import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runModel } from '../crash/model-run.ts'
import { placedCase } from './case.ts'
import { compare, holds, prove } from './prove.ts'

test('law 6: stream, lag(0), partial(0) and hybrid are identical on live runs, through swaps and crashes', async () => {
  const result = await prove({ cases: 10, seed: 1 })
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), JSON.stringify(result))
})

test('a placement that sees fewer events is detected', async () => {
  let detected = 0
  for (let seed = 1; seed <= 5; seed++) {
    const of = placedCase(seed)
    const groups = of.ir.groups.map(group => (group.place.kind === 'lag' ? { ...group, place: { kind: 'lag', by: 1 } as const } : group))
    const faulty = { ...of, ir: { ...of.ir, groups } }
    const { disk } = await runModel(faulty)
    if (compare(faulty, disk).mismatches.length > 0) detected++
  }
  assert.ok(detected > 0)
})
