/** Changes of alerts as the journal of an event stream. Their numbers are times, so a reader that was away learns that some are missing. */
import type { AlertChanges } from '../../monitor/index.ts'
import { foreignLogGap, type Journal } from './journal.ts'

const noChanges = { last: 0, oldest: 0, after: () => undefined }

/** Changes of a monitor, of one severity if it is named; none without a monitor. */
export const alertJournal = (changes: Pick<AlertChanges, 'last' | 'oldest' | 'after'> = noChanges): Journal => ({
  last: () => changes.last,
  next(after, severity) {
    const next = changes.after(after, severity)
    if (!next) return undefined
    const { number, change, alert } = next
    const frame = Buffer.from(`id: ${number}\nevent: alert\ndata: ${JSON.stringify({ change, alert })}\n\n`)
    return { number, frames: (name = severity) => (name === undefined || name === alert.severity ? frame : Buffer.alloc(0)) }
  },
  oldest: () => ({ batch: changes.oldest, row: Infinity }),
  gapAfter({ batch }) {
    if (batch > changes.last) return foreignLogGap(changes.last)
    if (batch >= changes.oldest) return undefined
    const resumeAt = { batch: changes.oldest, row: Infinity }
    return { resumeAt, reason: 'changes after the id are no longer kept; GET /alerts has the alerts' }
  },
})
