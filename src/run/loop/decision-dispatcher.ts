/**
 * Delivers recorded decisions to one destination, at least once each, in order by key.
 *
 * Reads batches of durable decisions in the order in which they were recorded. Decisions of different keys are delivered concurrently, as
 * many as the destination allows; those of one key one after another. A failed delivery is retried until it is acknowledged, or until the
 * destination says that no further attempt can succeed: then the decision is reported and left out, and the log still has it.
 *
 * Invariant: every decision up to the committed batch is delivered or left out. A crash before the commit of a batch delivers the
 * decisions behind it once more, under the same ids. Memory: at most `DECISIONS_HELD_MAX` decisions and one batch.
 */
import { backoffMs, GuardedDestination, type OpenedDestination } from '../../action/index.ts'
import { callSoon, pause, type callAfter, limits, type Random, thrownText } from '../../base/index.ts'
import type { NumberedDecisionBatch, SqliteReader } from '../../log/sqlite/index.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'

/** Collaborators of a decision dispatcher. */
export interface DecisionDispatcherOptions {
  readonly route: OpenedDestination
  /** Prefix of the ids of deliveries, unique to the log: `shop/decisions/LOG`. Called once there is a decision. */
  readonly prefix: () => string
  /** Closed by `stop`. */
  readonly reader: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers' | 'close'>
  /** Number of the batch up to which all were delivered, as committed; undefined if none was committed. */
  readonly committedBatch: number | undefined
  /** Commits the number of the batch up to which all are delivered. */
  readonly commit: (batch: number) => Promise<void>
  readonly random: Random
  readonly after: typeof callAfter
  readonly onReport: (text: string) => void
  /** Decisions in memory beyond which no further batch is read. */
  readonly heldMax?: number
  /** Milliseconds during which delivered batches are gathered into one commit. */
  readonly settleMs?: number
}

interface PendingDecision {
  readonly id: string
  readonly key: string
  readonly body: string
  readonly batch: PendingBatch
  attempts: number
}

interface PendingBatch {
  readonly number: number
  /** Decisions that are not yet delivered. */
  left: number
}

/** Delivers the decisions of durable batches, in order of their numbers. */
export class DecisionDispatcher {
  readonly #options: DecisionDispatcherOptions
  readonly #destination: GuardedDestination
  /** Batches with decisions that are not yet delivered, and those read behind them, in order. */
  readonly #batches: PendingBatch[] = []
  /** Decisions by key, in order; the first is in flight, ready, or waits for its next attempt. */
  readonly #queues = new Map<string, PendingDecision[]>()
  readonly #ready: PendingDecision[] = []
  readonly #asleep = new Set<{ stop(): void }>()
  #held = 0
  #inFlight = 0
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

  constructor(options: DecisionDispatcherOptions) {
    this.#options = options
    const { route, reader, committedBatch, after, onReport } = options
    this.#destination = new GuardedDestination(route.destination, {
      name: `destination '${route.name}' of the decisions`,
      timeoutMs: route.timeoutMs,
      after,
      onReport,
    })
    this.#committedBatch = committedBatch
    this.#read = this.#deliveredBatch = committedBatch ?? reader.decisionNumbers().last
  }

  /** Every durable decision is delivered or waits for its next attempt, and that progress is committed. */
  get isIdle(): boolean {
    const isAtEnd = this.#isFull || this.#options.reader.decisionNumbers().last <= this.#read
    return this.#inFlight + this.#ready.length === 0 && isAtEnd && !this.#isReading && this.#committedBatch === this.#deliveredBatch
  }

  /** Starts with the decisions behind the committed batch. The first start of a log commits the last batch, so later ones are delivered. */
  start(): void {
    this.#saveProgress()
    this.notify()
  }

  /** Further decisions may be durable. */
  readonly notify = (): void => {
    if (this.#isReading || this.#isStopped) return
    this.#isReading = true
    callSoon(() => this.#readOn())
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
    this.#options.reader.close()
  }

  /** Reads one batch, and the next after other tasks had their turn. */
  #readOn(): void {
    this.#isReading = false
    this.#isFull = this.#held >= (this.#options.heldMax ?? limits.DECISIONS_HELD_MAX)
    if (this.#isStopped || this.#isFull) return
    const batch = this.#options.reader.decisionsAfter(this.#read)
    if (!batch) return
    this.#reportGap(batch.number)
    this.#read = batch.number
    this.#hold(batch)
    this.#pump()
    this.notify()
  }

  /** The log forgets decisions by age (`keep`), whether they are delivered or not. */
  #reportGap(number: number): void {
    const { reader, route, onReport } = this.#options
    if (number > this.#read + 1 && reader.decisionNumbers().first === number)
      onReport(`destination '${route.name}' of the decisions: the log has forgotten decisions that were not yet delivered`)
  }

  #hold({ number, model, first, last, bytes }: NumberedDecisionBatch): void {
    const batch: PendingBatch = { number, left: 0 }
    this.#batches.push(batch)
    try {
      const prefix = this.#options.prefix()
      for (const decision of recordedDecisions(bytes)) {
        const [id, key] = [`${prefix}/${number}.${batch.left++}`, JSON.stringify(decision.key)]
        const pending: PendingDecision = { id, key, body: JSON.stringify(decision), batch, attempts: 0 }
        this.#held++
        const queue = this.#queues.get(key)
        if (queue) queue.push(pending)
        else {
          this.#queues.set(key, [pending])
          this.#ready.push(pending)
        }
      }
    } catch (error) {
      this.#options.onReport(`decisions of '${model}' on entries ${first} to ${last} cannot be delivered: ${thrownText(error, 'decoding')}`)
    }
    this.#advance()
  }

  #pump(): void {
    while (!this.#isStopped && this.#inFlight < this.#destination.concurrency && this.#ready.length > 0)
      void this.#deliver(this.#ready.shift()!)
  }

  async #deliver(decision: PendingDecision): Promise<void> {
    const { random, after, onReport } = this.#options
    const { id, key, body } = decision
    this.#inFlight++
    const outcome = await this.#destination.deliver({ id, key, body, attempt: ++decision.attempts })
    this.#inFlight--
    if (outcome.kind === 'failed' && !outcome.final) {
      if (decision.attempts === 1) onReport(`decision ${id} is delivered again later: ${outcome.why}`)
      const timer = after(backoffMs(decision.attempts, random, outcome.retryAfterMs), () => {
        this.#asleep.delete(timer)
        this.#ready.push(decision)
        this.#pump()
      })
      this.#asleep.add(timer)
    } else {
      if (outcome.kind === 'failed') onReport(`decision ${id} is left out: ${outcome.why}`)
      this.#done(decision)
    }
    this.#pump()
    if (this.#isFull) this.notify()
    this.#idle.resolve()
  }

  /** The next decision of its key has its turn. */
  #done({ key, batch }: PendingDecision): void {
    const queue = this.#queues.get(key)!
    queue.shift()
    if (queue.length > 0) this.#ready.push(queue[0])
    else this.#queues.delete(key)
    this.#held--
    batch.left--
    this.#advance()
  }

  #advance(): void {
    while (this.#batches.length > 0 && this.#batches[0].left === 0) this.#deliveredBatch = this.#batches.shift()!.number
    this.#saveProgress()
  }

  #saveProgress(): void {
    if (this.#committedBatch !== this.#deliveredBatch) this.#committing ??= this.#commitProgress()
  }

  /** The progress of some milliseconds shares one commit. */
  async #commitProgress(): Promise<void> {
    try {
      while (this.#committedBatch !== this.#deliveredBatch) {
        await pause(this.#options.settleMs ?? limits.DECISIONS_SETTLE_MS)
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
