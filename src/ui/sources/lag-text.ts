/** The lag of a source in words. */
import { pluralText, spanText } from '../core/text.ts'

/** The lag of a source in its newest sample. */
export interface KnownLag {
  /** Waiting time of the oldest unread record, ms; absent where the reader cannot tell. */
  readonly lag: number | undefined
  /** Unread records; absent where the reader counts none. */
  readonly records: number | undefined
}

/** Time and records that are known: `12 s, 1,204 records`; a dash if neither is. */
export function lagText({ lag, records }: KnownLag): string {
  const time = lag !== undefined && spanText(Math.max(0, lag))
  const count = records !== undefined && pluralText(records, 'record')
  return [time, count].filter(Boolean).join(', ') || '—'
}
