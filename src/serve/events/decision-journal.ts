/** Recorded decisions as the journal of an event stream. A batch holds decisions of one model that were recorded together. */
import { SpillwayError } from '../../base/index.ts'
import type { FolderLog, PersonalMask } from '../../operate/index.ts'
import { decisionResults, recordedDecisions } from '../../run/decide/index.ts'
import { foreignLogGap, formatEventId, type JournalBatch, type Journal } from './journal.ts'

const nothing = Buffer.alloc(0)

type Decisions = Pick<FolderLog, 'decisionsAfter' | 'decisionNumbers'>
type StoredBatch = NonNullable<ReturnType<FolderLog['decisionsAfter']>>

/** The parts of a decision that a stream has: all of them, or all but its inputs and what it read. */
export type StreamedParts = 'all' | 'results'

/**
 * Decisions by batch, from the reader of a data folder, masked with `mask`. Calls `onDamage` once for each unreadable batch. Readers get a gap
 * event in its place, and continue after it.
 */
export function decisionJournal(
  log: Decisions,
  parts: StreamedParts = 'all',
  onDamage: (error: SpillwayError) => void = () => {},
  mask?: PersonalMask,
): Journal {
  const reported = new Set<number>()
  const reportOnce = (number: number, error: SpillwayError) => {
    if (!reported.has(number)) onDamage(error)
    reported.add(number)
  }
  return {
    last: () => log.decisionNumbers().last,
    next(after, model) {
      const batch = log.decisionsAfter(after, model)
      return batch && journalBatch(batch, { parts, mask }, error => reportOnce(batch.number, error))
    },
    oldest: () => ({ batch: Math.max(0, log.decisionNumbers().first - 1), row: Infinity }),
    gapAfter({ batch }) {
      const { first, last } = log.decisionNumbers()
      if (batch > last) return foreignLogGap(last)
      if (batch >= first - 1) return undefined
      return {
        resumeAt: { batch: first - 1, row: Infinity },
        reason: 'events after the id were forgotten; the stream continues with the oldest kept event',
      }
    },
  }
}

/** The parts of each decision, and their mask. */
interface StreamedDecision {
  readonly parts: StreamedParts
  readonly mask: PersonalMask | undefined
}

function journalBatch(stored: StoredBatch, streamed: StreamedDecision, onDamage: (error: SpillwayError) => void): JournalBatch {
  const framesFrom = (row: number): Buffer => {
    try {
      return decisionFrames(stored, streamed, row)
    } catch (error) {
      if (!(error instanceof SpillwayError) || error.code !== 'SPILL_DATA') throw error
      return gapFrame(stored, error, onDamage)
    }
  }
  /** The frames of the whole batch, encoded once for all readers. */
  let whole: Buffer | undefined
  return {
    number: stored.number,
    frames(model, { batch, row }) {
      if (model !== undefined && model !== stored.model) return nothing
      return batch === stored.number ? framesFrom(row + 1) : (whole ??= framesFrom(0))
    },
  }
}

/** A gap event in place of the batch. Its id is the end of the batch, so that a reader that reconnects resumes after it. */
function gapFrame({ number, model, first, last }: StoredBatch, error: SpillwayError, onDamage: (error: SpillwayError) => void): Buffer {
  const problem = `decisions of '${model}' on entries ${first} to ${last} are damaged`
  onDamage(new SpillwayError('SPILL_DATA', `${problem}, so streams have a gap for them: ${error.message}`, { cause: error }))
  const data = { why: `${problem}; the stream continues after them`, model, entries: [first, last] }
  return Buffer.from(`id: ${formatEventId({ batch: number, row: Infinity })}\nevent: gap\ndata: ${JSON.stringify(data)}\n\n`)
}

function decisionFrames({ number, bytes }: StoredBatch, { parts, mask }: StreamedDecision, from: number): Buffer {
  let text = ''
  let row = 0
  for (const decision of parts === 'all' ? recordedDecisions(bytes) : decisionResults(bytes)) {
    const shown = mask ? mask.decision(decision) : decision
    if (row >= from) text += `id: ${formatEventId({ batch: number, row })}\nevent: decision\ndata: ${JSON.stringify(shown)}\n\n`
    row++
  }
  return Buffer.from(text)
}
