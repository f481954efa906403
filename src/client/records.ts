/** The records of an iterable one by one, for no longer than a signal lets it, and with a word where those that came have waited long enough for the next. */
import { pause } from '../base/clock.ts'

/** Given in place of a record. */
export const LATE = Symbol('late')

type Result = IteratorResult<unknown>

export class Records {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  readonly #waitMs: number
  readonly #signal: AbortSignal | undefined
  /** Asked for, and not taken yet. */
  #asked: Result | Promise<Result> | undefined
  /** It ended, or threw, by itself. */
  #isOver = false
  /** Settles what is waited for now. */
  #waiting: { readonly late: () => void; readonly fail: (reason: unknown) => void } | undefined
  /** Since a record waits. */
  #timer: AbortController | undefined
  #isLate = false

  constructor(records: Iterable<unknown> | AsyncIterable<unknown>, waitMs: number, signal: AbortSignal | undefined) {
    this.#iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]()
    this.#waitMs = waitMs
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  /** The next record, the end, or `LATE`. Rejects with the signal's reason, or what the iterable throws. */
  async next(): Promise<Result | typeof LATE> {
    this.#signal?.throwIfAborted()
    if (this.#isLate) return LATE
    this.#asked ??= this.#ask()
    const result = this.#asked instanceof Promise ? await this.#waited(this.#asked) : this.#asked
    if (result === LATE) return LATE
    this.#asked = undefined
    this.#isOver = result.done === true
    return result
  }

  /** The record that was given waits for others to be sent with it. */
  keep(): void {
    if (this.#timer) return
    this.#timer = new AbortController()
    void this.#hurry(this.#timer.signal)
  }

  /** No record waits any more. */
  sent(): void {
    this.#timer?.abort()
    this.#timer = undefined
    this.#isLate = false
  }

  /** Nobody asks for more. What owes a record is told so and not waited for, since it may never give it. */
  async close(): Promise<void> {
    this.sent()
    this.#signal?.removeEventListener('abort', this.#abort)
    if (this.#isOver) return
    // What it throws now is nobody's: the send has ended for a reason of its own.
    const closed = (async () => this.#iterator.return?.())().catch(() => {})
    if (this.#asked === undefined && this.#signal?.aborted !== true) await closed
  }

  async #hurry(taken: AbortSignal): Promise<void> {
    await pause(this.#waitMs, taken)
    if (taken.aborted) return
    this.#isLate = true
    this.#waiting?.late()
  }

  readonly #abort = (): void => this.#waiting?.fail(this.#signal!.reason)

  #ask(): Result | Promise<Result> {
    try {
      const next: Result | PromiseLike<Result> = this.#iterator.next()
      const asked = isThenable(next) ? Promise.resolve(next) : isThenable(next.value) ? settled(next) : next
      if (!(asked instanceof Promise)) return asked
      asked.catch(() => (this.#isOver = true))
      return asked
    } catch (error) {
      this.#isOver = true
      throw error
    }
  }

  #waited(asked: Promise<Result>): Promise<Result | typeof LATE> {
    const { promise, resolve, reject } = Promise.withResolvers<Result | typeof LATE>()
    this.#waiting = { late: () => resolve(LATE), fail: reject }
    asked.then(resolve, reject)
    return promise
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** As `for await` does, promises of an array are waited for. */
const settled = async ({ done, value }: Result): Promise<Result> => ({ done: done === true, value: (await value) as unknown })
