/** Finds the newest recorded decisions by model, key, time and score, from the newest batch backwards. */
import { yieldToEventLoop, stopwatch } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'
import type { SqliteReader } from '../../log/sqlite/index.ts'
import { type DecisionMatcher, newestDecisionsIn, type RecordedDecision } from '../decide/recorded-decision.ts'

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
  /** Only batches with numbers below this; default: all. */
  readonly before?: number
  /** Number of decisions. */
  readonly last: number
  /** Approximate number of decisions to scan; default: all. */
  readonly maxScanned?: number
}

/** Milliseconds of scanning before other work gets a turn. */
const AT_ONCE_MS = 5

/** In order of decision. `isWhole`: enough were found, or there are no more. `scannedTo`: time of the last scanned decision, UTC ms. */
export async function newestDecisions(
  reader: Pick<SqliteReader, 'newestDecisions'>,
  query: NewestDecisionsQuery,
): Promise<{ decisions: RecordedDecision[]; isWhole: boolean; scannedTo: number }> {
  const { model, firstBatch, before, last, maxScanned = Infinity } = query
  const isSought = decisionMatcher(query)
  let scannedTo = Infinity
  const matches: DecisionMatcher = (key, t, score) => {
    scannedTo = t
    return isSought(key, t, score)
  }
  const decisions: RecordedDecision[] = []
  let scanned = 0
  let yieldedAt = stopwatch()
  for (const { bytes, count } of reader.newestDecisions(model, before, firstBatch)) {
    if (decisions.length >= last) break
    if (scanned >= maxScanned) return { decisions: decisions.reverse(), isWhole: false, scannedTo }
    scanned += count
    decisions.push(...newestDecisionsIn(bytes, last - decisions.length, matches))
    if (stopwatch() - yieldedAt < AT_ONCE_MS) continue
    await yieldToEventLoop()
    yieldedAt = stopwatch()
  }
  return { decisions: decisions.reverse(), isWhole: true, scannedTo }
}

/** Matches the decisions of a query by key, time and score; a decision without a score has not the least one. */
export const decisionMatcher =
  ({ key, since = -Infinity, until = Infinity, min }: Pick<NewestDecisionsQuery, 'key' | 'since' | 'until' | 'min'>): DecisionMatcher =>
  (candidate, t, score) =>
    since <= t && t <= until && (min === undefined || (score !== null && score >= min)) && (key === undefined || matchesKey(candidate, key))

/** Does the text denote this key? Numbers match in any notation: 1.50 is 1.5. */
export function matchesKey(key: Value, text: string): boolean {
  return typeof key === 'number' && text.trim() !== '' ? Number(text) === key : String(key) === text
}
