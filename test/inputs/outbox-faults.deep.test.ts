import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { skip } from '../postgres/server.ts'
import { outboxFaults } from './outbox-faults.ts'

const TABLES = 8
const SECONDS = 120

suite('the proof of inputs over an outbox finds it if', { concurrency: 2, skip }, () => {
  for (const [name, edit] of Object.entries(outboxFaults))
    test(name, () =>
      assertDetected(['test/inputs/check-outbox.ts', '1', String(TABLES)], edit, { finding: /^outbox \d+: /, seconds: SECONDS }),
    )
})
