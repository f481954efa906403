/**
 * One reader of a stream of events, on its connection. It gets what is recorded behind its place, read back from the store, at its own pace; once it
 * has all of that, what is new as it comes.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { othersTurn } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { placeText, type EventPlace } from './event-place.ts'
import type { Batch, Journal } from './journal.ts'

export class Subscriber {
  /** The one model or action that it wants to hear of. */
  readonly #of: string | undefined
  readonly #response: ServerResponse
  readonly #bufferMax: number
  #place: EventPlace
  /** Bytes have waited since the last sign of life. */
  #isStuck = false

  constructor(response: ServerResponse, place: EventPlace, of: string | undefined, bufferMax: number) {
    this.#response = response
    this.#place = place
    this.#of = of
    this.#bufferMax = bufferMax
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  /** Says where the reader is, so that it comes back there though nothing happened, and what it has missed for good. */
  begin(journal: Pick<Journal, 'missed'>): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    const missed = journal.missed(this.#place)
    if (missed) this.#place = missed.place
    const gap = missed ? `event: gap\ndata: ${JSON.stringify({ why: missed.why })}\n` : ''
    this.#response.write(`retry: ${limits.SSE_RETRY_MS}\nid: ${placeText(this.#place)}\n${gap}\n`)
  }

  /** Sends what is recorded, until there is no more of it: then calls `onUpToDate`, in that same moment, with the number of the last batch. */
  async catchUp(journal: Journal, onUpToDate: (last: number) => void): Promise<void> {
    // The batch that it is in may have further rows.
    let after = this.#place.row === Infinity ? this.#place.stretch : this.#place.stretch - 1
    while (!this.isGone) {
      // In this order: what is recorded between the two is sent to those that are up to date.
      const last = journal.last()
      const next = journal.next(after, this.#of)
      if (!next) return onUpToDate(last)
      after = next.number
      const isFree = this.#write(next.frames(this.#of, next.number === this.#place.stretch ? this.#place.row + 1 : 0))
      this.#place = { stretch: next.number, row: Infinity }
      if (isFree) await othersTurn()
      else if (!this.isGone) await Promise.race([once(this.#response, 'drain'), once(this.#response, 'close')])
    }
  }

  /** Sends what is new, unless it was sent before, or is of another model or action. Cuts a reader off for whom too much waits. */
  send(batch: Batch): void {
    if (batch.number <= this.#place.stretch) return
    this.#place = { stretch: batch.number, row: Infinity }
    const frames = batch.frames(this.#of, 0)
    if (frames.length > 0 && this.#response.writableLength > this.#bufferMax) this.#response.destroy()
    else this.#write(frames)
  }

  /** A comment, which keeps connections open and finds those that are gone. A reader that has taken nothing since the last is cut off. */
  beat(): void {
    const waits = this.#response.writableNeedDrain
    if (waits && this.#isStuck) return void this.#response.destroy()
    this.#isStuck = waits
    if (!waits) this.#response.write(':\n\n')
  }

  end(): void {
    this.#response.end()
  }

  #write(frames: Buffer): boolean {
    return frames.length === 0 || this.#response.write(frames)
  }
}
