/**
 * A stream of events to all of its readers. What is new is read back from the store once, when it is durable, and written to everyone who is up
 * to date; whoever is behind reads for themselves. So what a reader gets is what is recorded, in the order in which it was, without gap or repeat.
 */
import type { ServerResponse } from 'node:http'
import { every, othersTurn, soon } from '../../base/clock.ts'
import type { Bounds } from '../access/resource-limits.ts'
import type { EventPlace } from './event-id.ts'
import type { Batch, Journal } from './journal.ts'
import { Subscriber } from './subscriber.ts'

/** Parts of the readers that get their sign of life one after the other. */
const HEARTS = 100
/** Readers that are written to before anything else has its turn. */
const AT_ONCE = 256

export interface Reader {
  readonly place: EventPlace | 'oldest' | undefined
  readonly of: string | undefined
  readonly mayStill?: (() => boolean) | undefined
}

export class EventStream {
  readonly #journal: Journal
  readonly #bounds: Bounds
  readonly #onError: (error: unknown) => void
  readonly #all = new Set<Subscriber>()
  readonly #upToDate = new Set<Subscriber>()
  readonly #heart: { stop(): void }
  /** Number of the batch up to which those that are up to date were sent everything. */
  #sent = 0
  #isDue = false
  #beats = 0
  #toBeat: Subscriber[] = []
  #share = 0
  #isClosed = false

  constructor(journal: Journal, bounds: Bounds, onError: (error: unknown) => void) {
    this.#journal = journal
    this.#bounds = bounds
    this.#onError = onError
    this.#heart = every(Math.max(1, Math.floor(bounds.heartbeatMs / HEARTS)), () => this.#beat())
  }

  get readers(): number {
    return this.#all.size
  }

  /** Sends what is behind `place`, or all that is kept, by default what comes from now on, until the connection ends, or the reader may no more; of one model or action if it is named. */
  add(response: ServerResponse, reader: Reader): void {
    try {
      this.#add(response, reader)
    } catch (error) {
      this.#onError(error)
      response.destroy()
    }
  }

  #add(response: ServerResponse, { place, of, mayStill = () => true }: Reader): void {
    const begin = place === 'oldest' ? this.#journal.oldest() : (place ?? { stretch: this.#journal.last(), row: Infinity })
    const subscriber = new Subscriber(response, begin, { of, bufferMax: this.#bounds.eventBytes, mayStill })
    this.#all.add(subscriber)
    response.once('close', () => {
      this.#all.delete(subscriber)
      this.#upToDate.delete(subscriber)
    })
    response.on('error', () => {})
    subscriber.begin(place === 'oldest' ? undefined : this.#journal.missed(begin))
    const isUpToDate = (last: number) => {
      if (this.#upToDate.size === 0) this.#sent = last
      if (!this.#isClosed) this.#upToDate.add(subscriber)
    }
    subscriber.catchUp(this.#journal, isUpToDate).catch(error => {
      this.#onError(error)
      response.destroy()
    })
  }

  /** There may be more. */
  readonly tell = (): void => {
    if (this.#isDue || this.#upToDate.size === 0) return
    this.#isDue = true
    soon(() => void this.#send())
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true
    this.#heart.stop()
    for (const subscriber of this.#all) subscriber.end()
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
      // What they missed they read for themselves when they come back.
      for (const subscriber of this.#upToDate) subscriber.end()
    } finally {
      this.#isDue = false
    }
  }

  /** Who joins meanwhile is met too. */
  async #sendToAll(batch: Batch): Promise<void> {
    let sent = 0
    for (const subscriber of this.#upToDate) {
      subscriber.send(batch)
      if (++sent % AT_ONCE === 0) await othersTurn()
    }
  }

  /** Some of the readers in their turn, so that many of them do not hold the loop up. */
  #beat(): void {
    if (this.#beats++ % HEARTS === 0) {
      this.#toBeat = [...this.#all]
      this.#share = Math.ceil(this.#toBeat.length / HEARTS)
    }
    for (const subscriber of this.#toBeat.splice(0, this.#share)) if (!subscriber.isGone) subscriber.beat()
  }
}
