/**
 * The conformance suite of source readers: one test for each clause of the contract.
 *
 * Each clause reads a place of its own. The suite writes numbered records to it and checks which numbers come, from which position.
 */
import { readerClauses, type ReaderClause } from '../../sources/reader/index.ts'
import { testClauses, type ContractClause } from './clauses.ts'
import { batchChecks } from './source-reader-batch-checks.ts'
import type { SourceReaderHarness, SourceReaderSetUp } from './source-reader-harness.ts'
import { ReaderPlace } from './source-reader-place.ts'
import { runChecks } from './source-reader-run-checks.ts'

const checks: Readonly<Record<ReaderClause, (place: ReaderPlace) => Promise<void>>> = { ...batchChecks, ...runChecks }

/** Why a clause cannot be checked with a harness: what the harness lacks. */
const reasonsToSkip: Partial<Record<ReaderClause, (harness: SourceReaderHarness) => string | false>> = {
  position: ({ hasPositions = true }) => !hasPositions && 'the reader has no positions',
  resume: ({ hasPositions = true }) => !hasPositions && 'the reader has no positions',
  follow: ({ canFollow = true }) => !canFollow && 'the reader does not follow',
  pause: harness => !harness.recordsTaken && 'the harness has no recordsTaken()',
  rebalance: harness => !canRebalance(harness) && 'the harness has no revoke() and assign()',
  failure: harness => !harness.damage && 'the harness has no damage()',
}

const canRebalance = (harness: SourceReaderHarness): boolean =>
  (harness.canFollow ?? true) && harness.revoke !== undefined && harness.assign !== undefined

const clauses = (Object.keys(readerClauses) as ReaderClause[]).map((clause): ContractClause<SourceReaderSetUp> => ({
  clause: `${clause}: ${readerClauses[clause]}`,
  check: setUp => checkReaderClause(clause, setUp),
}))

/**
 * Tests a source reader with `node:test`: a test for each clause of its contract (`readerClauses`).
 *
 * @example
 * ```ts
 * testSourceReader('numbers', () => {
 *   const lines: number[] = []
 *   return {
 *     open: () => numbersReader(lines),
 *     append: numbers => void lines.push(...numbers),
 *     numberOf: ({ n }: { n: number }) => n,
 *   }
 * })
 * ```
 */
export function testSourceReader(name: string, setUp: SourceReaderSetUp): void {
  testClauses(name, clauses, setUp)
}

/** Checks one clause. Resolves with the reason why it cannot be checked, if there is one. @throws `SPILL_CONTRACT`, or as the reader. */
export async function checkReaderClause(clause: ReaderClause, setUp: SourceReaderSetUp): Promise<string | undefined> {
  const harness = await setUp()
  try {
    const reason = reasonsToSkip[clause]?.(harness)
    if (typeof reason === 'string') return reason
    await checks[clause](new ReaderPlace(clause, harness))
    return undefined
  } finally {
    await harness.remove?.()
  }
}
