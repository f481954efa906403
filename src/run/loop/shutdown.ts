/**
 * The lifecycle of a run: running, stopping, ended. It ends once, by `stop` or with the first error, and says which error late callers get.
 */
import { SpillwayError } from '../../base/index.ts'

/** The error of callers that come after `stop`. */
export const stoppedError = (): SpillwayError =>
  new SpillwayError('SPILL_STOPPED', 'the run was stopped or is stopping, and accepted nothing of this; send it again when it runs')

export class Shutdown {
  /** The error of late callers: of `stop`, or the failure. */
  #rejection: unknown
  #isOver = false
  #hasFailed = false
  readonly #ended = Promise.withResolvers<void>()
  readonly #rejectAll: (error: unknown) => void

  /** `rejectAll`: rejects everyone who waits. */
  constructor(rejectAll: (error: unknown) => void) {
    this.#rejectAll = rejectAll
    this.#ended.promise.catch(() => {})
  }

  /** Resolves when the run has stopped; rejects when it has failed. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Have the turns ended? A stopping run still handles what it accepted. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Throws the error of late callers, if there is one. */
  check(): void {
    if (this.#rejection !== undefined) throw this.#rejection
  }

  /** Stops accepting new work. */
  begin(): void {
    this.#rejection ??= stoppedError()
  }

  /** Ends the turns and rejects everyone who waits with `error`. */
  close(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#rejectAll(error)
  }

  stopped(): void {
    this.#ended.resolve()
  }

  /** Fails the run: later turns would depend on what is missing. */
  fail(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#isOver = true
    this.#rejection = error
    this.#rejectAll(error)
    this.#ended.reject(error)
  }
}
