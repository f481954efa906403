/**
 * Started with a planted fault, `check-model.ts SEED CASES [trained]`: exit code 0 if none of the cases on a model store (with trainings)
 * detects it.
 */
import { generateCrash, generateTrained } from './generate.ts'
import { crashModel } from './model.ts'
import { isSound } from './verdict.ts'

const [first, cases] = process.argv.slice(2, 4).map(Number)
const draw = process.argv[4] === 'trained' ? generateTrained : generateCrash
for (let seed = first; seed < first + cases; seed++) {
  const { verdict } = await crashModel(draw(seed))
  if (isSound(verdict)) continue
  console.log(`case ${seed}: ${verdict.faults[0]}`)
  process.exit(1)
}
