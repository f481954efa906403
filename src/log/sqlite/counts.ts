/**
 * Running counts of effects by action and state, and of dead letters by source and reason. Counting the rows themselves would read all of
 * them.
 *
 * Each transaction updates its counts once, at its end: one row for each changed combination.
 */
import type { ReadConnection } from './read-connection.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

/** Things that are counted. */
type CountedKind = 'effect' | 'letter'

/** Count of one group and kind: an action and a state, or a source ('' for a dead letter without source) and a reason. */
export interface KindCount {
  readonly of: string
  readonly kind: string
  readonly number: number
}

/** The counts above 0, sorted by group and kind. */
export function storedCounts(db: ReadConnection, counted: CountedKind): KindCount[] {
  const counts = db.prepare('SELECT of, kind, number FROM counted WHERE what = ? AND number > 0 ORDER BY of, kind')
  return counts.all(counted) as unknown as KindCount[]
}

/** Collects the count changes of a transaction. Runs in the writer's thread. */
export class CountWriter {
  readonly #counted: CountedKind
  readonly #put: StatementSync
  readonly #changes = new Map<string, Map<string, number>>()

  constructor(db: DatabaseSync, counted: CountedKind) {
    this.#counted = counted
    this.#put = db.prepare('INSERT INTO counted VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number')
  }

  add(of: string, kind: string, number: number): void {
    let kinds = this.#changes.get(of)
    if (!kinds) this.#changes.set(of, (kinds = new Map()))
    kinds.set(kind, (kinds.get(kind) ?? 0) + number)
  }

  /** Writes the changes, before the transaction commits. After a failed transaction the writer is not used again. */
  write(): void {
    for (const [of, kinds] of this.#changes)
      for (const [kind, number] of kinds) {
        if (number !== 0) this.#put.run(this.#counted, of, kind, number)
        kinds.set(kind, 0)
      }
  }
}
