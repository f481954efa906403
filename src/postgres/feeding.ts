/** Submits a source's batches to a run, in order, and tracks which are durable. */
import type { RecordBatch } from '../intake/batch.ts'
import type { Cursor } from '../run/ingest/inbox.ts'
import type { Run } from '../run/loop/run.ts'

/** The part of a run that a reader needs. */
export type Fed = Pick<Run, 'submit' | 'room' | 'cursor'>

export class Feeding {
  readonly #run: Fed
  readonly #source: string
  readonly #inFlight = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(run: Fed, source: string) {
    this.#run = run
    this.#source = source
  }

  /**
   * Submits a batch when the run has room; `onDurable` is called once the batch and its cursor are durable. Throws the error that ended the
   * run.
   */
  async give(batch: RecordBatch, cursor: Cursor, onDurable: () => void = () => {}): Promise<void> {
    await this.#run.room()
    if (this.#failure) throw this.#failure.error
    const settlement = this.#settle(this.#run.submit(this.#source, batch, cursor), onDurable)
    this.#inFlight.add(settlement)
    void settlement.finally(() => this.#inFlight.delete(settlement))
  }

  /** Resolves when all submitted batches are durable. Throws the error that ended the run. */
  async settled(): Promise<void> {
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
