/**
 * One reader of a stream of events, on its connection. It gets what is recorded behind its place, read back from the store, at its own pace; once it
 * has all of that, what is new as it comes.
 */
import type { ServerResponse } from 'node:http'
import { othersTurn } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { placeText, type EventPlace } from './event-id.ts'
import type { Batch, Journal, Missed } from './journal.ts'

export interface SubscriberOptions {
  /** The one model or action that it wants to hear of. */
  readonly of: string | undefined
  readonly bufferMax: number
  /** Is it still let in? Asked at each sign of life. */
  readonly mayStill: () => boolean
}

export class Subscriber {
  readonly #of: string | undefined
  readonly #response: ServerResponse
  readonly #bufferMax: number
  readonly #mayStill: () => boolean
  #place: EventPlace
  /** The last stretch that the reader was told it is behind. */
  #told = 0
  /** Bytes that waited at the last sign of life, none of which the reader is known to have taken since; Infinity if none did. */
  #waited = Infinity

  constructor(response: ServerResponse, place: EventPlace, { of, bufferMax, mayStill }: SubscriberOptions) {
    this.#response = response
    this.#place = place
    this.#of = of
    this.#bufferMax = bufferMax
    this.#mayStill = mayStill
    response.on('drain', () => (this.#waited = Infinity))
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  /** Says where the reader is, so that it comes back there though nothing happened, and what it has missed for good. */
  begin(missed: Missed | undefined): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    if (missed) this.#place = missed.place
    const gap = missed ? `event: gap\ndata: ${JSON.stringify({ why: missed.why })}\n` : ''
    this.#response.write(`retry: ${limits.SSE_RETRY_MS}\nid: ${placeText(this.#place)}\n${gap}\n`)
    this.#told = this.#place.stretch
  }

  /** Sends what is recorded, until there is no more of it: then calls `onUpToDate`, in that same moment, with the number of the last batch. */
  async catchUp(journal: Pick<Journal, 'last' | 'next'>, onUpToDate: (last: number) => void): Promise<void> {
    // The batch that it is in may have further rows.
    let after = this.#place.row === Infinity ? this.#place.stretch : this.#place.stretch - 1
    while (!this.isGone) {
      // In this order: what is recorded between the two is sent to those that are up to date.
      const last = journal.last()
      const next = journal.next(after, this.#of)
      if (!next) {
        if (last > this.#place.stretch) this.#place = { stretch: last, row: Infinity }
        const told = this.#newPlace()
        if (told !== '') this.#response.write(`${told}\n`)
        return onUpToDate(last)
      }
      after = next.number
      const frames = next.frames(this.#of, this.#place)
      const isFree = this.#write(frames)
      this.#moved(next.number, frames)
      if (isFree) await othersTurn()
      else if (!this.isGone) await this.#hasRoom()
    }
  }

  /** Sends what is new, unless it was sent before, or is of another model or action. Cuts a reader off for whom too much waits. */
  send(batch: Batch): void {
    if (batch.number <= this.#place.stretch) return
    const frames = batch.frames(this.#of, this.#place)
    this.#moved(batch.number, frames)
    if (frames.length > 0 && this.#response.writableLength > this.#bufferMax) this.#response.destroy()
    else this.#write(frames)
  }

  /** A comment, which keeps connections open and finds those that are gone. A reader that has taken nothing since the last is cut off, and one whose token was revoked is let go. */
  beat(): void {
    if (!this.#mayStill()) return this.end()
    const { writableNeedDrain: waits, writableLength: bytes } = this.#response
    if (waits && bytes >= this.#waited) return void this.#response.destroy()
    this.#waited = waits ? bytes : Infinity
    if (!waits) this.#response.write(`:\n${this.#newPlace()}\n`)
  }

  end(): void {
    this.#response.end()
  }

  /** Resolves when the reader has taken what waits, or is gone. */
  #hasRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = (): void => {
      this.#response.off('drain', done).off('close', done)
      resolve()
    }
    this.#response.on('drain', done).on('close', done)
    return promise
  }

  #moved(stretch: number, frames: Buffer): void {
    this.#place = { stretch, row: Infinity }
    if (frames.length > 0) this.#told = stretch
  }

  /**
   * The field of the place, if no event has told it: of a model or action that is quiet a reader would come back at a place behind which others' were forgotten
   * meanwhile, as if it had missed something. Empty if there is none.
   */
  #newPlace(): string {
    const { stretch, row } = this.#place
    if (row !== Infinity || stretch <= this.#told) return ''
    this.#told = stretch
    return `id: ${placeText(this.#place)}\n`
  }

  #write(frames: Buffer): boolean {
    return frames.length === 0 || this.#response.write(frames)
  }
}
