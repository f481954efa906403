/** The event streams of a server, for decisions, effects, samples and alerts, with a limit on readers: in total and for each client. */
import type { ServerResponse } from 'node:http'
import { callAfter, callEvery, limits, sumBy } from '../../base/index.ts'
import type { RunMonitor } from '../../monitor/index.ts'
import type { FolderView, PersonalMask } from '../../operate/index.ts'
import type { ResourceLimits } from '../access/resource-limits.ts'
import { Budget, clientKey, type ClientIdentity } from '../access/budget.ts'
import { alertJournal } from './alert-journal.ts'
import { decisionJournal } from './decision-journal.ts'
import { effectJournal } from './effect-journal.ts'
import { EventStream } from './event-stream.ts'
import { sampleJournal } from './sample-journal.ts'
import { sourceEventJournal } from './source-event-journal.ts'
import { ServeError } from '../http/serve-error.ts'

/** The parts that the streams share with their server. */
interface EventStreamOptions {
  readonly bounds: ResourceLimits
  /** Masks personal data for readers without the role to see it; absent if there is none. */
  readonly mask?: PersonalMask | undefined
  /** Alerts are streamed if there is a monitor. */
  readonly monitor?: Pick<RunMonitor, 'changes'> | undefined
  readonly onError: (error: unknown) => void
}

/** The streams that have values of columns. */
interface ValueStreams {
  readonly decisions: EventStream
  /** Decisions without their inputs, for lists. */
  readonly decisionResults: EventStream
  readonly effects: EventStream
  /** Events of sources, sampled above a rate. */
  readonly sourceEvents: EventStream
}

/** The streams of decisions, of effects, of samples of the time series, and of changes of alerts. */
export class EventStreams {
  readonly values: ValueStreams
  /** The same without personal data; the same streams if there is none. */
  readonly masked: ValueStreams
  readonly samples: EventStream
  readonly alerts: EventStream
  readonly #admitted: Budget
  readonly #tail: { stop(): void }
  /** Ends when lists get the decisions that came meanwhile. */
  #gathering: { stop(): void } | undefined
  #isClosed = false

  constructor({ log, series }: Pick<FolderView, 'log' | 'series'>, { bounds, mask, monitor, onError }: EventStreamOptions) {
    this.#admitted = new Budget(bounds.eventStreams, limits.SSE_CLIENT_SHARE)
    const streamsOf = (streamMask?: PersonalMask): ValueStreams => ({
      decisions: new EventStream(decisionJournal(log, 'all', onError, streamMask), bounds, onError),
      decisionResults: new EventStream(decisionJournal(log, 'results', onError, streamMask), bounds, onError),
      effects: new EventStream(effectJournal(log.effects, streamMask), bounds, onError),
      sourceEvents: new EventStream(sourceEventJournal(log, streamMask), bounds, onError),
    })
    this.values = streamsOf()
    this.masked = mask ? streamsOf(mask) : this.values
    this.samples = new EventStream(sampleJournal(series), bounds, onError)
    this.alerts = new EventStream(alertJournal(monitor?.changes), bounds, onError)
    // A commit without decisions notifies nobody; and more messages a second than a person reads would cost the run.
    this.#tail = callEvery(limits.EVENT_TAIL_EVERY_MS, () => {
      for (const { sourceEvents } of [this.values, this.masked]) if (sourceEvents.readers > 0) sourceEvents.notify()
    })
  }

  get readers(): number {
    return sumBy([...this.#streams], ({ readers }) => readers)
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
    for (const { decisions, effects } of [this.values, this.masked]) {
      decisions.notify()
      effects.notify()
    }
    // A message for each commit would cost the run more than the decisions in it.
    if (this.values.decisionResults.readers + this.masked.decisionResults.readers > 0)
      this.#gathering ??= callAfter(limits.DECISION_LIST_EVERY_MS, this.#notifyLists)
  }

  readonly #notifyLists = (): void => {
    this.#gathering = undefined
    for (const { decisionResults } of [this.values, this.masked]) decisionResults.notify()
  }

  /** Notifies the stream of samples that a new one is durable. */
  readonly notifySample = (): void => this.samples.notify()

  /** Notifies the stream of alerts of a change. */
  readonly notifyAlert = (): void => this.alerts.notify()

  /** Ends all streams. Their readers reconnect to the server that takes over. */
  close(): void {
    this.#isClosed = true
    this.#tail.stop()
    this.#gathering?.stop()
    for (const stream of this.#streams) stream.close()
  }

  get #streams(): ReadonlySet<EventStream> {
    return new Set<EventStream>([this.values, this.masked].flatMap(streams => Object.values(streams))).add(this.samples).add(this.alerts)
  }
}
