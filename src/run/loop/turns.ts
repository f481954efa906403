/**
 * The turns of a run. One turn makes some pending decisions, then the due ticks, then appends the received records; each step is a commit.
 */
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { DECIDED } from '../../log/decided.ts'
import type { Mark } from '../../log/segment.ts'
import type { Awaiting } from '../ingest/pending-replies.ts'
import type { Committing } from './committer.ts'
import { progressText } from '../decide/decision-queue.ts'
import type { Inbox, Submitted } from '../ingest/inbox.ts'
import { TICKED } from '../recovery/opening.ts'
import type { TakenAt } from '../decide/stage-times.ts'
import type { Parts } from './run-parts.ts'

export interface TurnsOptions {
  readonly parts: Parts
  readonly inbox: Inbox
  readonly awaiting: Awaiting
  readonly committing: Committing
  readonly onReport: ((report: string) => void) | undefined
}

/** Runs one turn at a time. */
export class Turns {
  readonly #components: Parts
  readonly #options: TurnsOptions
  /** A source has reached its limit of ids, so the inbox waits until time has passed. */
  #isHeld = false
  /** The value of `#isHeld` at the last turn. */
  #wasHeld = false
  /** The report that new texts are rejected was printed. */
  #hasReportedFull = false
  /** Start of the turn, ms by the stopwatch. */
  #turnStart = 0

  constructor(options: TurnsOptions) {
    this.#options = options
    this.#components = options.parts
  }

  get isHeldBack(): boolean {
    return this.#wasHeld
  }

  /** Time has passed: records that are held back may be tried again. */
  letGo(): void {
    this.#isHeld = false
  }

  /** Is everything appended and decided that can be? Records that are held back do not count. */
  get isIdle(): boolean {
    const { asked: requestQueue, deciding: decisionQueue, batches: batchRuns, trainings } = this.#components
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
  take(): void {
    const {
      ticks,
      asked: requestQueue,
      deciding: decisionQueue,
      log,
      clock,
      reading: featureReader,
      decider,
      retention,
      batches: batchRuns,
      trainings,
    } = this.#components
    this.#turnStart = stopwatch()
    this.#decideNext()
    const now = Math.max(clock(), featureReader.at, batchRuns?.notBefore ?? -Infinity, trainings.notBefore)
    const due = ticks.take(now, log.notBefore + decider.live)
    if (due.length > 0) this.#append([], due, now, [[TICKED, String(due.at(-1)!.t)]])
    // No new arrival may precede a due tick.
    const isBehind = ticks.next < now
    const swaps = isBehind || !batchRuns?.hasReady ? undefined : batchRuns.take(log.end, Math.max(now, log.notBefore))
    if (swaps) this.#append([], swaps.marks, now, swaps.put)
    const promotions = isBehind || !trainings.hasReady ? undefined : trainings.take(log.end, Math.max(now, log.notBefore))
    if (promotions) this.#append([], promotions.marks, now, promotions.put)
    const { came: receivedAt } = requestQueue
    const requests = isBehind ? [] : requestQueue.mark(log.end, Math.max(now, log.notBefore))
    if (requests.length > 0) this.#append([], requests, now, [], receivedAt)
    if (!isBehind && decisionQueue.waiting < limits.UNDECIDED_MAX) this.#appendReceived(now)
    const forgetting = decisionQueue.isIdle ? retention?.next() : undefined
    if (forgetting) void this.#options.committing.commit(forgetting)
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
  #drainInbox(now: number): Submitted[] {
    const { inbox, onReport } = this.#options
    const wasHeld = this.#wasHeld
    const inputs = inbox.take((source, records) => this.#components.appender.isFullFor(source, records, now))
    this.#isHeld = this.#wasHeld = inputs.length === 0 && !inbox.isEmpty
    if (this.#isHeld && !wasHeld)
      onReport?.('sources are held back: one has reached the limit of ids within its `dedupe` (DEDUPE_IDS_MAX); it continues as ids expire')
    return inputs
  }

  #decideNext(): void {
    const decided = this.#components.deciding.step()
    if (!decided) return
    const { decisions, effects, progress, times } = decided
    this.#options.awaiting.made(decisions, progress.entry)
    void this.#options.committing.commit({ decisions, effects, put: [[DECIDED, progressText(progress)]] }, { times })
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
    inputs: readonly Submitted[],
    markers: readonly Mark[],
    now: number,
    put: readonly (readonly [string, string | null])[],
    receivedAt = inputs[0]?.came ?? this.#turnStart,
  ): void {
    const { appender, deciding: decisionQueue, lookup } = this.#components
    const { awaiting: pendingReplies, committing: committer } = this.#options
    const { appended, dead: deadLetters, letters: deadLetterChanges, receipts, late } = appender.take(inputs, markers, now)
    if (!this.#hasReportedFull && deadLetters.some(({ reason }) => reason === 'limit')) this.#reportFull()
    inputs.forEach(({ awaited: reply }, i) => {
      const { sequence, accepted, repeated: duplicateEntries } = receipts[i]
      if (reply) pendingReplies.expect(sequence - accepted, sequence, reply, duplicateEntries)
    })
    const turnTimes: TakenAt = { came: receivedAt, turn: this.#turnStart, appended: stopwatch(), wall: now }
    const decided = appended && decisionQueue.take(appended, appender.stringsOf, turnTimes)
    if (appended) lookup.given(appended.stored)
    if (decided) pendingReplies.made(decided.decisions, decided.progress.entry)
    const values = decided ? [...put, [DECIDED, progressText(decided.progress)] as const] : put
    const { decisions = [], effects = [], times = [] } = decided ?? {}
    const segment = appended && { segment: appended.stored }
    void committer.commit(
      { ...segment, decisions, effects, dead: deadLetters, letters: deadLetterChanges, put: values },
      { inputs, receipts, late, times, taken: turnTimes },
    )
  }
}
