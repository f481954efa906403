/** Started with a fault, `check.ts REFERENCES ENGINE CASES`: exit code 0 if the engine still gives the oracle's answers. */
import { firstDifference } from './references.ts'

const [file, engine, cases] = process.argv.slice(2)
const difference = await firstDifference(file, engine, Number(cases))
if (difference !== undefined) {
  console.log(difference)
  process.exitCode = 1
}
