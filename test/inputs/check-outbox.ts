/** Started with a planted fault, `check-outbox.ts SEED TABLES`: exit code 0 if none of the outboxes detects it. */
import { random } from '../../src/base/random.ts'
import { withServer } from '../postgres/server.ts'
import { accountOutbox } from './outbox-door.ts'

const [first, tables] = process.argv.slice(2).map(Number)
process.exitCode = await withServer(async server => {
  for (let seed = first; seed < first + tables; seed++) {
    const { faults } = await accountOutbox(random(seed), server, `outbox${seed}`)
    if (faults.length === 0) continue
    console.log(`outbox ${seed}: ${faults[0]}`)
    return 1
  }
  return 0
})
