/** The event streams of a server, for decisions, effects and samples, with a limit on readers: in total and for each client. */
import type { ServerResponse } from 'node:http'
import { limits } from '../../base/index.ts'
import type { FolderView } from '../../operate/index.ts'
import type { ResourceLimits } from '../access/resource-limits.ts'
import { Budget, clientKey, type ClientIdentity } from '../access/budget.ts'
import { decisionJournal } from './decision-journal.ts'
import { effectJournal } from './effect-journal.ts'
import { EventStream } from './event-stream.ts'
import { sampleJournal } from './sample-journal.ts'
import { ServeError } from '../http/serve-error.ts'

/** The streams of decisions, of effects, and of samples of the time series. */
export class EventStreams {
  readonly decisions: EventStream
  /** Decisions without their inputs, for lists. */
  readonly decisionResults: EventStream
  readonly effects: EventStream
  readonly samples: EventStream
  readonly #admitted: Budget
  #isClosed = false

  constructor({ log, series }: Pick<FolderView, 'log' | 'series'>, bounds: ResourceLimits, onError: (error: unknown) => void) {
    this.#admitted = new Budget(bounds.eventStreams, limits.SSE_CLIENT_SHARE)
    this.decisions = new EventStream(decisionJournal(log, 'all', onError), bounds, onError)
    this.decisionResults = new EventStream(decisionJournal(log, 'results', onError), bounds, onError)
    this.effects = new EventStream(effectJournal(log.effects), bounds, onError)
    this.samples = new EventStream(sampleJournal(series), bounds, onError)
  }

  get readers(): number {
    return this.decisions.readers + this.decisionResults.readers + this.effects.readers + this.samples.readers
  }

  /** Counts a reader for its client until the response ends. Throws `SPILL_OVERLOAD` beyond the client's share. */
  admit(client: ClientIdentity, response: ServerResponse): void {
    const key = clientKey(client)
    const why = this.#isClosed
      ? 'the server is stopping'
      : this.#admitted.spend(key, 1)
        ? undefined
        : `this client has ${this.#admitted.usedBy(key)} event streams, the most that it may (SSE_STREAMS_MAX)`
    if (why !== undefined)
      throw new ServeError('SPILL_OVERLOAD', `${why}; try again later`, { status: 503, retryAfter: limits.HTTP_RETRY_AFTER_S })
    response.once('close', () => this.#admitted.release(key, 1))
  }

  /** Notifies the streams of decisions and effects that new events may be durable. */
  readonly notify = (): void => {
    this.decisions.notify()
    this.decisionResults.notify()
    this.effects.notify()
  }

  /** Notifies the stream of samples that a new one is durable. */
  readonly notifySample = (): void => this.samples.notify()

  /** Ends all streams. Their readers reconnect to the server that takes over. */
  close(): void {
    this.#isClosed = true
    this.decisions.close()
    this.decisionResults.close()
    this.effects.close()
    this.samples.close()
  }
}
