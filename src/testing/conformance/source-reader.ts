/**
 * The conformance suite of source readers: one test for each clause of the contract.
 *
 * Each clause reads a place of its own. The suite writes numbered records to it and checks which numbers come, from which position.
 */
import { test } from 'node:test'
import { readerClauses, type ReaderClause } from '../../sources/reader/index.ts'
import { ReaderChecks } from './source-reader-checks.ts'
import type { SourceReaderSetUp } from './source-reader-harness.ts'

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
  for (const clause of Object.keys(readerClauses) as ReaderClause[])
    test(`${name}: ${clause}: ${readerClauses[clause]}`, async t => {
      const skipped = await checkReaderClause(clause, setUp)
      if (skipped !== undefined) t.skip(skipped)
    })
}

/** Checks one clause. Resolves with the reason why it cannot be checked, if there is one. @throws `SPILL_CONTRACT`, or as the reader. */
export async function checkReaderClause(clause: ReaderClause, setUp: SourceReaderSetUp): Promise<string | undefined> {
  const harness = await setUp()
  try {
    return await new ReaderChecks(clause, harness).check()
  } finally {
    await harness.remove?.()
  }
}
