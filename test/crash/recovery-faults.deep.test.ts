import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { join } from 'node:path'
import { runNode } from '../mutants/child.ts'
import { faultOf, recoveryFaults } from './recovery-faults.ts'

const CASES = 300
/** A multiple of the usual 5 s, for a busy machine. */
const SECONDS = 500

suite('the crash proof finds it if', { concurrency: 2 }, () => {
  for (const [name, edit] of Object.entries(recoveryFaults))
    test(name, async () => {
      const { passed, output } = await runNode(
        [join(import.meta.dirname, 'check-model.ts'), String(edit.seed ?? 1), String(CASES), ...(edit.trained ? ['trained'] : [])],
        {
          fault: faultOf(edit),
          seconds: SECONDS,
        },
      )
      assert.ok(!passed, `nothing was found in ${CASES} cases`)
      assert.match(output, /^case \d+: /)
    })
})
