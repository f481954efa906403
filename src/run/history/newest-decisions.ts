/** Finds the newest recorded decisions by model, key, time and score, backwards from the newest one or from a place. */
import { yieldToEventLoop, stopwatch } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'
import type { NumberedDecisionBatch, SqliteReader } from '../../log/sqlite/index.ts'
import { type DecisionMatcher, newestDecisionsIn, type RecordedDecision } from '../decide/recorded-decision.ts'

/** A place among the recorded decisions: before row `row` of decision batch `batch`. */
export interface DecisionPlace {
  readonly batch: number
  readonly row: number
}

/** A query for recorded decisions. */
export interface NewestDecisionsQuery {
  readonly model: string | undefined
  /** Key as text. */
  readonly key: string | undefined
  /** Only decisions from this time on, UTC ms; default: all. */
  readonly since?: number | undefined
  /** Only decisions up to this time, UTC ms; default: all. */
  readonly until?: number | undefined
  /** Only decisions with a score of at least this; default: all. */
  readonly min?: number | undefined
  /** Only batches with numbers from this on; default: all. */
  readonly firstBatch?: number
  /** Only decisions before this place; default: all. */
  readonly before?: DecisionPlace | undefined
  /** Number of decisions. */
  readonly last: number
  /** Number of decisions to scan, beyond which no further batch is scanned; default: all. */
  readonly maxScanned?: number
}

/** The decisions that a query found. */
export interface NewestDecisions {
  /** In order of decision. */
  readonly decisions: RecordedDecision[]
  /** With this `before` the query goes on to older decisions; absent if there are none. */
  readonly next?: DecisionPlace
  /** Number of scanned decisions, if the scan ended at `maxScanned`. */
  readonly lookedAt?: number
  /** Likewise the least time of a scanned decision, UTC ms. */
  readonly lookedTo?: number
}

/** Milliseconds of scanning before other work gets a turn. */
const AT_ONCE_MS = 5

/** Finds the newest decisions that match. The reader may yield batches of other models. */
export async function newestDecisions(
  reader: Pick<SqliteReader, 'newestDecisions'>,
  query: NewestDecisionsQuery,
): Promise<NewestDecisions> {
  const { model, firstBatch, before, last, maxScanned = Infinity } = query
  const decisions: RecordedDecision[] = []
  let scanned = 0
  let scannedTo = Infinity
  let next: DecisionPlace | undefined
  let yieldedAt = stopwatch()
  for (const batch of reader.newestDecisions(model, before && batchesBefore(before), firstBatch)) {
    if (decisions.length >= last) return { decisions: decisions.reverse(), next: next! }
    if (scanned >= maxScanned)
      return { decisions: decisions.reverse(), next: next!, lookedAt: scanned, ...(scannedTo < Infinity && { lookedTo: scannedTo }) }
    const scan = scanBatch(batch, query, last - decisions.length)
    decisions.push(...scan.decisions)
    scanned += scan.scanned
    scannedTo = Math.min(scannedTo, scan.scannedTo)
    next = { batch: batch.number, row: scan.row }
    if (stopwatch() - yieldedAt < AT_ONCE_MS) continue
    await yieldToEventLoop()
    yieldedAt = stopwatch()
  }
  return { decisions: decisions.reverse(), ...(next && next.row > 0 && { next }) }
}

interface BatchScan {
  /** Newest first. */
  readonly decisions: RecordedDecision[]
  /** The last scanned row. */
  readonly row: number
  /** Number of decisions that count as scanned: all of the batch, or none if all are outside of the time span of the query. */
  readonly scanned: number
  /** Least time of a scanned decision, UTC ms; Infinity without one. */
  readonly scannedTo: number
}

/** Scans a batch backwards until `most` decisions match. */
function scanBatch({ number, model, count, bytes }: NumberedDecisionBatch, query: NewestDecisionsQuery, most: number): BatchScan {
  // It counts: reading it took time, too.
  if (query.model !== undefined && query.model !== model) return { decisions: [], row: 0, scanned: count, scannedTo: Infinity }
  const { since = -Infinity, until = Infinity, before } = query
  const isSought = decisionMatcher(query)
  let row = count
  let scannedTo = Infinity
  const matches: DecisionMatcher = (key, t, score) => {
    row--
    if (number === before?.batch && row >= before.row) return false
    // Times never fall within a batch.
    if (since <= t && t <= until) scannedTo = t
    return isSought(key, t, score)
  }
  const decisions = newestDecisionsIn(bytes, most, matches)
  return { decisions, row, scanned: scannedTo < Infinity ? count : 0, scannedTo }
}

/** The batch number below which all batches are that have a decision before a place. */
const batchesBefore = ({ batch, row }: DecisionPlace): number => (row > 0 ? batch + 1 : batch)

/** Matches the decisions of a query by key, time and score; a decision without a score has not the least one. */
const decisionMatcher =
  ({ key, since = -Infinity, until = Infinity, min }: Pick<NewestDecisionsQuery, 'key' | 'since' | 'until' | 'min'>): DecisionMatcher =>
  (candidate, t, score) =>
    since <= t && t <= until && (min === undefined || (score !== null && score >= min)) && (key === undefined || matchesKey(candidate, key))

/** Does the text denote this key? Numbers match in any notation: 1.50 is 1.5. */
export function matchesKey(key: Value, text: string): boolean {
  return typeof key === 'number' && text.trim() !== '' ? Number(text) === key : String(key) === text
}
