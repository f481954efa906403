/** A conformance suite: the clauses of a port's contract, each with a check that fails if an implementation breaks it. */
import { test } from 'node:test'

/** A clause of a contract. `check` rejects, naming what it saw, if the implementation that `Harness` opens breaks the clause. */
export interface ContractClause<Harness> {
  readonly clause: string
  readonly check: (harness: Harness) => Promise<void>
}

/** Registers one test of `node:test` per clause, one after the other. */
export function testClauses<Harness>(name: string, clauses: readonly ContractClause<Harness>[], harness: Harness): void {
  for (const { clause, check } of clauses) test(`${name}: ${clause}`, () => check(harness))
}
