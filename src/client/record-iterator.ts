/**
 * Iterates over records, sync or async, with an abort signal and a timer. The timer tells when waiting records should be sent without
 * waiting for the next one.
 */
import { pause } from '../base/index.ts'

/** Returned in place of a record when the timer has run out. */
export const FLUSH_DUE = Symbol('late')

type Result = IteratorResult<unknown>

/** The iterator of one send. */
export class RecordIterator {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  readonly #waitMs: number
  readonly #signal: AbortSignal | undefined
  /** The result of the iterator's last call, if it is not returned yet. */
  #pending: Result | Promise<Result> | undefined
  /** The iterator has ended or thrown. */
  #hasEnded = false
  /** Settles the promise of the call that waits. */
  #waiter: { readonly late: () => void; readonly fail: (reason: unknown) => void } | undefined
  /** Runs while a record waits to be sent. */
  #timer: AbortController | undefined
  #isLate = false

  constructor(records: Iterable<unknown> | AsyncIterable<unknown>, waitMs: number, signal: AbortSignal | undefined) {
    this.#iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]()
    this.#waitMs = waitMs
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  /** The next record, the end, or `FLUSH_DUE`. Rejects with the signal's reason, or with the error of the iterable. */
  async next(): Promise<Result | typeof FLUSH_DUE> {
    this.#signal?.throwIfAborted()
    if (this.#isLate) return FLUSH_DUE
    this.#pending ??= this.#call()
    const result = this.#pending instanceof Promise ? await this.#withTimer(this.#pending) : this.#pending
    if (result === FLUSH_DUE) return FLUSH_DUE
    this.#pending = undefined
    this.#hasEnded = result.done === true
    return result
  }

  /** Starts the timer: the last record waits for others to fill its batch. */
  startTimer(): void {
    if (this.#timer) return
    this.#timer = new AbortController()
    void this.#runTimer(this.#timer.signal)
  }

  /** Stops the timer: no record waits any more. */
  stopTimer(): void {
    this.#timer?.abort()
    this.#timer = undefined
    this.#isLate = false
  }

  /** Closes the iterator. An iterator with a pending call is not waited for, since it may never settle. */
  async close(): Promise<void> {
    this.stopTimer()
    this.#signal?.removeEventListener('abort', this.#abort)
    if (this.#hasEnded) return
    // Its errors are ignored: the send has ended already.
    const closed = (async () => this.#iterator.return?.())().catch(() => {})
    if (this.#pending === undefined && this.#signal?.aborted !== true) await closed
  }

  async #runTimer(stopped: AbortSignal): Promise<void> {
    await pause(this.#waitMs, stopped)
    if (stopped.aborted) return
    this.#isLate = true
    this.#waiter?.late()
  }

  readonly #abort = (): void => this.#waiter?.fail(this.#signal!.reason)

  #call(): Result | Promise<Result> {
    try {
      const next: Result | PromiseLike<Result> = this.#iterator.next()
      const result = isThenable(next) ? Promise.resolve(next) : isThenable(next.value) ? settled(next) : next
      if (!(result instanceof Promise)) return result
      result.catch(() => (this.#hasEnded = true))
      return result
    } catch (error) {
      this.#hasEnded = true
      throw error
    }
  }

  #withTimer(next: Promise<Result>): Promise<Result | typeof FLUSH_DUE> {
    const { promise, resolve, reject } = Promise.withResolvers<Result | typeof FLUSH_DUE>()
    this.#waiter = { late: () => resolve(FLUSH_DUE), fail: reject }
    next.then(resolve, reject)
    return promise
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Awaits a promise as a value, as `for await` does. */
const settled = async ({ done, value }: Result): Promise<Result> => ({ done: done === true, value: (await value) as unknown })
