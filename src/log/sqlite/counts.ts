/**
 * How many effects there are of each action and state, and dead letters of each source and reason: kept beside them, for to count them is to read them all.
 *
 * Written once for each transaction, in it: a row for each kind that it changed.
 */
import type { Asking } from './asking.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

/** What is counted. */
type Counted = 'effect' | 'letter'

/** How many there are of something and a kind of it: an action and a state, a source ('' where a letter has none) and a reason. */
export interface Count {
  readonly of: string
  readonly kind: string
  readonly number: number
}

/** Those there are, by name and kind. */
export function countsOf(db: Asking, what: Counted): Count[] {
  const counts = db.prepare('SELECT of, kind, number FROM counted WHERE what = ? AND number > 0 ORDER BY of, kind')
  return counts.all(what) as unknown as Count[]
}

/** What a transaction changes of them. Runs in the writer's thread. */
export class CountWriter {
  readonly #what: Counted
  readonly #put: StatementSync
  readonly #changes = new Map<string, Map<string, number>>()

  constructor(db: DatabaseSync, what: Counted) {
    this.#what = what
    this.#put = db.prepare('INSERT INTO counted VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number')
  }

  add(of: string, kind: string, number: number): void {
    let kinds = this.#changes.get(of)
    if (!kinds) this.#changes.set(of, (kinds = new Map()))
    kinds.set(kind, (kinds.get(kind) ?? 0) + number)
  }

  /** Before a transaction's commit. One that fails is the writer's last. */
  write(): void {
    for (const [of, kinds] of this.#changes)
      for (const [kind, number] of kinds) {
        if (number !== 0) this.#put.run(this.#what, of, kind, number)
        kinds.set(kind, 0)
      }
  }
}
