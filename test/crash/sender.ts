/** A sender of one feed: sends records in order, remembers acknowledgements, and continues after a crash as its feed says. */
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import type { IngestReceipt } from '../../src/run/ingest/appender.ts'
import type { Run } from '../../src/run/loop/run.ts'
import type { Feed, SentRecord } from './case.ts'

export class Sender {
  readonly feed: Feed
  /** Number of acknowledged records, from the first. */
  acknowledged = 0
  /** Position of the log after them. */
  sequence = 0
  #next = 0
  /** Its start with this run. */
  #from = 0

  /** `predecessor`: another sender of the feed, whose acknowledgements this one knows. */
  constructor(feed: Feed, predecessor?: Sender) {
    this.feed = feed
    this.acknowledged = predecessor?.acknowledged ?? 0
    this.sequence = predecessor?.sequence ?? 0
  }

  /** Has it sent records that are not acknowledged yet? */
  get isWaiting(): boolean {
    return Math.max(this.acknowledged, this.#from) < this.#next
  }

  /** The next record to send. */
  get next(): SentRecord | undefined {
    return this.feed.records[this.#next]
  }

  get left(): number {
    return this.feed.records.length - this.#next
  }

  /** Continues with a new run. Returns acknowledged records that are gone. */
  resume(run: Run): string[] {
    const { source, resend } = this.feed
    const cursor = Number(run.committedPosition(source) ?? 0)
    this.#from = this.#next = { cursor, acknowledged: this.acknowledged, start: 0 }[resend]
    const lost: string[] = []
    if (resend === 'cursor' && cursor < this.acknowledged)
      lost.push(`source '${source}' was acknowledged up to record ${this.acknowledged}, and its cursor stands at ${cursor}`)
    if (this.sequence > run.end)
      lost.push(`source '${source}' was acknowledged up to entry ${this.sequence}, and the log ends at ${run.end}`)
    return lost
  }

  /** Submits the next records to the run; returns them. */
  send(run: Run, count: number): readonly SentRecord[] {
    const { source, records, resend } = this.feed
    const from = this.#next
    const next = records.slice(from, from + count)
    if (next.length === 0) return next
    const end = (this.#next = from + next.length)
    const batch = recordBatchOf(
      next.map(({ raw }) => raw),
      `${source} after ${from}`,
    )
    run.submit(source, batch, resend === 'cursor' ? [source, String(end)] : undefined).then(
      receipt => this.#acknowledge(end, receipt),
      () => {}, // Nothing was acknowledged; the failed run has the reason.
    )
    return next
  }

  #acknowledge(end: number, { sequence }: IngestReceipt): void {
    this.acknowledged = Math.max(this.acknowledged, end)
    this.sequence = Math.max(this.sequence, sequence)
  }
}
