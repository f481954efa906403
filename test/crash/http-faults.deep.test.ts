import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { runNode } from '../mutants/child.ts'
import { httpFaults } from './http-faults.ts'
import { faultOf } from './recovery-faults.ts'

const [CASES, LIVES] = [8, 3]
const SECONDS = 240

suite('the crash proof over HTTP finds it if', { concurrency: 3 }, () => {
  for (const [name, edit] of Object.entries(httpFaults))
    test(name, async () => {
      const { passed, output } = await runNode([join(import.meta.dirname, 'check-http.ts'), '1', String(CASES), String(LIVES)], {
        fault: faultOf(edit),
        seconds: SECONDS,
      })
      assert.ok(!passed, `nothing was found in ${CASES} cases`)
      assert.match(output, /^case \d+: /)
    })
})
