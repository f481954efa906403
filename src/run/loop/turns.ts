/**
 * The turns of a run. One turn makes some pending decisions, then the due ticks, then appends the received records; each step is a commit.
 */
import { stopwatch, limits } from '../../base/index.ts'
import { DECISION_PROGRESS, type LogMarker } from '../../log/index.ts'
import type { PendingReplies } from '../ingest/pending-replies.ts'
import type { Committer } from './committer.ts'
import { progressText } from '../decide/decision-queue.ts'
import type { Inbox, SubmittedRecords } from '../ingest/inbox.ts'
import { TICKED } from '../recovery/open-pipeline.ts'
import type { TurnTimes } from '../decide/stage-times.ts'
import type { RunComponents } from './composition-root.ts'

export interface TurnsOptions {
  readonly components: RunComponents
  readonly inbox: Inbox
  readonly pendingReplies: PendingReplies
  readonly committer: Committer
  readonly onReport: ((report: string) => void) | undefined
}

/** Entries that a turn decides for each waiting entry of the turn before: more than one, so that the queue becomes shorter under any load. */
const DECIDED_A_TURN = 2

/** Runs one turn at a time. */
export class Turns {
  readonly #components: RunComponents
  readonly #options: TurnsOptions
  /** A source has reached its limit of ids, so the inbox waits until time has passed. */
  #isHeld = false
  /** The value of `#isHeld` at the last turn. */
  #wasHeld = false
  /** The report that new texts are rejected was printed. */
  #hasReportedFull = false
  /** Start of the turn, ms by the stopwatch. */
  #turnStart = 0
  /** Entries that were appended since `#decideWaiting`, and wait. */
  #newWaiting = 0
  /** The first undecided entry. */
  #undecidedFrom = 0

  constructor(options: TurnsOptions) {
    this.#options = options
    this.#components = options.components
  }

  get isHeldBack(): boolean {
    return this.#wasHeld
  }

  /** Time has passed: records that are held back may be tried again. */
  releaseHold(): void {
    this.#isHeld = false
  }

  /** Is everything appended and decided that can be? Records that are held back do not count. */
  get isIdle(): boolean {
    const { requests: requestQueue, decisionQueue, batchRuns, trainings } = this.#components
    return (
      (this.#options.inbox.isEmpty || this.#isHeld) &&
      requestQueue.isEmpty &&
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
    const {
      ticks,
      requests: requestQueue,
      decisionQueue,
      log,
      clock,
      featureReader,
      decider,
      retention,
      batchRuns,
      trainings,
      jobClock,
    } = this.#components
    this.#turnStart = stopwatch()
    this.#decideWaiting()
    const now = Math.max(clock(), featureReader.readAt, jobClock.notBefore)
    const due = ticks.advance(now, log.notBefore + decider.live)
    if (due.length > 0) this.#append([], due, now, [[TICKED, String(due.at(-1)!.t)]])
    // No new arrival may precede a due tick.
    const isBehind = ticks.next < now
    const swaps = isBehind || !batchRuns?.hasReady ? undefined : batchRuns.swapMarkers(log.end, Math.max(now, log.notBefore))
    if (swaps) this.#append([], swaps.marks, now, swaps.put)
    const promotions = isBehind || !trainings.hasReady ? undefined : trainings.promotionMarkers(log.end, Math.max(now, log.notBefore))
    if (promotions) this.#append([], promotions.marks, now, promotions.put)
    const { oldestAt: receivedAt } = requestQueue
    const requests = isBehind ? [] : requestQueue.mark(log.end, Math.max(now, log.notBefore))
    if (requests.length > 0) {
      const isNext = decisionQueue.isIdle
      this.#append([], requests, now, [], receivedAt)
      // The entries that this turn receives do not have to wait then.
      if (isNext) this.#decide(DECIDED_A_TURN * requests.length)
    }
    if (!isBehind && decisionQueue.waitingEntries < limits.UNDECIDED_MAX) this.#appendReceived(now)
    const forgetting = decisionQueue.isIdle ? retention?.nextCommit() : undefined
    if (forgetting) void this.#options.committer.commit(forgetting)
  }

  #appendReceived(now: number): void {
    const inputs = this.#drainInbox(now)
    if (inputs.length === 0) return
    const cursors = inputs.flatMap(({ cursor }) => (cursor ? [[`cursor/${cursor[0]}`, cursor[1]] as const] : []))
    try {
      this.#append(inputs, [], now, cursors)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      throw error
    }
  }

  /** The inputs of this turn; none while ids within `dedupe` leave no room for them, since ids are never forgotten early. */
  #drainInbox(now: number): SubmittedRecords[] {
    const { inbox, onReport } = this.#options
    const wasHeld = this.#wasHeld
    const inputs = inbox.drain((source, records) => this.#components.appender.isFullFor(source, records, now))
    this.#isHeld = this.#wasHeld = inputs.length === 0 && !inbox.isEmpty
    if (this.#isHeld && !wasHeld)
      onReport?.('sources are held back: one has reached the limit of ids within its `dedupe` (DEDUPE_IDS_MAX); it continues as ids expire')
    return inputs
  }

  /** Decides what waits: one step at least. */
  #decideWaiting(): void {
    const quota = DECIDED_A_TURN * this.#newWaiting
    this.#newWaiting = 0
    this.#decide(quota)
  }

  /** Decides steps of what waits, until `quota` entries or decisions are done. */
  #decide(quota: number): void {
    for (let left = Math.max(1, quota); left > 0 && !this.#components.decisionQueue.isIdle;) left -= this.#decideNext()
  }

  /** Decides one step. Returns the number of entries, and of decisions of a tick. */
  #decideNext(): number {
    const decided = this.#components.decisionQueue.decideNext()
    if (!decided) return 0
    const { decisions, effects, progress, times } = decided
    this.#options.pendingReplies.reply(decisions, progress.entry)
    void this.#options.committer.commit({ decisions, effects, put: [[DECISION_PROGRESS, progressText(progress)]] }, { times })
    const entries = progress.entry - this.#undecidedFrom
    this.#undecidedFrom = progress.entry
    return Math.max(
      1,
      entries,
      decisions.reduce((sum, { count }) => sum + count, 0),
    )
  }

  #reportFull(): void {
    this.#hasReportedFull = true
    this.#options.onReport?.(
      'the texts of keys and string features have reached their limit (RUN_STRINGS_MAX, RUN_STRINGS_BYTES_MAX): ' +
        'records with new texts are rejected (limit), others are accepted',
    )
  }

  /** `receivedAt`: time of the first input, ms by the stopwatch. */
  #append(
    inputs: readonly SubmittedRecords[],
    markers: readonly LogMarker[],
    now: number,
    put: readonly (readonly [string, string | null])[],
    receivedAt = inputs[0]?.submittedAt ?? this.#turnStart,
  ): void {
    const { appender, decisionQueue, lookup } = this.#components
    const { pendingReplies, committer } = this.#options
    const { appended, deadLetters, deadLetterChanges, receipts, lateEvents: late } = appender.append(inputs, markers, now)
    if (!this.#hasReportedFull && deadLetters.some(({ reason }) => reason === 'limit')) this.#reportFull()
    inputs.forEach(({ reply }, i) => {
      const { sequence, accepted, repeated: duplicateEntries } = receipts[i]
      if (reply) pendingReplies.expect(sequence - accepted, sequence, reply, duplicateEntries)
    })
    const turnTimes: TurnTimes = { receivedAt, startedAt: this.#turnStart, appendedAt: stopwatch(), startedAtUtc: now }
    const decided = appended && decisionQueue.decide(appended, appender.stringsOf, turnTimes)
    if (appended) lookup.addPending(appended.stored)
    if (decided) this.#undecidedFrom = decided.progress.entry
    else this.#newWaiting += appended?.stored.entries ?? 0
    if (decided) pendingReplies.reply(decided.decisions, decided.progress.entry)
    const values = decided ? [...put, [DECISION_PROGRESS, progressText(decided.progress)] as const] : put
    const { decisions = [], effects = [], times = [] } = decided ?? {}
    const segment = appended && { segment: appended.stored }
    void committer.commit(
      { ...segment, decisions, effects, deadLetters, deadLetterChanges, put: values },
      { inputs, receipts, late, times, turnTimes },
    )
  }
}
