/** Started with a planted fault, `check-http.ts SEED CASES LIVES`: exit code 0 if none of the cases of serving processes detects it. */
import { serveThrough } from './http.ts'
import { isSound } from './verdict.ts'

const [first, cases, lives] = process.argv.slice(2).map(Number)
for (let seed = first; seed < first + cases; seed++) {
  const { verdict } = await serveThrough(lives, seed)
  if (isSound(verdict)) continue
  console.log(`case ${seed}: ${verdict.faults[0]}`)
  process.exit(1)
}
