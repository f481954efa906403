import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { httpFaults } from './http-faults.ts'

const [CASES, LIVES] = [24, 3]
const SECONDS = 600

suite('the crash proof over HTTP finds it if', { concurrency: 3 }, () => {
  for (const [name, edit] of Object.entries(httpFaults))
    test(name, () =>
      assertDetected(['test/crash/check-http.ts', '1', String(CASES), String(LIVES)], edit, { finding: /^case \d+: /, seconds: SECONDS }),
    )
})
