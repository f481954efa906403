/** Whether a run takes anything, and what whoever comes too late is told: it ends once, by `stop` or with the first error. */
import { SpillwayError } from '../../base/errors.ts'

export const stoppedError = (): SpillwayError =>
  new SpillwayError('SPILL_STOPPED', 'the run was stopped, or is stopping; nothing of this was taken: send it again when it runs')

export class Ending {
  /** Of `stop`, or what went wrong; takes no more since. */
  #refusal: unknown
  #isOver = false
  #hasFailed = false
  readonly #ended = Promise.withResolvers<void>()
  readonly #refuseAll: (error: unknown) => void

  /** `refuseAll`: tells everyone who waits. */
  constructor(refuseAll: (error: unknown) => void) {
    this.#refuseAll = refuseAll
    this.#ended.promise.catch(() => {})
  }

  /** Resolves when the run was stopped, rejects when it has failed. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Is no turn made any more? While a run stops, it goes on with what it took before. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Throws what whoever comes now is told. */
  check(): void {
    if (this.#refusal !== undefined) throw this.#refusal
  }

  /** Nothing new is taken. */
  begin(): void {
    this.#refusal ??= stoppedError()
  }

  /** No turn is made any more. Tells `error` to who still waits. */
  close(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#refuseAll(error)
  }

  stopped(): void {
    this.#ended.resolve()
  }

  /** What follows would stand on what is missing. */
  fail(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#isOver = true
    this.#refusal = error
    this.#refuseAll(error)
    this.#ended.reject(error)
  }
}
