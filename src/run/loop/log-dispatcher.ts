/**
 * Delivers what the log records to one destination, at least once each, in order by key: decisions, or dead letters.
 *
 * Reads durable records in batches, in the order in which they were recorded. Records of different keys are delivered concurrently, as
 * many as the destination allows; those of one key one after another. A failed delivery is retried until it is acknowledged. A record is
 * reported and left out when the destination says that no further attempt can succeed, or when RECORD_REJECTIONS_MAX attempts failed while
 * other records were acknowledged: then it is the record that is rejected, and one record must not hold back the progress of all. The log
 * still has it. While the destination acknowledges nothing, everything waits; an attempt that it puts off (`retryAfterMs`) does not count.
 *
 * Invariant: every record up to the committed batch is delivered or left out. A crash before the commit of a batch delivers the
 * records behind it once more, under the same ids. Memory: at most `heldMax` records of the feed and one batch.
 */
import { backoffMs, GuardedDestination, type OpenedDestination } from '../../action/index.ts'
import { callSoon, passingErrors, pause, type callAfter, limits, type Random, thrownText, TransientMap } from '../../base/index.ts'

/** A record as a destination gets it. */
export interface LoggedRecord {
  /** Records of one key are delivered one after another. JSON. */
  readonly key: string
  /** JSON. */
  readonly body: string
}

/** Consecutive records of the log. */
export interface LoggedBatch {
  /** Numbers ascend and are never reused. */
  readonly number: number
  /** The batch in messages: `decisions of 'fraud' on entries 1 to 9`. */
  readonly name: string
  /** Throws for damaged bytes. */
  readonly records: () => Iterable<LoggedRecord>
}

/** The records of a log that are delivered. */
export interface RecordFeed {
  readonly kind: 'decision' | 'dead letter'
  /** Records in memory beyond which no further batch is read. */
  readonly heldMax: number
  /** Numbers of the first and the last batch; 0 if there is none. */
  numbers(): { readonly first: number; readonly last: number }
  /** The first batch after a number. */
  after(number: number): LoggedBatch | undefined
  close(): void
}

/** Collaborators of a dispatcher. */
export interface LogDispatcherOptions {
  readonly route: OpenedDestination
  /** Closed by `stop`. */
  readonly feed: RecordFeed
  /** Prefix of the ids of deliveries, unique to the log: `shop/decisions/LOG`. */
  readonly prefix: string
  /** Number of the batch up to which all were delivered, as committed; undefined if none was committed. */
  readonly committedBatch: number | undefined
  /** Commits the number of the batch up to which all are delivered. */
  readonly commit: (batch: number) => Promise<void>
  readonly random: Random
  readonly after: typeof callAfter
  readonly onReport: (text: string) => void
  /** Called with an error of the feed. The dispatcher then starts no more attempts. */
  readonly onFailure: (error: unknown) => void
  /** Milliseconds during which delivered batches are gathered into one commit. */
  readonly settleMs?: number
}

interface PendingRecord {
  readonly id: string
  readonly key: string
  readonly body: string
  readonly batch: PendingBatch
  attempts: number
  /** Attempts that failed, and were not put off, although the destination had acknowledged a record since the one before. */
  rejections: number
  /** `LogDispatcher.#acknowledged` at the last attempt. */
  acknowledgedBefore: number
}

interface PendingBatch {
  readonly number: number
  /** Records that are not yet delivered. */
  left: number
}

/** Delivers the records of durable batches, in order of their numbers. */
export class LogDispatcher {
  readonly #options: LogDispatcherOptions
  readonly #destination: GuardedDestination
  /** Batches with records that are not yet delivered, in order. */
  readonly #batches: PendingBatch[] = []
  /** Records by key, in order; the first is in flight, ready, or waits for its next attempt. */
  readonly #queues = new TransientMap<string, PendingRecord[]>()
  readonly #ready: PendingRecord[] = []
  readonly #asleep = new Set<{ stop(): void }>()
  #held = 0
  #inFlight = 0
  /** Number of acknowledged records. */
  #acknowledged = 0
  /** Number of the last batch that was read. */
  #read: number
  /** All batches up to this number are delivered. */
  #deliveredBatch: number
  #committedBatch: number | undefined
  #committing: Promise<void> | undefined
  #isReading = false
  /** Reading has stopped because as many decisions are held as may be. */
  #isFull = false
  #isStopped = false
  #idle = Promise.withResolvers<void>()

  constructor(options: LogDispatcherOptions) {
    this.#options = options
    const { route, feed, committedBatch, after, onReport } = options
    this.#destination = new GuardedDestination(route.destination, {
      name: this.#name,
      timeoutMs: route.timeoutMs,
      after,
      onReport,
    })
    this.#committedBatch = committedBatch
    this.#read = this.#deliveredBatch = committedBatch ?? feed.numbers().last
  }

  get #name(): string {
    const { route, feed } = this.#options
    return `destination '${route.name}' of the ${feed.kind}s`
  }

  /** Every durable record is delivered or waits for its next attempt, and that progress is committed. */
  get isIdle(): boolean {
    const isAtEnd = this.#isFull || this.#options.feed.numbers().last <= this.#read
    return this.#inFlight + this.#ready.length === 0 && isAtEnd && !this.#isReading && this.#committedBatch === this.#deliveredBatch
  }

  /**
   * Starts with the records behind the committed batch. The first start of a log commits the last batch, so later ones are delivered: call it
   * before anything else commits records.
   */
  start(): void {
    this.#saveProgress()
    this.notify()
  }

  /** Further records may be durable. */
  readonly notify = (): void => {
    if (this.#isReading || this.#isStopped) return
    this.#isReading = true
    callSoon(passingErrors(() => this.#readOn(), this.#fail))
  }

  readonly #fail = (error: unknown): void => {
    this.#isStopped = true
    this.#options.onFailure(error)
  }

  /** Starts no more attempts. Resolves when those in flight have ended and that progress is committed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#asleep) timer.stop()
    while (this.#inFlight > 0) {
      await this.#idle.promise
      this.#idle = Promise.withResolvers()
    }
    await this.#destination.close()
    while (this.#committing) await this.#committing
    this.#options.feed.close()
  }

  /** Reads one batch, and the next after other tasks had their turn. */
  #readOn(): void {
    this.#isReading = false
    this.#isFull = this.#held >= this.#options.feed.heldMax
    if (this.#isStopped || this.#isFull) return
    const batch = this.#options.feed.after(this.#read)
    if (!batch) return
    this.#reportGap(batch.number)
    this.#read = batch.number
    this.#hold(batch)
    this.#pump()
    this.notify()
  }

  /** The log forgets decisions by age (`keep`), whether they are delivered or not. */
  #reportGap(number: number): void {
    const { feed, onReport } = this.#options
    if (number > this.#read + 1 && feed.numbers().first === number)
      onReport(`${this.#name}: the log has forgotten ${feed.kind}s that were not yet delivered`)
  }

  #hold({ number, name, records }: LoggedBatch): void {
    const batch: PendingBatch = { number, left: 0 }
    this.#batches.push(batch)
    try {
      for (const { key, body } of records()) {
        const id = `${this.#options.prefix}/${number}.${batch.left++}`
        const pending: PendingRecord = { id, key, body, batch, attempts: 0, rejections: 0, acknowledgedBefore: this.#acknowledged }
        this.#held++
        const queue = this.#queues.get(key)
        if (queue) queue.push(pending)
        else {
          this.#queues.set(key, [pending])
          this.#ready.push(pending)
        }
      }
    } catch (error) {
      this.#options.onReport(`${name} cannot be delivered: ${thrownText(error, 'decoding')}`)
    }
    this.#advance()
  }

  #pump(): void {
    while (!this.#isStopped && this.#inFlight < this.#destination.concurrency && this.#ready.length > 0)
      void this.#deliver(this.#ready.shift()!)
  }

  async #deliver(record: PendingRecord): Promise<void> {
    const { feed, random, after, onReport } = this.#options
    const { id, key, body } = record
    this.#inFlight++
    const outcome = await this.#destination.deliver({ id, key, body, attempt: ++record.attempts })
    this.#inFlight--
    if (outcome.kind === 'acknowledged') this.#acknowledged++
    if (outcome.kind === 'failed' && !outcome.final && !this.#isRejected(record, outcome.retryAfterMs !== undefined)) {
      if (record.attempts === 1) onReport(`${feed.kind} ${id} is delivered again later: ${outcome.why}`)
      const timer = after(backoffMs(record.attempts, random, outcome.retryAfterMs), () => {
        this.#asleep.delete(timer)
        this.#ready.push(record)
        this.#pump()
      })
      this.#asleep.add(timer)
    } else {
      if (outcome.kind === 'failed') onReport(`${feed.kind} ${id} is left out: ${outcome.why}`)
      this.#done(record)
    }
    this.#pump()
    if (this.#isFull) this.notify()
    this.#idle.resolve()
  }

  /** Counts a failed attempt. Have so many failed, while other records were acknowledged, that the destination rejects this record? */
  #isRejected(record: PendingRecord, isPutOff: boolean): boolean {
    if (!isPutOff && this.#acknowledged > record.acknowledgedBefore) record.rejections++
    record.acknowledgedBefore = this.#acknowledged
    return record.rejections >= limits.RECORD_REJECTIONS_MAX
  }

  /** The next record of its key has its turn. */
  #done({ key, batch }: PendingRecord): void {
    const queue = this.#queues.get(key)!
    queue.shift()
    if (queue.length > 0) this.#ready.push(queue[0])
    else this.#queues.delete(key)
    this.#held--
    batch.left--
    this.#advance()
  }

  #advance(): void {
    while (this.#batches[0]?.left === 0) this.#batches.shift()
    const [oldest] = this.#batches
    this.#deliveredBatch = oldest ? oldest.number - 1 : this.#read
    this.#saveProgress()
  }

  #saveProgress(): void {
    if (this.#committedBatch !== this.#deliveredBatch) this.#committing ??= this.#commitProgress()
  }

  /** The progress of some milliseconds shares one commit. The first of a log is committed at once, before further records are durable. */
  async #commitProgress(): Promise<void> {
    try {
      while (this.#committedBatch !== this.#deliveredBatch) {
        if (this.#committedBatch !== undefined) await pause(this.#options.settleMs ?? limits.DECISIONS_SETTLE_MS)
        const batch = this.#deliveredBatch
        await this.#options.commit(batch)
        this.#committedBatch = batch
      }
    } catch {
      // The store has failed, and so has the run: the next one delivers from the committed batch on.
      this.#isStopped = true
    } finally {
      this.#committing = undefined
    }
  }
}
