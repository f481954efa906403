/** Started with a planted fault, `check-http.ts SEED SERVERS`: exit code 0 if requests to none of the servers detect it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '../../src/base/random.ts'
import { accountHttp } from './http-door.ts'

const [first, servers] = process.argv.slice(2).map(Number)
const scratch = mkdtempSync(join(tmpdir(), 'spillway-inputs-'))
process.once('exit', () => rmSync(scratch, { recursive: true }))
for (let seed = first; seed < first + servers; seed++) {
  const { faults } = await accountHttp(random(seed), scratch)
  if (faults.length === 0) continue
  console.log(`server ${seed}: ${faults[0]}`)
  process.exit(1)
}
