/**
 * One reader of an event stream, on its connection. It gets recorded events from its position on, read from the store at its own pace.
 * Once it is up to date, it gets new events as they are recorded.
 */
import type { ServerResponse } from 'node:http'
import { yieldToEventLoop, limits } from '../../base/index.ts'
import { formatEventId, type JournalBatch, type EventPosition, type Journal, type StreamGap } from './journal.ts'

/** The filter, the buffer and the authorization of a reader. */
export interface SubscriberOptions {
  /** The model or action whose events it wants; all if absent. */
  readonly filter: string | undefined
  /** Bytes that may wait for the reader. */
  readonly bufferMax: number
  /** Is the client still authorized? Checked at each heartbeat. */
  readonly isStillAuthorized: () => boolean
}

/** One reader's connection and position. */
export class Subscriber {
  readonly #response: ServerResponse
  readonly #options: SubscriberOptions
  #position: EventPosition
  /** The last batch whose number was sent to the reader as an id. */
  #sentId = 0
  /** Bytes that waited at the last heartbeat, if the reader has taken none since; Infinity otherwise. */
  #waitedBytes = Infinity

  constructor(response: ServerResponse, position: EventPosition, options: SubscriberOptions) {
    this.#response = response
    this.#position = position
    this.#options = options
    response.on('drain', () => (this.#waitedBytes = Infinity))
  }

  get isClosed(): boolean {
    return this.#response.destroyed
  }

  /** Sends the head of the response: the reader's position, to which it reconnects, and its gap, if there is one. */
  start(gap: StreamGap | undefined): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    if (gap) this.#position = gap.resumeAt
    const gapFields = gap ? `event: gap\ndata: ${JSON.stringify({ why: gap.reason })}\n` : ''
    this.#response.write(`retry: ${limits.SSE_RETRY_MS}\nid: ${formatEventId(this.#position)}\n${gapFields}\n`)
    this.#sentId = this.#position.batch
  }

  /** Sends recorded events until there are no more. Then calls `onUpToDate` synchronously, with the number of the last batch. */
  async catchUp(journal: Pick<Journal, 'last' | 'next'>, onUpToDate: (last: number) => void): Promise<void> {
    // The batch at its position may have further rows.
    let after = this.#position.row === Infinity ? this.#position.batch : this.#position.batch - 1
    while (!this.isClosed) {
      // `last` is read first: a batch recorded between the two is sent with the new ones.
      const last = journal.last()
      const next = journal.next(after, this.#options.filter)
      if (!next) {
        if (last > this.#position.batch) this.#position = { batch: last, row: Infinity }
        const id = this.#newIdField()
        if (id !== '') this.#response.write(`${id}\n`)
        return onUpToDate(last)
      }
      after = next.number
      const frames = next.frames(this.#options.filter, this.#position)
      const hasRoom = this.#write(frames)
      this.#advance(next.number, frames)
      if (hasRoom) await yieldToEventLoop()
      else if (!this.isClosed) await this.#drained()
    }
  }

  /** Sends a new batch, unless it was sent before, or is of a different model or action. Disconnects a reader that is too far behind. */
  send(batch: JournalBatch): void {
    if (batch.number <= this.#position.batch) return
    const frames = batch.frames(this.#options.filter, this.#position)
    this.#advance(batch.number, frames)
    if (frames.length > 0 && this.#response.writableLength > this.#options.bufferMax) this.#response.destroy()
    else this.#write(frames)
  }

  /**
   * Sends a comment, which keeps the connection open and detects a dead one. Disconnects a reader that has taken no bytes since the last
   * heartbeat, and ends the stream of a client that is no longer authorized.
   */
  heartbeat(): void {
    if (!this.#options.isStillAuthorized()) return this.end()
    const { writableNeedDrain: waits, writableLength: bytes } = this.#response
    if (waits && bytes >= this.#waitedBytes) return void this.#response.destroy()
    this.#waitedBytes = waits ? bytes : Infinity
    if (!waits) this.#response.write(`:\n${this.#newIdField()}\n`)
  }

  end(): void {
    this.#response.end()
  }

  /** Resolves when the reader has taken all waiting bytes, or is gone. */
  #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = (): void => {
      this.#response.off('drain', done).off('close', done)
      resolve()
    }
    this.#response.on('drain', done).on('close', done)
    return promise
  }

  /** Advances the position to the end of a batch. */
  #advance(batch: number, frames: Buffer): void {
    this.#position = { batch, row: Infinity }
    if (frames.length > 0) this.#sentId = batch
  }

  /**
   * The id field of the position, if no event has carried it; empty otherwise. Without it, a reader of a quiet model would reconnect at
   * an old position, and get a gap for deleted events of other models.
   */
  #newIdField(): string {
    const { batch, row } = this.#position
    if (row !== Infinity || batch <= this.#sentId) return ''
    this.#sentId = batch
    return `id: ${formatEventId(this.#position)}\n`
  }

  #write(frames: Buffer): boolean {
    return frames.length === 0 || this.#response.write(frames)
  }
}
