/**
 * One reader of the stream of decisions, on its connection. It gets what is recorded behind its place, read back from the store, at its own pace; once it
 * has all of that, what is new as it comes.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { othersTurn } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { NumberedDecisions, SqliteReader } from '../log/sqlite/reader.ts'
import { recordedDecisions } from '../run/recorded.ts'
import { placeText, type EventPlace } from './event-place.ts'

export type DecisionLog = Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>

export class Subscriber {
  /** Only decisions of this model. */
  readonly model: string | undefined
  readonly #response: ServerResponse
  readonly #bufferMax: number
  #place: EventPlace
  /** Bytes have waited since the last sign of life. */
  #isStuck = false

  constructor(response: ServerResponse, place: EventPlace, model: string | undefined, bufferMax: number) {
    this.#response = response
    this.#place = place
    this.model = model
    this.#bufferMax = bufferMax
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  /** Says where the reader is, so that it comes back there though nothing happened, and what it has missed for good. */
  begin({ first, last }: { readonly first: number; readonly last: number }): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    const missed = missedOf(this.#place, first, last)
    if (missed) this.#place = missed.place
    const gap = missed ? `event: gap\ndata: ${JSON.stringify({ why: missed.why })}\n` : ''
    this.#response.write(`retry: ${limits.SSE_RETRY_MS}\nid: ${placeText(this.#place)}\n${gap}\n`)
  }

  /** Sends what is recorded, until there is no more of it: then calls `onUpToDate`, in that same moment, with the number of the last stretch. */
  async catchUp(log: DecisionLog, onUpToDate: (last: number) => void): Promise<void> {
    // The stretch that it is in may have further rows.
    let after = this.#place.row === Infinity ? this.#place.stretch : this.#place.stretch - 1
    while (!this.isGone) {
      // In this order: what is recorded between the two is sent to those that are up to date.
      const { last } = log.decisionNumbers()
      const next = log.decisionsAfter(after, this.model)
      if (!next) return onUpToDate(last)
      after = next.number
      const isFree = this.#write(framesOf(next, next.number === this.#place.stretch ? this.#place.row + 1 : 0))
      this.#place = { stretch: next.number, row: Infinity }
      if (isFree) await othersTurn()
      else if (!this.isGone) await Promise.race([once(this.#response, 'drain'), once(this.#response, 'close')])
    }
  }

  /** Sends what is new, unless it is of another model or was sent before. Cuts a reader off for whom too much waits. */
  send(stretch: NumberedDecisions, frames: Buffer): void {
    if (stretch.number <= this.#place.stretch || (this.model !== undefined && this.model !== stretch.model)) return
    this.#place = { stretch: stretch.number, row: Infinity }
    if (this.#response.writableLength > this.#bufferMax) this.#response.destroy()
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

  #write(frames: string | Buffer): boolean {
    return frames.length === 0 || this.#response.write(frames)
  }
}

/** A place that is behind what was forgotten, or of another log, and the place to go on from. */
function missedOf(place: EventPlace, first: number, last: number): { readonly place: EventPlace; readonly why: string } | undefined {
  if (place.stretch > last)
    return { place: { stretch: last, row: Infinity }, why: 'the id is of another log; this goes on with what is new' }
  if (place.stretch >= first - 1) return undefined
  return { place: { stretch: first - 1, row: Infinity }, why: 'what came after the id was forgotten; this goes on with what is kept' }
}

/** The events of a stretch from a row on. */
export function framesOf({ number, bytes }: NumberedDecisions, from = 0): Buffer {
  let text = ''
  let row = 0
  for (const decision of recordedDecisions(bytes)) {
    if (row >= from) text += `id: ${placeText({ stretch: number, row })}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`
    row++
  }
  return Buffer.from(text)
}
