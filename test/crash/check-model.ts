/** Run with a fault, `check-model.ts SEED CASES`: exit code 0 if none of so many cases on a model store finds it. */
import { generateCrash } from './generate.ts'
import { crashModel } from './model.ts'
import { isSound } from './verdict.ts'

const [first, cases] = process.argv.slice(2).map(Number)
for (let seed = first; seed < first + cases; seed++) {
  const { verdict } = await crashModel(generateCrash(seed))
  if (isSound(verdict)) continue
  console.log(`case ${seed}: ${verdict.faults[0]}`)
  process.exit(1)
}
