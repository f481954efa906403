/** A run that counts what it acknowledges to a reader. */
import type { RecordBatch } from '../../src/intake/record-batch.ts'
import type { IngestReceipt } from '../../src/run/ingest/appender.ts'
import type { NamedPosition } from '../../src/run/ingest/inbox.ts'
import type { Run } from '../../src/run/loop/run.ts'
import type { FeedTarget } from '../../src/sources/reader/source-feed.ts'

export class CountingTarget implements FeedTarget {
  accepted = 0
  duplicates = 0
  rejected = 0
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  whenRoom(): Promise<void> {
    return this.#run.whenRoom()
  }

  committedPosition(name: string): string | undefined {
    return this.#run.committedPosition(name)
  }

  async submit(source: string, batch: RecordBatch, position?: NamedPosition): Promise<IngestReceipt> {
    const receipt = await this.#run.submit(source, batch, position)
    this.accepted += receipt.accepted
    this.duplicates += receipt.duplicates
    this.rejected += receipt.rejected
    return receipt
  }
}
