/** `prove faults`: each planted fault is detected by its proof. A case is a fault; the tests leave out those that take long. */
import { runNode } from '../mutants/child.ts'
import { Draw } from '../property/generate/draw.ts'
import { isDetected } from './detection.ts'
import { faultOf } from './edit.ts'
import { planted, type PlantedFault } from './planted-faults.ts'

export interface FaultsResult {
  readonly cases: number
  readonly found: number
  readonly skipped: number
  readonly seed: number
  readonly missed: readonly { readonly by: string; readonly name: string }[]
}

const AT_ONCE = 2
const SECONDS = 600
/** Characters of the output of a proof that has found something else. */
const OUTPUT_MAX = 500

/** All of them, or for fewer cases some by the seed. */
export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<FaultsResult> {
  const chosen = some(new Draw(seed), cases)
  const left = chosen.filter(({ skip }) => skip === false)
  const missed: PlantedFault[] = []
  let done = 0
  const work = async (): Promise<void> => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const result = await runNode(fault.check, { fault: faultOf(fault.edit), seconds: SECONDS })
      const isFound = isDetected(result, fault.edit)
      if (!isFound) missed.push(fault)
      const found = isFound ? 'found' : `NOT FOUND${result.passed ? '' : ` by its finding, but: ${result.output.slice(0, OUTPUT_MAX)}`}`
      console.error(`faults: ${++done}: ${fault.by}: ${fault.name}: ${found}, ${result.seconds.toFixed(0)} s`)
    }
  }
  const skipped = chosen.length - left.length
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { cases: done, found: done - missed.length, skipped, seed, missed: missed.map(({ by, name }) => ({ by, name })) }
}

function some(draw: Draw, count: number): PlantedFault[] {
  const rest = [...planted]
  const chosen: PlantedFault[] = []
  while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(draw.between(0, rest.length - 1), 1))
  return chosen
}

export function holds({ cases, found }: FaultsResult): boolean {
  return cases > 0 && found === cases
}
