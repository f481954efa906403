import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { runNode } from '../mutants/child.ts'
import { skip } from '../postgres/server.ts'
import { faultOf } from './recovery-faults.ts'
import { tableFaults } from './table-faults.ts'

const [CASES, LIVES] = [8, 3]
const SECONDS = 240

/** The others take more cases: `npm run prove -- faults` searches for all. */
const quick = Object.entries(tableFaults).slice(0, 4)

suite('the crash proof over PostgreSQL finds it if', { concurrency: 3, skip }, () => {
  for (const [name, edit] of quick)
    test(name, async () => {
      const { passed, output } = await runNode([join(import.meta.dirname, 'check-tables.ts'), '1', String(CASES), String(LIVES)], {
        fault: faultOf(edit),
        seconds: SECONDS,
      })
      assert.ok(!passed, `nothing was found in ${CASES} cases`)
      assert.match(output, /case \d+: /)
    })
})
