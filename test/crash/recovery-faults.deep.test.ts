import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { recoveryFaults } from './recovery-faults.ts'

const CASES = 300
/** A multiple of the usual 5 s, for a busy machine. */
const SECONDS = 500

suite('the crash proof finds it if', { concurrency: 2 }, () => {
  for (const [name, edit] of Object.entries(recoveryFaults))
    test(name, () =>
      assertDetected(['test/crash/check-model.ts', String(edit.seed ?? 1), String(CASES), ...(edit.trained ? ['trained'] : [])], edit, {
        finding: /^case \d+: /,
        seconds: SECONDS,
      }),
    )
})
