import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { faultOf } from '../crash/recovery-faults.ts'
import { runNode } from '../mutants/child.ts'
import { httpFaults } from './http-faults.ts'

const SERVERS = 12
const SECONDS = 120

suite('the proof of inputs over HTTP finds it if', { concurrency: 2 }, () => {
  for (const [name, edit] of Object.entries(httpFaults))
    test(name, async () => {
      const { passed, output } = await runNode([join(import.meta.dirname, 'check-http.ts'), '1', String(SERVERS)], {
        fault: faultOf(edit),
        seconds: SECONDS,
      })
      assert.ok(!passed, `nothing was found on ${SERVERS} servers`)
      assert.match(output, /^server \d+: /)
    })
})
