/**
 * Sends events one after the other, beside the run: adding one never waits.
 *
 * The queue is bounded. While the receiver is away, a RUNNING event replaces the earlier one of its run, and beyond the bound the oldest
 * events are dropped and counted. Each trouble is reported once, and so is its end.
 */
import { callAfter, limits, pause, random as seeded, thrownText, wallClock } from '../base/index.ts'
import type { LineageReceiver } from './receivers.ts'
import type { RunEvent } from './run-event.ts'

/** Counts of events since the start. */
export interface LineageCounts {
  readonly sent: number
  /** Events that the receiver rejected, such as with status 422. */
  readonly rejected: number
  /** Events that left the queue unsent, since the receiver was away for too long. Those of a ledger are sent later. */
  readonly dropped: number
}

/** Inputs of a queue. */
export interface EventQueueOptions {
  readonly receiver: LineageReceiver
  readonly onReport: (report: string) => void
  /** Called when the queue is empty after events were dropped: who has them elsewhere may add them again. */
  readonly onRoom?: () => void
  /** Timer of retries; a test passes its own. */
  readonly after?: typeof callAfter
  readonly random?: () => number
  readonly eventsMax?: number
  /** Time in which events are still sent at a stop, ms. */
  readonly stopMs?: number
}

/** Outcomes of an event, of which one is called; none for an event that a stop left in the queue. */
export interface EventOutcomes {
  /** The receiver has taken or rejected the event. */
  readonly onSettled?: (() => void) | undefined
  /** The event left the queue unsent. */
  readonly onDropped?: (() => void) | undefined
}

interface QueuedEvent extends EventOutcomes {
  readonly event: RunEvent
}

export class EventQueue {
  readonly #receiver: LineageReceiver
  readonly #onReport: (report: string) => void
  readonly #onRoom: () => void
  readonly #after: typeof callAfter
  readonly #random: () => number
  readonly #eventsMax: number
  readonly #stopMs: number
  readonly #ending = new AbortController()
  #waiting: QueuedEvent[] = []
  readonly #counts = { sent: 0, rejected: 0, dropped: 0 }
  /** Attempts that failed since the last success. */
  #failures = 0
  #droppedSince = 0
  /** Were events dropped since the queue was empty? */
  #hasLost = false
  #hasReportedRejection = false
  #hasReportedError = false
  #retry: { stop(): void } | undefined
  #sending: Promise<void> | undefined

  constructor({ receiver, onReport, onRoom = () => {}, after = callAfter, random = seeded(wallClock()), ...bounds }: EventQueueOptions) {
    this.#receiver = receiver
    this.#onReport = onReport
    this.#onRoom = onRoom
    this.#after = after
    this.#random = random
    this.#eventsMax = bounds.eventsMax ?? limits.OPENLINEAGE_EVENTS_MAX
    this.#stopMs = bounds.stopMs ?? limits.OPENLINEAGE_STOP_MS
  }

  get counts(): LineageCounts {
    return { ...this.#counts }
  }

  /** Events that wait to be sent. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Has the receiver failed since it took the last event? */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  /** Queues an event, at once. */
  add(event: RunEvent, outcomes: EventOutcomes = {}): void {
    if (this.#ending.signal.aborted) return
    if (event.eventType === 'RUNNING') this.#removeRunning(event.run.runId)
    this.#waiting.push({ event, ...outcomes })
    while (this.#waiting.length > this.#eventsMax) this.#dropOldest()
    if (!this.#retry) this.#start()
  }

  /** Sends what waits, for `stopMs` at most, and ends. */
  async close(): Promise<void> {
    this.#retry?.stop()
    this.#start()
    const waited = new AbortController()
    await Promise.race([this.#sending, pause(this.#stopMs, waited.signal)])
    waited.abort()
    this.#ending.abort()
    await this.#sending
    this.#retry?.stop()
    const { length } = this.#waiting
    if (length > 0) this.#onReport(`${eventsText(length)} of OpenLineage could not be sent to ${this.#receiver.name} before the stop`)
  }

  #start(): void {
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined))
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#ending.signal.aborted) {
      // Out of the queue while it is on its way: a later RUNNING event, or a full queue, cannot take it away.
      const next = this.#waiting.shift()!
      let rejection: string | undefined
      try {
        rejection = await this.#receiver.send(JSON.stringify(next.event), this.#ending.signal)
      } catch (error) {
        this.#waiting.unshift(next)
        if (!this.#ending.signal.aborted) this.#waitForRetry(error as Error)
        return
      }
      if (rejection === undefined) this.#counts.sent++
      else this.#reject(rejection)
      this.#reportReturn()
      this.#settle(next)
      if (this.#waiting.length === 0 && this.#hasLost) {
        this.#hasLost = false
        this.#onRoom()
      }
    }
  }

  /** The receiver has the event, so an error here is no reason to send it again. */
  #settle({ onSettled }: QueuedEvent): void {
    try {
      onSettled?.()
    } catch (error) {
      if (!this.#hasReportedError)
        this.#onReport(`OpenLineage events are sent, but their progress cannot be noted: ${thrownText(error, 'the emitter')}`)
      this.#hasReportedError = true
    }
  }

  #reject(reason: string): void {
    this.#counts.rejected++
    if (this.#hasReportedRejection) return
    this.#hasReportedRejection = true
    this.#onReport(`${this.#receiver.name} rejected an OpenLineage event with ${reason}; rejected events are counted and not sent again`)
  }

  #reportReturn(): void {
    if (this.#failures === 0) return
    this.#failures = 0
    const dropped = this.#droppedSince > 0 ? `; ${eventsText(this.#droppedSince)} were dropped meanwhile` : ''
    this.#droppedSince = 0
    this.#onReport(`OpenLineage events are sent to ${this.#receiver.name} again${dropped}`)
  }

  #waitForRetry(error: Error): void {
    const cause = error.cause instanceof Error ? error.cause : error
    if (this.#failures++ === 0)
      this.#onReport(`OpenLineage events wait: ${this.#receiver.name} failed (${cause.message}); they are sent once it answers`)
    const delay = Math.min(limits.OPENLINEAGE_RETRY_MS * 2 ** (this.#failures - 1), limits.OPENLINEAGE_RETRY_MS_MAX)
    this.#retry = this.#after(delay * (0.5 + this.#random() / 2), () => {
      this.#retry = undefined
      this.#start()
    })
  }

  #removeRunning(runId: string): void {
    this.#waiting = this.#waiting.filter(({ event }) => event.eventType !== 'RUNNING' || event.run.runId !== runId)
  }

  #dropOldest(): void {
    this.#waiting.shift()!.onDropped?.()
    this.#counts.dropped++
    this.#hasLost = true
    // More events than have room may be added again while the receiver answers: they come next.
    if (this.#failures > 0 && this.#droppedSince++ === 0)
      this.#onReport(
        `${this.#receiver.name} has been away for too long: of ${this.#eventsMax} waiting OpenLineage events the oldest are dropped`,
      )
  }
}

const eventsText = (count: number): string => (count === 1 ? '1 event' : `${count} events`)
