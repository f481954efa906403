/** A source's batches on their way into a run, in order, and which of them are durable. */
import type { RecordBatch } from '../intake/batch.ts'
import type { Cursor } from '../run/ingest/inbox.ts'
import type { Run } from '../run/loop/run.ts'

/** What a reader needs of a run. */
export type Fed = Pick<Run, 'submit' | 'room' | 'cursor'>

export class Feeding {
  readonly #run: Fed
  readonly #source: string
  readonly #sent = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(run: Fed, source: string) {
    this.#run = run
    this.#source = source
  }

  /** Gives a batch when there is room for it; `durable` is called once it and its cursor are. Throws what ended the run. */
  async give(batch: RecordBatch, cursor: Cursor, durable: () => void = () => {}): Promise<void> {
    await this.#run.room()
    if (this.#failure) throw this.#failure.error
    const settled = this.#settle(this.#run.submit(this.#source, batch, cursor), durable)
    this.#sent.add(settled)
    void settled.finally(() => this.#sent.delete(settled))
  }

  /** Resolves when everything that was given is durable. Throws what ended the run. */
  async settled(): Promise<void> {
    await Promise.all(this.#sent)
    if (this.#failure) throw this.#failure.error
  }

  async #settle(receipt: Promise<unknown>, durable: () => void): Promise<void> {
    try {
      await receipt
      durable()
    } catch (error) {
      this.#failure ??= { error }
    }
  }
}
