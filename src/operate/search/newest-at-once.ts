/**
 * The newest decisions, read on the calling thread if they are few enough to decode within milliseconds. The thread of the search takes half a
 * second to start, which the first list after a start would wait for.
 */
import { limits } from '../../base/index.ts'
import { newestDecisionsIn, type RecordedDecision } from '../../run/decide/index.ts'
import { decisionPlaceText, type SearchedLog, type SearchResult } from './decision-search.ts'

/**
 * The newest `last` decisions, in order of decision; `undefined` if the batches that hold them have more than `most` decisions together: then
 * leave it to a search. Throws `SPILL_DATA` for a damaged batch.
 */
export function newestAtOnce(
  log: Pick<SearchedLog, 'decisionsAfter' | 'decisionNumbers' | 'firstOfNewest'>,
  last: number,
  most: number = limits.DECISIONS_READ_AT_ONCE,
): SearchResult | undefined {
  const { first: oldest, last: newest } = log.decisionNumbers()
  const begin = log.firstOfNewest(most)
  const decisions: RecordedDecision[] = []
  let row = 0
  let number = newest
  for (; number >= begin && decisions.length < last; number--) {
    const batch = log.decisionsAfter(number - 1)
    // The log has forgotten it meanwhile.
    if (batch?.number !== number) continue
    const newestOnes = newestDecisionsIn(batch.bytes, last - decisions.length, () => true)
    decisions.push(...newestOnes)
    row = batch.count - newestOnes.length
  }
  if (decisions.length < last && begin > Math.max(1, oldest)) return undefined
  const hasOlder = row > 0 || number >= Math.max(1, oldest)
  return { decisions: decisions.reverse(), ...(hasOlder && { next: decisionPlaceText({ batch: number + 1, row }) }) }
}
