import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { faultOf } from '../crash/recovery-faults.ts'
import { runNode } from '../mutants/child.ts'
import { skip } from '../postgres/server.ts'
import { outboxFaults } from './outbox-faults.ts'

const TABLES = 8
const SECONDS = 120

suite('the proof of inputs over an outbox finds it if', { concurrency: 2, skip }, () => {
  for (const [name, edit] of Object.entries(outboxFaults))
    test(name, async () => {
      const { passed, output } = await runNode([join(import.meta.dirname, 'check-outbox.ts'), '1', String(TABLES)], {
        fault: faultOf(edit),
        seconds: SECONDS,
      })
      assert.ok(!passed, `nothing was found in ${TABLES} tables`)
      assert.match(output, /^outbox \d+: /)
    })
})
