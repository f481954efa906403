/**
 * The stretches of decisions of one entry of the log, without an index: they are recorded in the order of its segments, so that halving finds the first
 * of the entry's segment. Costs some twenty look-ups by number, however long the log is.
 */
import type { StoredDecisions } from '../store.ts'
import type { Asking, Question } from './asking.ts'

type Numbered = StoredDecisions & { readonly number: number }

export class DecisionFinder {
  readonly #segment: Question
  readonly #ends: Question
  readonly #last: Question
  readonly #from: Question

  constructor(db: Asking) {
    this.#segment = db.prepare('SELECT first, entries FROM segment WHERE first <= ? ORDER BY first DESC LIMIT 1')
    this.#ends = db.prepare('SELECT coalesce(min(id), 1) AS first, coalesce(max(id), 0) AS last FROM decisions')
    this.#last = db.prepare('SELECT last FROM decisions WHERE id >= ? ORDER BY id LIMIT 1')
    this.#from = db.prepare('SELECT id AS number, model, first, last, count, bytes FROM decisions WHERE id >= ? ORDER BY id LIMIT 1')
  }

  /** None where the entry is not in the log, or not any more. */
  at(entry: number): StoredDecisions[] {
    const segment = this.#segment.get(entry) as { first: number; entries: number } | undefined
    if (!segment || entry >= segment.first + segment.entries) return []
    const found: StoredDecisions[] = []
    const next = (from: number) => this.#from.get(from) as Numbered | undefined
    for (let row = next(this.#firstOf(segment.first)); row && row.first < segment.first + segment.entries; row = next(row.number + 1)) {
      const { number: _, ...stretch } = row
      if (stretch.first <= entry && entry <= stretch.last) found.push(stretch)
    }
    return found
  }

  /** The number of the first stretch that is not of entries before `entry` alone. */
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
