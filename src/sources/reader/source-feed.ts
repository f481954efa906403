/**
 * Reads a source into a run: asks its reader for batches while the run has room, and submits each with its position.
 *
 * At most one batch waits here. A reader that does not end after the signal, or whose contract is broken, ends the feed with an error;
 * the run itself can then still be stopped.
 */
import { pause, SpillwayError, limits, show, thrownText, TransientMap } from '../../base/index.ts'
import type { Run } from '../../run/index.ts'
import { ReaderContract, type CheckedBatch } from './reader-contract.ts'
import { ONLY_PARTITION, type ReadContext, type ReaderClause, type SourceReader } from './source-reader.ts'

/** The part of a run that reading a source needs. */
export type FeedTarget = Pick<Run, 'submit' | 'whenRoom' | 'committedPosition'>

/** Options of reading a source. */
export interface FeedOptions {
  /** As in `ReadContext`. */
  readonly follow: boolean
  /** Ends reading. What was submitted before becomes durable. */
  readonly signal: AbortSignal
  readonly onWarning: (warning: string) => void
  /** Receives the error of `close` after reading has failed, since the feed ends with the error of reading. Default: a warning. */
  readonly onCloseError?: (error: unknown) => void
  /** Milliseconds in which a reader must end after the signal; default READER_STOP_MS. */
  readonly stopMs?: number
}

/** The name under which the position of a partition is stored. */
export const positionName = (source: string, reader: string, partition: string = ONLY_PARTITION): string =>
  `${source}=${reader}${partition === ONLY_PARTITION ? '' : `#${partition}`}`

/** Describes where reading will start: `payments: payments.ndjson from line 12`. */
export function startText(run: Pick<FeedTarget, 'committedPosition'>, source: string, reader: SourceReader): string {
  const committedPosition = (partition?: string) => run.committedPosition(positionName(source, reader.name, partition))
  const position = committedPosition()
  const text =
    reader.describe?.(position, committedPosition) ??
    `${reader.name} ${position === undefined ? 'from the beginning' : `after ${position}`}`
  return `${source}: ${text}`
}

/**
 * Reads a source to its end, or until the signal. Resolves when all of its records are durable and the reader is closed.
 *
 * @throws The error of the reader or of the run; `SPILL_CONTRACT` for a reader that breaks its contract.
 */
export async function feedSource(run: FeedTarget, source: string, reader: SourceReader, options: FeedOptions): Promise<void> {
  return new SourceFeed(run, source, reader, options).feed()
}

class SourceFeed {
  readonly #run: FeedTarget
  readonly #source: string
  readonly #reader: SourceReader
  readonly #options: FeedOptions
  readonly #contract: ReaderContract
  readonly #inFlight = new TransientMap<number, Promise<void>>()
  #submissions = 0
  readonly #stop = new AbortController()
  /** The batch that waits for room. */
  #waiting: CheckedBatch | undefined
  /** The call to the reader in progress, to end it when the reader does not. */
  #call: ReaderCall | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(run: FeedTarget, source: string, reader: SourceReader, options: FeedOptions) {
    this.#run = run
    this.#source = source
    this.#reader = reader
    this.#options = options
    this.#contract = new ReaderContract(source, reader)
  }

  async feed(): Promise<void> {
    const { signal } = this.#options
    const stop = () => this.#stop.abort()
    signal.addEventListener('abort', stop, { once: true })
    this.#stop.signal.addEventListener('abort', () => this.#limitCall(), { once: true })
    if (signal.aborted) stop()
    try {
      await this.#read()
    } catch (error) {
      this.#fail(error)
    }
    await Promise.all(this.#inFlight.values())
    stop()
    signal.removeEventListener('abort', stop)
    await this.#close()
    if (this.#failure) throw this.#failure.error
  }

  /** Closes the reader. */
  async #close(): Promise<void> {
    const hasFailed = this.#failure !== undefined
    const { onWarning, onCloseError = error => onWarning(thrownText(error, 'it')) } = this.#options
    try {
      await this.#limited('close', async () => this.#reader.close?.())
    } catch (error) {
      if (hasFailed) onCloseError(error)
      else this.#fail(error)
    }
  }

  /** Ends the feed. The first failure is that of the feed. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop.abort()
  }

  async #read(): Promise<void> {
    const iterator = this.#open()
    // An iterator that has ended or thrown is over.
    let isOver = false
    try {
      while (!this.#stop.signal.aborted) {
        isOver = true
        const result: IteratorResult<unknown> = Object(await this.#limited('abort', async () => iterator.next()))
        if (result.done) return
        isOver = false
        this.#waiting = this.#contract.check(result.value)
        await this.#run.whenRoom()
        if (this.#failure) return
        if (this.#waiting) this.#submit(this.#waiting)
        this.#waiting = undefined
      }
    } finally {
      if (!isOver) await this.#limited('abort', async () => iterator.return?.())
    }
  }

  #open(): AsyncIterator<unknown> {
    let batches: AsyncIterable<unknown>
    try {
      batches = this.#reader.read(this.#context())
    } catch (error) {
      throw this.#contract.failed(error)
    }
    const open = (Object(batches) as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator]
    if (typeof open !== 'function') throw this.#contract.broken('batch', 'its read() returned no async iterable')
    return open.call(batches)
  }

  #context(): ReadContext {
    const { follow, onWarning } = this.#options
    this.#contract.startAt(ONLY_PARTITION, this.#committedPosition(ONLY_PARTITION))
    return {
      committedPosition: partition => this.#committedPosition(partition),
      follow,
      signal: this.#stop.signal,
      whenCommitted: () => this.#whenCommitted(),
      assign: partitions => {
        this.#failing(() => this.#contract.assign(partitions))
        for (const partition of partitions) this.#contract.startAt(partition, this.#committedPosition(partition))
      },
      revoke: partitions => {
        const revoked = this.#revoke(partitions)
        // A reader that gives a partition up need not wait. A failure ends the feed in any case.
        revoked.catch(() => {})
        return revoked
      },
      warn: onWarning,
    }
  }

  async #revoke(partitions: readonly string[]): Promise<void> {
    this.#failing(() => this.#contract.beginRevoke(partitions))
    // The next reader of the partition has these records: its committed position is before them.
    if (this.#waiting && partitions.includes(this.#waiting.partition)) this.#waiting = undefined
    await this.#whenCommitted()
    this.#contract.endRevoke(partitions)
  }

  /** Runs an action that a reader may call at any time, also when nobody catches its error: the error ends the feed. */
  #failing(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  #committedPosition(partition?: string): string | undefined {
    return this.#run.committedPosition(positionName(this.#source, this.#reader.name, partition))
  }

  #submit({ batch, partition, position }: CheckedBatch): void {
    const namedPosition =
      position === undefined ? undefined : ([positionName(this.#source, this.#reader.name, partition), position] as const)
    const settlement = this.#settle(this.#run.submit(this.#source, batch, namedPosition), partition, position)
    const number = ++this.#submissions
    this.#inFlight.set(number, settlement)
    void settlement.finally(() => this.#inFlight.delete(number))
  }

  async #settle(receipt: Promise<unknown>, partition: string, position: string | undefined): Promise<void> {
    try {
      await receipt
    } catch (error) {
      // A run that stops takes no more; the position says so.
      const isStopped = error instanceof SpillwayError && error.code === 'SPILL_STOPPED'
      return isStopped && this.#stop.signal.aborted ? undefined : this.#fail(error)
    }
    if (position === undefined) return
    try {
      const returned: unknown = this.#reader.onCommitted?.(position, partition)
      if (returned !== undefined) this.#fail(this.#contract.broken('committed', `it returned ${show(returned)}; nobody waits for it`))
    } catch (error) {
      this.#fail(this.#contract.broken('committed', `it threw ${thrownText(error, 'it')}`, error))
    }
  }

  async #whenCommitted(): Promise<void> {
    await Promise.all(this.#inFlight.values())
    if (this.#failure) throw this.#failure.error
  }

  /** Calls the reader. Once the feed stops, the call must end within `stopMs`. */
  async #limited<T>(clause: ReaderClause, action: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const call: ReaderCall = (this.#call = { clause, reject, deadline: undefined })
    action().then(resolve, reject)
    if (this.#stop.signal.aborted) this.#limitCall()
    try {
      return await promise
    } catch (error) {
      throw this.#callError(clause, error)
    } finally {
      this.#call = undefined
      call.deadline?.abort()
    }
  }

  /** After the signal an exception breaks the contract, unless it is an error of Spillway. */
  #callError(clause: ReaderClause, error: unknown): SpillwayError {
    const mayFail = clause !== 'close' && !this.#stop.signal.aborted
    if (mayFail || error instanceof SpillwayError) return this.#contract.failed(error)
    return this.#contract.broken(clause, `it threw ${thrownText(error, 'it')}`, error)
  }

  /** Ends the call in progress unless it ends by itself within `stopMs`. */
  #limitCall(): void {
    const call = this.#call
    if (!call) return
    const { stopMs = limits.READER_STOP_MS } = this.#options
    call.deadline = new AbortController()
    const rejectCall = () => {
      if (this.#call === call) call.reject(this.#contract.broken(call.clause, `it was still busy ${stopMs} ms after it was asked to end`))
    }
    void pause(stopMs, call.deadline.signal).then(rejectCall)
  }
}

/** A call to the reader in progress. */
interface ReaderCall {
  readonly clause: ReaderClause
  readonly reject: (error: unknown) => void
  /** Cancels the timer that ends the call. */
  deadline: AbortController | undefined
}
