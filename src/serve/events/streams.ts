/** The streams of events that a server has, and how many readers they have at most, together and of one client. */
import type { ServerResponse } from 'node:http'
import { limits } from '../../base/limits.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import type { Bounds } from '../access/resource-limits.ts'
import { Budget } from '../access/budget.ts'
import { clientKey, type Client } from '../access/client-key.ts'
import { DecisionJournal } from './decision-journal.ts'
import { EffectJournal } from './effect-journal.ts'
import { EventStream } from './event-stream.ts'
import { ServeError } from '../http/serve-error.ts'

export class Streams {
  readonly decisions: EventStream
  readonly effects: EventStream
  readonly #admitted: Budget
  #isClosed = false

  constructor(reader: SqliteReader, bounds: Bounds, onError: (error: unknown) => void) {
    this.#admitted = new Budget(bounds.eventStreams, limits.SSE_CLIENT_SHARE)
    this.decisions = new EventStream(new DecisionJournal(reader, onError), bounds, onError)
    this.effects = new EventStream(new EffectJournal(reader.effects), bounds, onError)
  }

  get readers(): number {
    return this.decisions.readers + this.effects.readers
  }

  /** Counts a reader for its client until the response ends. Throws `SPILL_OVERLOAD` if the client has as many as it may. */
  admit(client: Client, response: ServerResponse): void {
    const key = clientKey(client)
    const why = this.#isClosed
      ? 'the server is stopping'
      : this.#admitted.spend(key, 1)
        ? undefined
        : `this client has as many readers of events as it may, ${this.#admitted.usedBy(key)} (SSE_STREAMS_MAX)`
    if (why !== undefined)
      throw new ServeError('SPILL_OVERLOAD', `${why}; come again`, { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S })
    response.once('close', () => this.#admitted.release(key, 1))
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
