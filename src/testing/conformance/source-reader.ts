/**
 * The conformance suite of source readers: one test for each clause of the contract.
 *
 * Each clause reads a place of its own. The suite writes numbered records to it and checks which numbers come, from which position.
 */
import { test } from 'node:test'
import { readerClauses, type ReaderClause, type SourceReader } from '../../sources/reader/source-reader.ts'
import { ReaderChecks } from './source-reader-checks.ts'

/** A place that the reader under test reads. */
export interface SourceReaderFixture {
  /** Makes a reader of the place, as a process does when it starts. */
  open(): SourceReader
  /** Writes a record for each number, in order, to the end of the place or of one of its partitions. */
  append(numbers: readonly number[], partition: string): void | Promise<void>
  /** The number of a record, as the reader gives it. */
  numberOf(record: never): number
  /** The partitions of the place; one without a name if absent. */
  readonly partitions?: readonly string[]
  /** The number of records that readers took from the place so far. Without it clause `pause` is skipped. */
  taken?(): number
  /** Takes a partition from the reader, as the coordinator of a group does. Without it clause `rebalance` is skipped. */
  revoke?(partition: string): void | Promise<void>
  /** Gives a partition to the reader again. */
  assign?(partition: string): void | Promise<void>
  /** Makes the place unreadable. Without it clause `failure` is skipped. */
  damage?(): void | Promise<void>
  /** Removes the place. */
  remove?(): void | Promise<void>
}

/** Options of `testSourceReader`. */
export interface SourceReaderSuiteOptions {
  /** The place can be read again from a position; default true. */
  readonly hasPositions?: boolean
  /** The reader can wait for more records; default true. */
  readonly canFollow?: boolean
  /** Milliseconds within which anything must happen; default 10,000. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000

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
export function testSourceReader(
  name: string,
  setUp: () => SourceReaderFixture | Promise<SourceReaderFixture>,
  options: SourceReaderSuiteOptions = {},
): void {
  for (const clause of Object.keys(readerClauses) as ReaderClause[])
    test(`${name}: ${clause}: ${readerClauses[clause]}`, async t => {
      const skipped = await checkReaderClause(clause, setUp, options)
      if (skipped !== undefined) t.skip(skipped)
    })
}

/** Checks one clause. Resolves with the reason why it cannot be checked, if there is one. @throws `SPILL_CONTRACT`, or as the reader. */
export async function checkReaderClause(
  clause: ReaderClause,
  setUp: () => SourceReaderFixture | Promise<SourceReaderFixture>,
  { hasPositions = true, canFollow = true, timeoutMs = TIMEOUT_MS }: SourceReaderSuiteOptions = {},
): Promise<string | undefined> {
  const fixture = await setUp()
  try {
    return await new ReaderChecks(clause, fixture, { hasPositions, canFollow, timeoutMs }).check()
  } finally {
    await fixture.remove?.()
  }
}
