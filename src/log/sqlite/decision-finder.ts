/**
 * Finds the decision batches of a log entry without an index. Batches are recorded in the order of segments, so a binary search finds the
 * first batch of the entry's segment. Cost: some twenty look-ups by primary key, however long the log is.
 */
import type { StoredDecisionBatch } from '../store.ts'
import type { ReadConnection } from './read-connection.ts'

type NumberedRow = StoredDecisionBatch & { readonly number: number }

/** The batches with decisions on an entry; none if the entry is not in the log. */
export function findDecisions(db: ReadConnection, entry: number): StoredDecisionBatch[] {
  const segment = db.get<{ first: number; end: number }>(
    'SELECT first, first + entries AS end FROM segment WHERE first <= ? ORDER BY first DESC LIMIT 1',
    entry,
  )
  if (!segment || entry >= segment.end) return []
  const matches: StoredDecisionBatch[] = []
  const after = 'SELECT id AS number, model, first, last, count, bytes FROM decisions WHERE id > ? ORDER BY id LIMIT 1'
  const paging = { from: firstBatchFrom(db, segment.first) - 1, numberOf: ({ number }: NumberedRow) => number, size: 1 }
  for (const { number: _, ...batch } of db.pages(after, paging)) {
    if (batch.first >= segment.end) break
    if (batch.first <= entry && entry <= batch.last) matches.push(batch)
  }
  return matches
}

/** Number of the first batch that reaches `entry` or beyond. */
function firstBatchFrom(db: ReadConnection, entry: number): number {
  const ends = 'SELECT coalesce(min(id), 1) AS first, coalesce(max(id), 0) AS last FROM decisions'
  const lastFrom = 'SELECT last FROM decisions WHERE id >= ? ORDER BY id LIMIT 1'
  const { first, last } = db.get<{ first: number; last: number }>(ends)!
  let [low, high] = [first, last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (db.get<{ last: number }>(lastFrom, middle)!.last < entry) low = middle + 1
    else high = middle
  }
  return low
}
