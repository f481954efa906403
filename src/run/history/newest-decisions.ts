/** Finds the newest recorded decisions of a model or key, from the newest batch backwards. */
import { yieldToEventLoop, stopwatch } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'
import type { SqliteReader } from '../../log/sqlite/index.ts'
import { newestDecisionsIn, type RecordedDecision } from '../decide/recorded-decision.ts'

/** A query for recorded decisions. */
export interface NewestDecisionsQuery {
  readonly model: string | undefined
  /** Key as text. */
  readonly key: string | undefined
  /** Only decisions up to this time, UTC ms; default: all. */
  readonly until?: number | undefined
  /** Only batches with numbers below this; default: all. */
  readonly before?: number
  /** Number of decisions. */
  readonly last: number
  /** Approximate number of decisions to scan; default: all. */
  readonly maxScanned?: number
}

/** Milliseconds of scanning before other work gets a turn. */
const AT_ONCE_MS = 5

/** In order of decision. `isWhole`: enough were found, or there are no more. */
export async function newestDecisions(
  reader: Pick<SqliteReader, 'newestDecisions'>,
  { model, key, until = Infinity, before, last, maxScanned = Infinity }: NewestDecisionsQuery,
): Promise<{ decisions: RecordedDecision[]; isWhole: boolean }> {
  const decisions: RecordedDecision[] = []
  let scanned = 0
  let yieldedAt = stopwatch()
  for (const { bytes, count } of reader.newestDecisions(model, before)) {
    if (decisions.length >= last) break
    if (scanned >= maxScanned) return { decisions: decisions.reverse(), isWhole: false }
    scanned += count
    const matches = (candidate: Value, t: number): boolean => t <= until && (key === undefined || matchesKey(candidate, key))
    decisions.push(...newestDecisionsIn(bytes, last - decisions.length, matches))
    if (stopwatch() - yieldedAt < AT_ONCE_MS) continue
    await yieldToEventLoop()
    yieldedAt = stopwatch()
  }
  return { decisions: decisions.reverse(), isWhole: true }
}

/** Does the text denote this key? Numbers match in any notation: 1.50 is 1.5. */
export function matchesKey(key: Value, text: string): boolean {
  return typeof key === 'number' && text.trim() !== '' ? Number(text) === key : String(key) === text
}
