/** Messages and errors for implementations of a port that break its contract: they name the implementation and the clause. */
import { SpillwayError } from './errors.ts'

/** An implementation and the contract of its port. */
export interface Contract {
  /** The implementation, for people: `source 'payments': reader 'kafka:payments'`. */
  readonly subject: string
  /** The text of each clause. */
  readonly clauses: Readonly<Record<string, string>>
}

/** The message for a broken clause. `problem` says what happened instead. */
export const brokenClauseText = ({ subject, clauses }: Contract, clause: string, problem: string): string =>
  `${subject} broke clause '${clause}' of its contract (${clauses[clause]}): ${problem}`

/** The error `SPILL_CONTRACT` for a broken clause. `problem` says what happened instead. */
export function contractError(contract: Contract, clause: string, problem: string, cause?: unknown): SpillwayError {
  return new SpillwayError('SPILL_CONTRACT', brokenClauseText(contract, clause, problem), { ...(cause !== undefined && { cause }) })
}
