/** When a planted fault counts as detected: a proof that runs with the fault ends with the finding of that fault. */
import assert from 'node:assert/strict'
import { type NodeResult, runNode } from '../mutants/child.ts'
import { faultOf, type Edit } from './edit.ts'

/** A finding of a proof, with the place: a program that does not start has detected nothing. */
const anyFinding = /^(case|server|outbox|topic) \d+: /m

export const isDetected = (
  { passed, output }: Pick<NodeResult, 'passed' | 'output'>,
  { finding = anyFinding }: Pick<Edit, 'finding'>,
): boolean => !passed && finding.test(output)

/** `check`: a program from the root of this checkout, and its arguments; it exits with 1 and a `finding` once it detects the fault. */
export async function assertDetected(
  check: readonly string[],
  edit: Edit,
  { finding, seconds }: { readonly finding: RegExp; readonly seconds: number },
): Promise<void> {
  const { passed, output } = await runNode(check, { fault: faultOf(edit), seconds })
  assert.ok(!passed, `nothing was found by ${check.join(' ')}`)
  assert.match(output, edit.finding ?? finding)
}
