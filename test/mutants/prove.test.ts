import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { parseModule } from '../sources/syntax.ts'
import { acceptedFaults, isSame } from './accepted-faults.ts'
import { runNode } from './child.ts'
import { faultsOf } from './faults.ts'
import { holds, prove } from './prove.ts'

test('the proof holds if at least 90 % of the faults are caught, accepted ones not counted', () => {
  const result = { accepted: 0, survivors: [], seed: 1, faults: 1000 }
  assert.equal(holds({ ...result, cases: 100, caught: 90 }), true)
  assert.equal(holds({ ...result, cases: 100, caught: 89 }), false)
  assert.equal(holds({ ...result, cases: 110, caught: 90, accepted: 10 }), true)
  assert.equal(holds({ ...result, cases: 0, caught: 0 }), false)
})

test('a process with a fault changes no file outside of its folders', async () => {
  const fault = { path: 'test/mutants/toy/none.ts', of: '', start: 0, end: 0, is: '' }
  for (const call of ["fs.chmodSync('/nowhere/x', 0o755)", "fs.promises.rm('/nowhere/x')", "fs.renameSync('/nowhere/x', 'y')"]) {
    const { passed, output } = await runNode(['-e', `import('node:fs').then(fs => ${call})`], { fault, seconds: 60 })
    assert.ok(!passed)
    assert.match(output, /of \/nowhere\/x: outside of the process's folders/)
  }
})

test('a folder without sources is a mistake', async () => {
  await assert.rejects(prove({ cases: 1, seed: 1, folders: ['src/nothing'] }), { code: 'SPILL_INPUT' })
})

test('every accepted fault still exists', () => {
  const faults = textFiles('.ts')
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(file => faultsOf(parseModule(file)))
  assert.deepEqual(
    acceptedFaults().filter(accepted => !faults.some(fault => isSame(accepted, fault))),
    [],
  )
})
