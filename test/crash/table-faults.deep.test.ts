import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { skip } from '../postgres/server.ts'
import { tableFaults } from './table-faults.ts'

/** As many as are needed until a kill falls between a message and its commit: 8 were too few on one machine. */
const [CASES, LIVES] = [24, 3]
const SECONDS = 600

/** The others take more cases: `npm run prove -- faults` searches for all. */
const quick = Object.entries(tableFaults).slice(0, 4)

suite('the crash proof over PostgreSQL finds it if', { concurrency: 3, skip }, () => {
  for (const [name, edit] of quick)
    test(name, () =>
      assertDetected(['test/crash/check-tables.ts', '1', String(CASES), String(LIVES)], edit, { finding: /case \d+: /, seconds: SECONDS }),
    )
})
