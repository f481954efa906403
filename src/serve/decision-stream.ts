/**
 * The stream of decisions to all of its readers. What is new is read back from the store once, when it is durable, and written to everyone who is up
 * to date; whoever is behind reads for themselves. So what a reader gets is what is recorded, in the order in which it was, without gap or repeat.
 */
import type { ServerResponse } from 'node:http'
import { every, othersTurn, soon } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { NumberedDecisions } from '../log/sqlite/reader.ts'
import type { EventPlace } from './event-place.ts'
import type { Bounds } from './bounds.ts'
import { ServeError } from './serve-error.ts'
import { framesOf, Subscriber, type DecisionLog } from './subscriber.ts'

/** Parts of the readers that get their sign of life one after the other. */
const HEARTS = 100
/** Readers that are written to before anything else has its turn. */
const AT_ONCE = 256

export class DecisionStream {
  readonly #log: DecisionLog
  readonly #bounds: Bounds
  readonly #onError: (error: unknown) => void
  readonly #all = new Set<Subscriber>()
  readonly #upToDate = new Set<Subscriber>()
  readonly #heart: { stop(): void }
  /** Number of the stretch up to which those that are up to date were sent everything. */
  #sent = 0
  #isDue = false
  #beats = 0
  #toBeat: Subscriber[] = []
  #share = 0
  #isClosed = false

  constructor(log: DecisionLog, bounds: Bounds, onError: (error: unknown) => void) {
    this.#log = log
    this.#bounds = bounds
    this.#onError = onError
    this.#heart = every(Math.max(1, Math.floor(bounds.heartbeatMs / HEARTS)), () => this.#beat())
  }

  get readers(): number {
    return this.#all.size
  }

  /** Throws `SPILL_OVERLOAD` if there are as many readers as may be. */
  checkRoom(): void {
    const why = this.#isClosed
      ? 'the server is stopping'
      : this.#all.size >= this.#bounds.eventStreams
        ? `there are ${this.#all.size} streams of events (SSE_STREAMS_MAX)`
        : undefined
    if (why !== undefined)
      throw new ServeError('SPILL_OVERLOAD', `${why}; come again`, { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S })
  }

  /** Sends what is behind `place`, by default what comes from now on, until the connection ends. */
  add(response: ServerResponse, place: EventPlace | undefined, model: string | undefined): void {
    const numbers = this.#log.decisionNumbers()
    const subscriber = new Subscriber(response, place ?? { stretch: numbers.last, row: Infinity }, model, this.#bounds.eventBytes)
    this.#all.add(subscriber)
    response.once('close', () => {
      this.#all.delete(subscriber)
      this.#upToDate.delete(subscriber)
    })
    response.on('error', () => {})
    subscriber.begin(numbers)
    const isUpToDate = (last: number) => {
      if (this.#upToDate.size === 0) this.#sent = last
      if (!this.#isClosed) this.#upToDate.add(subscriber)
    }
    subscriber.catchUp(this.#log, isUpToDate).catch(error => {
      this.#onError(error)
      response.destroy()
    })
  }

  /** Decisions have become durable. */
  readonly tell = (): void => {
    if (this.#isDue || this.#upToDate.size === 0) return
    this.#isDue = true
    soon(() => void this.#send())
  }

  /** Ends all streams; their readers come back to whoever takes over. */
  close(): void {
    this.#isClosed = true
    this.#heart.stop()
    for (const subscriber of this.#all) subscriber.end()
    this.#upToDate.clear()
  }

  async #send(): Promise<void> {
    try {
      for (let next = this.#log.decisionsAfter(this.#sent); next; next = this.#log.decisionsAfter(this.#sent)) {
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
  async #sendToAll(stretch: NumberedDecisions): Promise<void> {
    const frames = framesOf(stretch)
    let sent = 0
    for (const subscriber of this.#upToDate) {
      subscriber.send(stretch, frames)
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
