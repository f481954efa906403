/**
 * A stream of events to all of its readers, without gaps or duplicates, in recorded order.
 *
 * Each new batch is read from the store once, when it is durable, and written to all readers that are up to date. A reader that is
 * behind reads for itself.
 */
import type { ServerResponse } from 'node:http'
import { callEvery, yieldToEventLoop, callSoon } from '../../base/index.ts'
import type { ResourceLimits } from '../access/resource-limits.ts'
import type { JournalBatch, EventPosition, Journal } from './journal.ts'
import { Subscriber } from './subscriber.ts'

/** Groups of readers, whose heartbeats are spread over the heartbeat interval. */
const HEARTBEAT_GROUPS = 100
/** Readers that are written to before the event loop serves other callbacks. */
const READERS_AT_ONCE = 256

/** A new reader of a stream. */
export interface StreamReader {
  /** Where it begins: after a position, before the oldest event, or with new events if absent. */
  readonly position: EventPosition | 'oldest' | undefined
  /** The model or action whose events it wants; all if absent. */
  readonly filter: string | undefined
  /** Is the client still authorized? Checked at each heartbeat. */
  readonly isStillAuthorized?: (() => boolean) | undefined
}

/** The stream of one journal. */
export class EventStream {
  readonly #journal: Journal
  readonly #bounds: ResourceLimits
  readonly #onError: (error: unknown) => void
  readonly #subscribers = new Set<Subscriber>()
  readonly #upToDate = new Set<Subscriber>()
  readonly #timer: { stop(): void }
  /** Number of the last batch that was sent to the readers that are up to date. */
  #sent = 0
  #isSending = false
  #beats = 0
  #toBeat: Subscriber[] = []
  #groupSize = 0
  #isClosed = false

  constructor(journal: Journal, bounds: ResourceLimits, onError: (error: unknown) => void) {
    this.#journal = journal
    this.#bounds = bounds
    this.#onError = onError
    this.#timer = callEvery(Math.max(1, Math.floor(bounds.heartbeatMs / HEARTBEAT_GROUPS)), () => this.#beat())
  }

  get readers(): number {
    return this.#subscribers.size
  }

  /** Sends the events after the reader's position until the connection ends, or the client is no longer authorized. */
  add(response: ServerResponse, reader: StreamReader): void {
    try {
      this.#add(response, reader)
    } catch (error) {
      this.#onError(error)
      response.destroy()
    }
  }

  #add(response: ServerResponse, { position, filter, isStillAuthorized = () => true }: StreamReader): void {
    const begin = position === 'oldest' ? this.#journal.oldest() : (position ?? { batch: this.#journal.last(), row: Infinity })
    const subscriber = new Subscriber(response, begin, { filter, bufferMax: this.#bounds.eventBytes, isStillAuthorized })
    this.#subscribers.add(subscriber)
    response.once('close', () => {
      this.#subscribers.delete(subscriber)
      this.#upToDate.delete(subscriber)
    })
    response.on('error', () => {})
    subscriber.start(position === 'oldest' ? undefined : this.#journal.gapAfter(begin))
    const isUpToDate = (last: number) => {
      if (this.#upToDate.size === 0) this.#sent = last
      if (!this.#isClosed) this.#upToDate.add(subscriber)
    }
    subscriber.catchUp(this.#journal, isUpToDate).catch(error => {
      this.#onError(error)
      response.destroy()
    })
  }

  /** Notifies the stream that new events may be durable. */
  readonly notify = (): void => {
    if (this.#isSending || this.#upToDate.size === 0) return
    this.#isSending = true
    callSoon(() => void this.#send())
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true
    this.#timer.stop()
    for (const subscriber of this.#subscribers) subscriber.end()
    this.#upToDate.clear()
  }

  async #send(): Promise<void> {
    try {
      for (let next = this.#journal.next(this.#sent); next; next = this.#journal.next(this.#sent)) {
        this.#sent = next.number
        await this.#sendToAll(next)
      }
    } catch (error) {
      this.#onError(error)
      // The readers reconnect, and then read for themselves what they have missed.
      for (const subscriber of this.#upToDate) subscriber.end()
    } finally {
      this.#isSending = false
    }
  }

  /** Sends a batch to all readers that are up to date, also to those that join meanwhile. */
  async #sendToAll(batch: JournalBatch): Promise<void> {
    let sent = 0
    for (const subscriber of this.#upToDate) {
      subscriber.send(batch)
      if (++sent % READERS_AT_ONCE === 0) await yieldToEventLoop()
    }
  }

  /** Sends the heartbeat of one group of readers, so that many readers do not block the event loop. */
  #beat(): void {
    if (this.#beats++ % HEARTBEAT_GROUPS === 0) {
      this.#toBeat = [...this.#subscribers]
      this.#groupSize = Math.ceil(this.#toBeat.length / HEARTBEAT_GROUPS)
    }
    for (const subscriber of this.#toBeat.splice(0, this.#groupSize)) if (!subscriber.isClosed) subscriber.heartbeat()
  }
}
