/**
 * The newest events of a source, from the end of the log: for a person who watches them. Cost: the segments of the entries that are read, which
 * are bounded; a busy source has more events than anyone can read, and the rest is counted or said to be unread.
 */
import { limits } from '../base/index.ts'
import { EventLookup, SourceSchemas } from '../log/index.ts'
import { type EventFields, eventFields } from './decisions.ts'
import { type FolderLog, lastPipeline } from './folder-log.ts'

/** A range of the log in which the events of one source are looked for. */
export interface RecentEventsQuery {
  readonly source: string
  /** Only entries from this sequence number on. */
  readonly from?: number
  /** Only entries before this sequence number; to the end of the log by default. */
  readonly end?: number
  /** Most events to return. */
  readonly last: number
}

/** An event of the log. Times are UTC ms. */
export interface RecentEvent extends EventFields {
  /** Its sequence number. */
  readonly entry: number
}

/** The newest events of a range, oldest first. */
export interface RecentEvents {
  readonly events: readonly RecentEvent[]
  /** Further events of the source in the entries that were read. */
  readonly skipped: number
  /** Entries of the range that were not read, of any source. */
  readonly unread: number
  /** The sequence number after the range: of the next entry of the log by default. */
  readonly end: number
}

/** The sequence number of the next entry of the log; 0 for an empty log. */
export function logEnd(log: Pick<FolderLog, 'lastSegment'>): number {
  const segment = log.lastSegment()
  return segment ? segment.first + segment.entries : 0
}

/**
 * The newest events of a source. Reads at most `RECENT_ENTRIES_MAX` entries, in at most `RECENT_SEGMENTS_MAX` segments: where events come one
 * by one, each is a segment of its own. Throws `SPILL_DATA` for a damaged segment.
 */
export function recentEvents(log: FolderLog, { source, from = 0, end = logEnd(log), last }: RecentEventsQuery): RecentEvents {
  const sources = lastPipeline(log)?.ir.sources ?? []
  const lookup = new EventLookup(log, new SourceSchemas(log, sources))
  const oldest = Math.max(from, end - limits.RECENT_ENTRIES_MAX)
  const events: RecentEvent[] = []
  let count = 0
  let unreadEnd = end
  for (let segments = 0; unreadEnd > oldest && segments < limits.RECENT_SEGMENTS_MAX; segments++) {
    const first = Math.max(oldest, log.segmentAt(unreadEnd - 1)?.first ?? oldest)
    for (let entry = unreadEnd - 1; entry >= first; entry--) {
      const event = lookup.eventAt(entry)
      if (event?.source !== source) continue
      count++
      if (events.length < last) events.push({ entry, ...eventFields(event, log, sources) })
    }
    unreadEnd = first
  }
  return { events: events.reverse(), skipped: count - events.length, unread: Math.max(0, unreadEnd - from), end }
}
