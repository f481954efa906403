/**
 * One reader of an event stream, on its connection. It gets recorded events from its position on, read from the store at its own pace.
 * Once it is up to date, it gets new events as they are recorded.
 */
import type { ServerResponse } from 'node:http'
import { othersTurn } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { placeText, type Batch, type EventPlace, type Journal, type Missed } from './journal.ts'

export interface SubscriberOptions {
  /** The model or action whose events it wants; all if absent. */
  readonly of: string | undefined
  /** Bytes that may wait for the reader. */
  readonly bufferMax: number
  /** Is the client still authorized? Checked at each heartbeat. */
  readonly mayStill: () => boolean
}

/** One reader's connection and position. */
export class Subscriber {
  readonly #of: string | undefined
  readonly #response: ServerResponse
  readonly #bufferMax: number
  readonly #mayStill: () => boolean
  #place: EventPlace
  /** The last batch whose number was sent to the reader as an id. */
  #sentId = 0
  /** Bytes that waited at the last heartbeat, if the reader has taken none since; Infinity otherwise. */
  #waitedBytes = Infinity

  constructor(response: ServerResponse, place: EventPlace, { of, bufferMax, mayStill }: SubscriberOptions) {
    this.#response = response
    this.#place = place
    this.#of = of
    this.#bufferMax = bufferMax
    this.#mayStill = mayStill
    response.on('drain', () => (this.#waitedBytes = Infinity))
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  /** Sends the head of the response: the reader's position, to which it reconnects, and its gap, if there is one. */
  begin(missed: Missed | undefined): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    if (missed) this.#place = missed.place
    const gap = missed ? `event: gap\ndata: ${JSON.stringify({ why: missed.why })}\n` : ''
    this.#response.write(`retry: ${limits.SSE_RETRY_MS}\nid: ${placeText(this.#place)}\n${gap}\n`)
    this.#sentId = this.#place.stretch
  }

  /** Sends recorded events until there are no more. Then calls `onUpToDate` synchronously, with the number of the last batch. */
  async catchUp(journal: Pick<Journal, 'last' | 'next'>, onUpToDate: (last: number) => void): Promise<void> {
    // The batch at its position may have further rows.
    let after = this.#place.row === Infinity ? this.#place.stretch : this.#place.stretch - 1
    while (!this.isGone) {
      // `last` is read first: a batch recorded between the two is sent with the new ones.
      const last = journal.last()
      const next = journal.next(after, this.#of)
      if (!next) {
        if (last > this.#place.stretch) this.#place = { stretch: last, row: Infinity }
        const id = this.#newIdField()
        if (id !== '') this.#response.write(`${id}\n`)
        return onUpToDate(last)
      }
      after = next.number
      const frames = next.frames(this.#of, this.#place)
      const hasRoom = this.#write(frames)
      this.#advance(next.number, frames)
      if (hasRoom) await othersTurn()
      else if (!this.isGone) await this.#drained()
    }
  }

  /** Sends a new batch, unless it was sent before, or is of a different model or action. Disconnects a reader that is too far behind. */
  send(batch: Batch): void {
    if (batch.number <= this.#place.stretch) return
    const frames = batch.frames(this.#of, this.#place)
    this.#advance(batch.number, frames)
    if (frames.length > 0 && this.#response.writableLength > this.#bufferMax) this.#response.destroy()
    else this.#write(frames)
  }

  /**
   * Sends a comment, which keeps the connection open and detects a dead one. Disconnects a reader that has taken no bytes since the last
   * heartbeat, and ends the stream of a client that is no longer authorized.
   */
  beat(): void {
    if (!this.#mayStill()) return this.end()
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
  #advance(stretch: number, frames: Buffer): void {
    this.#place = { stretch, row: Infinity }
    if (frames.length > 0) this.#sentId = stretch
  }

  /**
   * The id field of the position, if no event has carried it; empty otherwise. Without it, a reader of a quiet model would reconnect at
   * an old position, and get a gap for deleted events of other models.
   */
  #newIdField(): string {
    const { stretch, row } = this.#place
    if (row !== Infinity || stretch <= this.#sentId) return ''
    this.#sentId = stretch
    return `id: ${placeText(this.#place)}\n`
  }

  #write(frames: Buffer): boolean {
    return frames.length === 0 || this.#response.write(frames)
  }
}
