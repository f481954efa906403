/** Finds times and entries among the recorded decision batches, which are in the order of the log. */
import type { NumberedDecisionBatch, SqliteReader } from '../../log/sqlite/index.ts'
import { recordedDecisions } from '../../run/decide/index.ts'

type BatchReader = Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>

/** Batches of one turn are in the order of their models, not of their times; a turn has fewer batches than this. */
const TURN_BATCHES = 64

/**
 * A batch number: no batch from it on has a decision up to `time`, UTC ms, and below it only batches of one turn have none. A binary search, which
 * decodes about 20 batches of a million, and reads those of a turn. Throws `SPILL_DATA` for a damaged batch that is decoded.
 */
export function endOfBatches(log: BatchReader, time: number): number {
  const late = firstBatchOf(log, t => t > time)
  let batch = log.decisionsAfter(late - 1)
  // This entry is after `time`, and so are all entries from it on.
  const entry = batch?.first ?? 0
  let end = late
  for (; batch && batch.number < late + TURN_BATCHES; batch = log.decisionsAfter(batch.number))
    if (batch.first < entry) end = batch.number + 1
  return end
}

/** A batch number: no batch below it has a decision from `time` on, UTC ms, and from it on only batches of one turn have none. Costs as `endOfBatches`. */
export function startOfBatches(log: BatchReader, time: number): number {
  const begin = firstBatchOf(log, t => t >= time)
  const early = log.decisionsAfter(begin - 2)
  // This entry is before `time`, and so are all entries up to it.
  const entry = early && early.number < begin ? early.first : -1
  let batch = log.decisionsAfter(begin - TURN_BATCHES - 1)
  while (batch && batch.number < begin && batch.last <= entry) batch = log.decisionsAfter(batch.number)
  return batch && batch.number < begin ? batch.number : begin
}

/** Number of the first batch whose first decision is late enough. */
const firstBatchOf = (log: BatchReader, isLate: (t: number) => boolean): number =>
  firstBatch(log, ({ bytes }) => {
    const begin = recordedDecisions(bytes).next()
    return begin.done === true || isLate(begin.value.t)
  })

/** Log entries with decisions beside one without; absent where there is none nearby. */
export interface NeighbourEntries {
  readonly before?: number
  readonly after?: number
}

/**
 * Entries with decisions before and after an entry, of one model if it is given, from the batches nearby. Other models may have decided on nearer ones.
 * Throws `SPILL_DATA` for a damaged batch that is read.
 */
export function decisionsAround(log: BatchReader, entry: number, model: string | undefined): NeighbourEntries {
  const { first } = log.decisionNumbers()
  const middle = firstBatch(log, ({ last }) => last >= entry)
  const entriesOf = (batch: NumberedDecisionBatch): number[] =>
    model === undefined || batch.model === model ? Array.from(recordedDecisions(batch.bytes), decision => decision.entry) : []
  let [before, after]: (number | undefined)[] = []
  for (let number = middle; number >= Math.max(first, middle - TURN_BATCHES) && before === undefined; number--) {
    const batch = log.decisionsAfter(number - 1)
    if (batch?.number === number) before = entriesOf(batch).findLast(other => other < entry)
  }
  let batch = log.decisionsAfter(middle - 1)
  for (; batch && batch.number < middle + TURN_BATCHES && after === undefined; batch = log.decisionsAfter(batch.number))
    after = entriesOf(batch).find(other => other > entry)
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
}

/** Number of the first batch with a property that all later ones have too; the number after the last if none has it. */
function firstBatch(log: BatchReader, hasProperty: (batch: NumberedDecisionBatch) => boolean): number {
  const { first, last } = log.decisionNumbers()
  let [low, high] = [first, last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const batch = log.decisionsAfter(middle - 1)
    if (!batch || hasProperty(batch)) high = middle
    else low = batch.number + 1
  }
  return low
}
