/** Assertion of the tests of planted faults: a proof that runs with the fault ends with a finding. */
import assert from 'node:assert/strict'
import { runNode } from '../mutants/child.ts'
import { faultOf, type Edit } from './edit.ts'

/** `check`: a program from the root of this checkout, and its arguments; it exits with 1 and a `finding` once it detects the fault. */
export async function assertDetected(
  check: readonly string[],
  edit: Edit,
  { finding, seconds }: { readonly finding: RegExp; readonly seconds: number },
): Promise<void> {
  const { passed, output } = await runNode(check, { fault: faultOf(edit), seconds })
  assert.ok(!passed, `nothing was found by ${check.join(' ')}`)
  assert.match(output, finding)
}
