/** The streams of events that a server has, and how many readers they have together at most. */
import { limits } from '../base/limits.ts'
import type { SqliteReader } from '../log/sqlite/reader.ts'
import type { Bounds } from './bounds.ts'
import { DecisionJournal } from './decision-journal.ts'
import { EffectJournal } from './effect-journal.ts'
import { EventStream } from './event-stream.ts'
import { ServeError } from './serve-error.ts'

export class Streams {
  readonly decisions: EventStream
  readonly effects: EventStream
  readonly #bounds: Bounds
  #isClosed = false

  constructor(reader: SqliteReader, bounds: Bounds, onError: (error: unknown) => void) {
    this.#bounds = bounds
    this.decisions = new EventStream(new DecisionJournal(reader, onError), bounds, onError)
    this.effects = new EventStream(new EffectJournal(reader.effects), bounds, onError)
  }

  get readers(): number {
    return this.decisions.readers + this.effects.readers
  }

  /** Throws `SPILL_OVERLOAD` if there are as many readers as may be. */
  checkRoom(): void {
    const why = this.#isClosed
      ? 'the server is stopping'
      : this.readers >= this.#bounds.eventStreams
        ? `there are as many readers of events as may be, ${this.readers} (SSE_STREAMS_MAX)`
        : undefined
    if (why !== undefined)
      throw new ServeError('SPILL_OVERLOAD', `${why}; come again`, { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S })
  }

  /** More is durable. */
  readonly tell = (): void => {
    this.decisions.tell()
    this.effects.tell()
  }

  /** Ends all of them; their readers come back to whoever takes over. */
  close(): void {
    this.#isClosed = true
    this.decisions.close()
    this.effects.close()
  }
}
