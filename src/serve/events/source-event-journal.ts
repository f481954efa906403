/**
 * The newest events of a source as the journal of an event stream. A batch is all that came since the one before: its message has the newest
 * `EVENT_TAIL_EVENTS` events and counts the rest, so a busy source costs its readers no more than a quiet one. Positions are ends of the log.
 */
import { limits } from '../../base/index.ts'
import { type FolderLog, logEnd, type PersonalMask, recentEvents } from '../../operate/index.ts'
import { foreignLogGap, type Journal, type JournalBatch } from './journal.ts'

/** Events of the source that a reader names, masked with `mask`. */
export const sourceEventJournal = (log: FolderLog, mask?: PersonalMask): Journal => ({
  last: () => logEnd(log),
  next(after) {
    const end = logEnd(log)
    return end > after ? journalBatch(log, end, mask) : undefined
  },
  oldest: () => ({ batch: 0, row: Infinity }),
  gapAfter: ({ batch }) => (batch > logEnd(log) ? foreignLogGap(logEnd(log)) : undefined),
})

function journalBatch(log: FolderLog, end: number, mask: PersonalMask | undefined): JournalBatch {
  /** Frames by source and position, encoded once for all readers. */
  const encoded = new Map<string, Buffer>()
  return {
    number: end,
    frames(source = '', { batch: from }) {
      const key = `${from} ${source}`
      let frames = encoded.get(key)
      if (!frames) encoded.set(key, (frames = framesOf(log, { source, from, end }, mask)))
      return frames
    },
  }
}

interface FrameQuery {
  readonly source: string
  readonly from: number
  readonly end: number
}

function framesOf(log: FolderLog, { source, from, end }: FrameQuery, mask: PersonalMask | undefined): Buffer {
  // The log may have grown since: entries after the end are of the next batch.
  const { events, skipped, unread } = recentEvents(log, { source, from, end, last: limits.EVENT_TAIL_EVENTS })
  if (events.length === 0 && unread === 0) return Buffer.alloc(0)
  const shown = mask ? events.map(event => ({ ...event, fields: mask.event(source, event.fields) })) : events
  return Buffer.from(`id: ${end}\nevent: events\ndata: ${JSON.stringify({ events: shown, skipped, unread })}\n\n`)
}
