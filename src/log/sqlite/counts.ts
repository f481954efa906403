/**
 * Running counts of effects by action and state, and of dead letters by source and reason. Counting the rows themselves would read all of
 * them.
 *
 * Each transaction updates its counts once, at its end: one row for each changed combination.
 */
import type { Prepared } from './sqlite.ts'

/** Things that are counted: effects by action and state, dead letters by source ('' for none) and reason. */
type CountedKind = 'effect' | 'letter'

/** Collects the count changes of a transaction. Runs in the writer's thread. */
export class CountWriter {
  readonly #counted: CountedKind
  readonly #prepared: Prepared
  readonly #changes = new Map<string, Map<string, number>>()

  constructor(prepared: Prepared, counted: CountedKind) {
    this.#prepared = prepared
    this.#counted = counted
  }

  add(of: string, kind: string, number: number): void {
    let kinds = this.#changes.get(of)
    if (!kinds) this.#changes.set(of, (kinds = new Map()))
    kinds.set(kind, (kinds.get(kind) ?? 0) + number)
  }

  /** Writes the changes, before the transaction commits. After a failed transaction the writer is not used again. */
  write(): void {
    const put = this.#prepared('INSERT INTO counted VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number')
    for (const [of, kinds] of this.#changes)
      for (const [kind, number] of kinds) {
        if (number !== 0) put.run(this.#counted, of, kind, number)
        kinds.set(kind, 0)
      }
  }
}
