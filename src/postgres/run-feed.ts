/** Submits a source's batches to a run, in order, and tracks which are durable. */
import type { RecordBatch } from '../intake/record-batch.ts'
import type { SourceCursor } from '../run/ingest/inbox.ts'
import type { Run } from '../run/loop/run.ts'

/** The part of a run that a reader needs. */
export type FeedTarget = Pick<Run, 'submit' | 'whenRoom' | 'cursor'>

export class RunFeed {
  readonly #run: FeedTarget
  readonly #source: string
  readonly #inFlight = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(run: FeedTarget, source: string) {
    this.#run = run
    this.#source = source
  }

  /**
   * Submits a batch when the run has room; `onDurable` is called once the batch and its cursor are durable. Throws the error that ended the
   * run.
   */
  async submit(batch: RecordBatch, cursor: SourceCursor, onDurable: () => void = () => {}): Promise<void> {
    await this.#run.whenRoom()
    if (this.#failure) throw this.#failure.error
    const settlement = this.#settle(this.#run.submit(this.#source, batch, cursor), onDurable)
    this.#inFlight.add(settlement)
    void settlement.finally(() => this.#inFlight.delete(settlement))
  }

  /** Resolves when all submitted batches are durable. Throws the error that ended the run. */
  async whenDurable(): Promise<void> {
    await Promise.all(this.#inFlight)
    if (this.#failure) throw this.#failure.error
  }

  async #settle(receipt: Promise<unknown>, onDurable: () => void): Promise<void> {
    try {
      await receipt
      onDurable()
    } catch (error) {
      this.#failure ??= { error }
    }
  }
}
