/** The conformance suite of `LogStore`: everything that a run relies on, clause by clause. */
import { commitClauses } from './log-commit-clauses.ts'
import { outboxClauses } from './log-outbox-clauses.ts'
import { partClauses } from './log-part-clauses.ts'
import type { LogStoreHarness } from './log-store-harness.ts'
import { testClauses, type ContractClause } from './clauses.ts'

/** The clauses of the contract, in order. */
const logStoreClauses: readonly ContractClause<LogStoreHarness>[] = [...commitClauses, ...partClauses, ...outboxClauses]

/**
 * Checks a store against the contract of `LogStore`, by one test of `node:test` per clause.
 *
 * @example
 * testLogStore('memory', {
 *   create: () => {
 *     const commits: Commit[] = []
 *     return { open: () => new MemoryStore(commits) }
 *   },
 * })
 */
export const testLogStore = (name: string, harness: LogStoreHarness): void => testClauses(name, logStoreClauses, harness)
