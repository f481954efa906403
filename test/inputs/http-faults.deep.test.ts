import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { httpFaults } from './http-faults.ts'

const SERVERS = 12
const SECONDS = 120

suite('the proof of inputs over HTTP finds it if', { concurrency: 2 }, () => {
  for (const [name, edit] of Object.entries(httpFaults))
    test(name, () =>
      assertDetected(['test/inputs/check-http.ts', '1', String(SERVERS)], edit, { finding: /^server \d+: /, seconds: SECONDS }),
    )
})
