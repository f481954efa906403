/**
 * Finds the decision batches of a log entry without an index. Batches are recorded in the order of segments, so a binary search finds the
 * first batch of the entry's segment. Cost: some twenty look-ups by primary key, however long the log is.
 */
import type { StoredDecisionBatch } from '../store.ts'
import type { ReadConnection, ReadStatement } from './read-connection.ts'

type NumberedRow = StoredDecisionBatch & { readonly number: number }

export class DecisionFinder {
  readonly #segment: ReadStatement
  readonly #ends: ReadStatement
  readonly #last: ReadStatement
  readonly #from: ReadStatement

  constructor(db: ReadConnection) {
    this.#segment = db.prepare('SELECT first, entries FROM segment WHERE first <= ? ORDER BY first DESC LIMIT 1')
    this.#ends = db.prepare('SELECT coalesce(min(id), 1) AS first, coalesce(max(id), 0) AS last FROM decisions')
    this.#last = db.prepare('SELECT last FROM decisions WHERE id >= ? ORDER BY id LIMIT 1')
    this.#from = db.prepare('SELECT id AS number, model, first, last, count, bytes FROM decisions WHERE id >= ? ORDER BY id LIMIT 1')
  }

  /** The batches with decisions on an entry; none if the entry is not in the log. */
  at(entry: number): StoredDecisionBatch[] {
    const segment = this.#segment.get(entry) as { first: number; entries: number } | undefined
    if (!segment || entry >= segment.first + segment.entries) return []
    const matches: StoredDecisionBatch[] = []
    const batchFrom = (from: number) => this.#from.get(from) as NumberedRow | undefined
    for (
      let row = batchFrom(this.#firstOf(segment.first));
      row && row.first < segment.first + segment.entries;
      row = batchFrom(row.number + 1)
    ) {
      const { number: _, ...batch } = row
      if (batch.first <= entry && entry <= batch.last) matches.push(batch)
    }
    return matches
  }

  /** Number of the first batch that reaches `entry` or beyond. */
  #firstOf(entry: number): number {
    const { first, last } = this.#ends.get() as { first: number; last: number }
    let [low, high] = [first, last + 1]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.#last.get(middle) as { last: number }).last < entry) low = middle + 1
      else high = middle
    }
    return low
  }
}
