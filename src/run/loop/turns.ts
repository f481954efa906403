/**
 * The turns of a run. A turn has seven steps, in this order; a step that has work makes at least one commit:
 *
 * 1. Decide on segments that wait, up to a quota of work. They are the oldest, and the queue becomes shorter under any load.
 * 2. Append due ticks. A tick is before every later arrival, so steps 3 to 7 are left out while a tick is due.
 * 3. Append swaps of finished batch results: the entries after them read the new results.
 * 4. Append promotions: the entries after them are scored by the promoted versions.
 * 5. Append decision requests, and decide on them if nothing else waits. They precede the records, so a client does not wait for a load.
 * 6. Append received records, and decide on them if nothing else waits.
 * 7. Forget the beginning of the log (retention), if nothing waits to be decided.
 */
import { assert, limits, stopwatch } from '../../base/index.ts'
import { DECISION_PROGRESS, positionKey, type AppendResult, type Commit, type LogMarker, type NamedWrite } from '../../log/index.ts'
import type { PendingReplies } from '../ingest/pending-replies.ts'
import type { Committer } from './committer.ts'
import { progressText, type DecisionStep } from '../decide/decision-queue.ts'
import type { Inbox, SubmittedRecords } from '../ingest/inbox.ts'
import { TICKED } from '../recovery/open-pipeline.ts'
import type { TurnTimes } from '../decide/stage-times.ts'
import type { RunComponents } from './composition-root.ts'

/** The components that the steps of a turn use. */
type TurnComponents = Pick<
  RunComponents,
  | 'clock'
  | 'jobClock'
  | 'log'
  | 'lookup'
  | 'requests'
  | 'appender'
  | 'decider'
  | 'decisionQueue'
  | 'featureReader'
  | 'ticks'
  | 'batchRuns'
  | 'trainings'
  | 'retention'
  | 'traces'
>

export interface TurnsOptions {
  readonly components: TurnComponents
  readonly inbox: Inbox
  readonly pendingReplies: PendingReplies
  readonly committer: Committer
  readonly onReport: ((report: string) => void) | undefined
}

/** Work (`DecisionStep.work`) of a turn for each entry that began to wait since the turn before: more than one, so that the queue drains. */
const WORK_PER_NEW_ENTRY = 2

/** Are records of sources that have reached their limit of ids held back? `retry`: time has passed since, so ids may have expired. */
type Hold = 'none' | 'held' | 'retry'

/** Runs one turn at a time. */
export class Turns {
  readonly #components: TurnComponents
  readonly #options: TurnsOptions
  #hold: Hold = 'none'
  /** The report that new texts are rejected was printed. */
  #hasReportedFull = false
  /** Start of the turn, ms by the stopwatch. */
  #turnStart = 0
  /** Entries that began to wait since the last `#decideWaiting`. */
  #newWaiting = 0

  constructor(options: TurnsOptions) {
    this.#options = options
    this.#components = options.components
  }

  /** Took the last turn no records, since a source has reached its limit of ids? */
  get isHeldBack(): boolean {
    return this.#hold !== 'none'
  }

  /** Time has passed: records that are held back may be tried again. */
  releaseHold(): void {
    if (this.#hold === 'held') this.#hold = 'retry'
  }

  /** Is everything appended and decided that can be? Records that are held back do not count. */
  get isIdle(): boolean {
    const { requests, decisionQueue, batchRuns, trainings } = this.#components
    return (
      (this.#options.inbox.isEmpty || this.#hold === 'held') &&
      requests.isEmpty &&
      decisionQueue.isIdle &&
      batchRuns?.hasReady !== true &&
      !trainings.hasReady
    )
  }

  get hasWork(): boolean {
    return !this.isIdle || this.#components.ticks.isDue(this.#components.clock)
  }

  /** Runs one turn. Throws exceptions of user functions, after their senders were notified. */
  runTurn(): void {
    const { clock, featureReader, jobClock, ticks } = this.#components
    this.#turnStart = stopwatch()
    this.#decideWaiting()
    // A feature read and the cut of a job include the log up to their times, so no later entry may have a time before them.
    const now = Math.max(clock(), featureReader.readAt, jobClock.notBefore)
    this.#appendTicks(now)
    // More ticks are due than one turn appends, and no arrival at `now` may precede them.
    const isTickDue = ticks.next < now
    if (isTickDue) return
    this.#appendSwaps(now)
    this.#appendPromotions(now)
    this.#appendRequests(now)
    this.#appendRecords(now)
    this.#forget()
  }

  #decideWaiting(): void {
    const quota = WORK_PER_NEW_ENTRY * this.#newWaiting
    this.#newWaiting = 0
    const { decisionQueue } = this.#components
    for (let left = Math.max(1, quota); left > 0 && !decisionQueue.isIdle;) left -= this.#decideNext()
  }

  #appendTicks(now: number): void {
    const { ticks, log, decider } = this.#components
    const due = ticks.advance(now, log.notBefore + decider.longestLiveness)
    if (due.length > 0) this.#appendMarkers(due, now, [[TICKED, String(due.at(-1)!.t)]])
  }

  #appendSwaps(now: number): void {
    const { batchRuns, log } = this.#components
    if (!batchRuns?.hasReady) return
    const swaps = batchRuns.swapMarkers(log.end, this.#stamp(now))
    this.#appendMarkers(swaps.markers, now, swaps.put)
  }

  #appendPromotions(now: number): void {
    const { trainings, log } = this.#components
    if (!trainings.hasReady) return
    const promotions = trainings.promotionMarkers(log.end, this.#stamp(now))
    this.#appendMarkers(promotions.markers, now, promotions.put)
  }

  #appendRequests(now: number): void {
    const { requests, decisionQueue, log } = this.#components
    if (requests.isEmpty) return
    const { oldestAt } = requests
    const isNext = decisionQueue.isIdle
    this.#appendMarkers(requests.mark(log.end, this.#stamp(now)), now, [], oldestAt)
    // All of them now: as long as one waits, the records of this turn have to wait too.
    if (isNext) while (!decisionQueue.isIdle) this.#decideNext()
  }

  #appendRecords(now: number): void {
    if (this.#components.decisionQueue.waitingEntries >= limits.UNDECIDED_MAX) return
    const inputs = this.#drainInbox(now)
    if (inputs.length === 0) return
    try {
      this.#appendInputs(inputs, now)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      throw error
    }
  }

  #forget(): void {
    const { decisionQueue, retention } = this.#components
    const forgetting = decisionQueue.isIdle ? retention?.nextCommit() : undefined
    if (forgetting) void this.#options.committer.commit(forgetting)
  }

  /** The least time that the next entry may have, UTC ms. Each append moves it, so each step computes it. */
  #stamp(now: number): number {
    return Math.max(now, this.#components.log.notBefore)
  }

  /** The inputs of this turn; none while ids within `dedupe` leave no room for them, since ids are never forgotten early. */
  #drainInbox(now: number): SubmittedRecords[] {
    const { inbox, onReport } = this.#options
    const wasHeldBack = this.isHeldBack
    const inputs = inbox.drain((source, records) => this.#components.appender.isFullFor(source, records, now))
    this.#hold = inputs.length === 0 && !inbox.isEmpty ? 'held' : 'none'
    if (this.isHeldBack && !wasHeldBack)
      onReport?.('sources are held back: one has reached the limit of ids within its `dedupe` (DEDUPE_IDS_MAX); it continues as ids expire')
    return inputs
  }

  /** Appends markers, which wait for their decisions, and commits them with `put`. `receivedAt`: as in `TurnTimes`. */
  #appendMarkers(markers: readonly LogMarker[], now: number, put: readonly NamedWrite[], receivedAt = this.#turnStart): void {
    const { appender, decisionQueue, lookup } = this.#components
    const { stored } = appender.appendMarkers(markers)
    const turnTimes = this.#turnTimes(receivedAt, now)
    decisionQueue.wait(stored, turnTimes)
    lookup.addPending(stored)
    this.#newWaiting += stored.entries
    void this.#options.committer.commit({ segment: stored, put }, { turnTimes })
  }

  #appendInputs(inputs: readonly SubmittedRecords[], now: number): void {
    const { pendingReplies, committer } = this.#options
    const { appended, deadLetters, deadLetterChanges, receipts, lateEvents } = this.#components.appender.appendRecords(inputs, now)
    if (!this.#hasReportedFull && deadLetters.some(({ reason }) => reason === 'limit')) this.#reportFull()
    inputs.forEach(({ source, batch, reply }, i) => {
      const { sequence: to, accepted, repeated } = receipts[i]
      const from = to - accepted
      if (reply) pendingReplies.expect(from, to, reply, repeated)
      if (batch.trace) this.#components.traces.add({ kind: 'on', name: source, from, to, context: batch.trace })
    })
    const turnTimes = this.#turnTimes(inputs[0].submittedAt, now)
    const step = appended && this.#decideOrQueue(appended, turnTimes)
    const { put: progress = [], ...decided } = step ? this.#reply(step) : {}
    const put = [...positionWrites(inputs), ...progress]
    void committer.commit(
      { ...(appended && { segment: appended.stored }), ...decided, deadLetters, deadLetterChanges, put },
      { inputs, receipts, lateEvents, times: step?.times ?? [], turnTimes },
    )
  }

  /** Decides on a new segment of records if nothing else waits; otherwise it waits. */
  #decideOrQueue(appended: AppendResult, turnTimes: TurnTimes): DecisionStep | undefined {
    const { appender, decisionQueue, lookup } = this.#components
    const step = decisionQueue.decide(appended, appender.stringsOf, turnTimes)
    lookup.addPending(appended.stored)
    if (!step) this.#newWaiting += appended.stored.entries
    return step
  }

  /** Decides one step of the entries that wait. Returns its `DecisionStep.work`. */
  #decideNext(): number {
    const step = this.#components.decisionQueue.decideNext()
    assert(step !== undefined, 'a queue that is not idle has a next step')
    void this.#options.committer.commit(this.#reply(step), { times: step.times })
    return step.work
  }

  /** Replies to the senders who wait for these decisions. Returns what to commit of the step. */
  #reply({ decisions, effects, progress }: DecisionStep): Pick<Commit, 'decisions' | 'effects' | 'put'> {
    this.#options.pendingReplies.reply(decisions, progress.entry)
    return { decisions, effects, put: [[DECISION_PROGRESS, progressText(progress)]] }
  }

  /** The times of this turn, just after an append. `receivedAt`: time of the first input, ms by the stopwatch. */
  #turnTimes(receivedAt: number, now: number): TurnTimes {
    return { receivedAt, startedAt: this.#turnStart, appendedAt: stopwatch(), startedAtUtc: now }
  }

  #reportFull(): void {
    this.#hasReportedFull = true
    this.#options.onReport?.(
      'the texts of keys and string features have reached their limit (RUN_STRINGS_MAX, RUN_STRINGS_BYTES_MAX): ' +
        'records with new texts are rejected (limit), others are accepted',
    )
  }
}

/** The positions of readers, as values of the log. */
function positionWrites(inputs: readonly SubmittedRecords[]): NamedWrite[] {
  return inputs.flatMap(({ position }): NamedWrite[] => {
    if (!position) return []
    const [name, text] = position
    return [[positionKey(name), text]]
  })
}
