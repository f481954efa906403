/** A conformance suite: the clauses of a port's contract, each with a check that fails if an implementation breaks it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationText, withDeadline } from '../../base/index.ts'

/** Deadline of one clause, ms: an implementation that hangs fails the clause instead of the whole run. */
const CLAUSE_MS = 600_000

/** A clause of a contract. */
export interface ContractClause<Harness> {
  readonly clause: string
  /**
   * Rejects, naming what it saw, if the implementation that `Harness` opens breaks the clause. Resolves with a reason if the clause cannot be
   * checked with this harness.
   */
  readonly check: (harness: Harness) => Promise<string | void>
}

/** Makes a clause of its text and its check. */
export type ClauseMaker<Harness, Subject extends readonly unknown[]> = (
  clause: string,
  check: (...subject: Subject) => void | Promise<void>,
) => ContractClause<Harness>

/** A maker of clauses whose checks get what `open` opens for them; `open` closes it whatever a check finds. */
export const clausesOver =
  <Harness, Subject extends readonly unknown[]>(
    open: (harness: Harness, check: (...subject: Subject) => void | Promise<void>) => Promise<void>,
  ): ClauseMaker<Harness, Subject> =>
  (clause, check) => ({ clause, check: harness => open(harness, check) })

/**
 * Registers one test of `node:test` per clause, one after the other. A clause that cannot be checked is skipped. A check that does not end
 * fails with the names of both.
 */
export function testClauses<Harness>(name: string, clauses: readonly ContractClause<Harness>[], harness: Harness): void {
  for (const contractClause of clauses)
    test(`${name}: ${contractClause.clause}`, async t => {
      const reason = await checkClause(name, contractClause, harness)
      if (reason !== undefined) t.skip(reason)
    })
}

/** Resolves or rejects as the check does; rejects if it has not ended within `timeoutMs`. */
export async function checkClause<Harness>(
  name: string,
  { clause, check }: ContractClause<Harness>,
  harness: Harness,
  timeoutMs = CLAUSE_MS,
): Promise<string | undefined> {
  const onExpiry = () => assert.fail(`${name} has not ended the check of clause '${clause}' within ${durationText(timeoutMs)}`)
  return (await withDeadline(check(harness), timeoutMs, onExpiry)) ?? undefined
}

const TIMEOUT_MS = 30_000

/** Resolves or rejects as the check of a store does; rejects if it has not ended within `timeoutMs`, by default 30,000 ms. */
export const inTime = (check: Promise<void>, timeoutMs = TIMEOUT_MS): Promise<void> =>
  withDeadline(check, timeoutMs, () => assert.fail(`the store did not respond within ${timeoutMs} ms`))
