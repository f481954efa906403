/** Epochs of the producers of transactions, by id, as a coordinator has them. */
import { KafkaError, type WriterIdentity } from '../../src/kafka/port/driver.ts'

export class ProducerEpochs {
  readonly #epochs = new Map<string, number>()
  /** The epoch as which the newest producer of an id went on. */
  readonly #previousEpochs = new Map<string, number | undefined>()
  /** Epochs that the coordinator took by itself when it aborted a transaction. */
  readonly #abortEpochs = new Map<string, number>()
  /** Ids whose newest producer has written. */
  readonly #written = new Set<string>()

  has(id: string): boolean {
    return this.#epochs.has(id)
  }

  of(id: string): number {
    return this.#epochs.get(id) ?? 0
  }

  /** Was the answer lost to the request before of a producer that goes on as `previous`? */
  isRepeated(id: string, previous: number | undefined): boolean {
    return previous !== undefined && this.#previousEpochs.get(id) === previous
  }

  check(id: string, epoch: number): void {
    if (this.of(id) !== epoch) throw new KafkaError('fenced', 'PRODUCER_FENCED')
  }

  /** A new producer, which goes on as `previous`. Returns its epoch. */
  raise(id: string, previous: number | undefined): number {
    this.#epochs.set(id, this.of(id) + 1)
    this.#previousEpochs.set(id, previous)
    this.#written.delete(id)
    return this.of(id)
  }

  /** The coordinator aborts the transaction of a producer. */
  abort(id: string): void {
    this.#abortEpochs.set(id, this.raise(id, undefined))
  }

  markWritten(id: string): void {
    this.#written.add(id)
  }

  /** The identity as which a writer goes on that had a previous one. */
  toGoOnAs(id: string, previous: WriterIdentity): WriterIdentity {
    const { unanswered = 0, epoch } = previous
    const current = this.of(id)
    if (current === epoch + 1 && this.#abortEpochs.get(id) === current) return { ...previous, epoch: current }
    const late = current - epoch
    if (late <= 0 || late > unanswered || this.#written.has(id)) return previous
    return { ...previous, epoch: current, unanswered: unanswered - late }
  }
}
