/** The newest recorded decisions, of a model or about a key, from the newest stretch back until there are enough. */
import { othersTurn, stopwatch } from '../../base/clock.ts'
import type { Value } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { newestOf, type RecordedDecision } from '../decide/recorded-decision.ts'

export interface NewestAsk {
  readonly model: string | undefined
  /** As text. */
  readonly key: string | undefined
  /** How many. */
  readonly last: number
  /** Decisions to look at, about; all unless given. */
  readonly lookAt?: number
}

/** Milliseconds of looking after which others have their turn. */
const AT_ONCE_MS = 5

/** In the order in which they were made. `isWhole`: there are no more that were asked for, or enough were found. */
export async function newestDecisions(
  reader: Pick<SqliteReader, 'decisions'>,
  { model, key, last, lookAt = Infinity }: NewestAsk,
): Promise<{ decisions: RecordedDecision[]; isWhole: boolean }> {
  const found: RecordedDecision[] = []
  let looked = 0
  let since = stopwatch()
  for (const { bytes, count } of reader.decisions(model)) {
    if (found.length >= last) break
    if (looked >= lookAt) return { decisions: found.reverse(), isWhole: false }
    looked += count
    found.push(...newestOf(bytes, last - found.length, own => key === undefined || isKey(own, key)))
    if (stopwatch() - since < AT_ONCE_MS) continue
    await othersTurn()
    since = stopwatch()
  }
  return { decisions: found.reverse(), isWhole: true }
}

/** Is the text this key? A number however it is written: 1.50 is 1.5. */
export function isKey(key: Value, text: string): boolean {
  return typeof key === 'number' && text.trim() !== '' ? Number(text) === key : String(key) === text
}
