/** What a run does in one turn: some of what is to be decided, then the ticks that are due, then what has come in; each is a commit. */
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { DECIDED } from '../../log/decided.ts'
import type { Mark } from '../../log/segment.ts'
import type { Awaiting } from '../ingest/pending-replies.ts'
import type { Committing } from './committer.ts'
import { progressText } from '../decide/decision-queue.ts'
import type { Inbox, Submitted } from '../ingest/inbox.ts'
import { TICKED } from '../recovery/opening.ts'
import type { Parts } from './run-parts.ts'

export interface TurnsOptions {
  readonly parts: Parts
  readonly inbox: Inbox
  readonly awaiting: Awaiting
  readonly committing: Committing
  readonly onReport: ((report: string) => void) | undefined
}

export class Turns {
  readonly #parts: Parts
  readonly #options: TurnsOptions
  /** The ids of a source are at their limit: what waits is not taken until time has passed. */
  #isHeld = false
  /** As it was found last. */
  #wasHeld = false
  /** It was said that records with new texts are rejected. */
  #saidFull = false
  /** When the turn began, ms by the stopwatch. */
  #began = 0

  constructor(options: TurnsOptions) {
    this.#options = options
    this.#parts = options.parts
  }

  get isHeldBack(): boolean {
    return this.#wasHeld
  }

  /** Time has passed: what is held back may be looked at again. */
  letGo(): void {
    this.#isHeld = false
  }

  /** Is everything taken and decided that may be? What is held back does not count. */
  get isIdle(): boolean {
    const { asked, deciding, batches, trainings } = this.#parts
    return (
      (this.#options.inbox.isEmpty || this.#isHeld) && asked.isEmpty && deciding.isIdle && batches?.hasReady !== true && !trainings.hasReady
    )
  }

  get hasWork(): boolean {
    return !this.isIdle || this.#parts.ticks.isDue(this.#parts.clock)
  }

  /** Throws what a source's records or the pipeline's functions do that cannot be: then whoever sent what was taken is told. */
  take(): void {
    const { ticks, asked, deciding, log, clock, reading, decider, retention, batches, trainings } = this.#parts
    this.#began = stopwatch()
    this.#step()
    const now = Math.max(clock(), reading.at, batches?.notBefore ?? -Infinity, trainings.notBefore)
    const due = ticks.take(now, log.notBefore + decider.live)
    if (due.length > 0) this.#append([], due, now, [[TICKED, String(due.at(-1)!.t)]])
    // Nothing that arrives now may stand before a tick that is due.
    const isBehind = ticks.next < now
    const swaps = isBehind || !batches?.hasReady ? undefined : batches.take(log.end, Math.max(now, log.notBefore))
    if (swaps) this.#append([], swaps.marks, now, swaps.put)
    const promoted = isBehind || !trainings.hasReady ? undefined : trainings.take(log.end, Math.max(now, log.notBefore))
    if (promoted) this.#append([], promoted.marks, now, promoted.put)
    const { came } = asked
    const requests = isBehind ? [] : asked.mark(log.end, Math.max(now, log.notBefore))
    if (requests.length > 0) this.#append([], requests, now, [], came)
    if (!isBehind && deciding.waiting < limits.UNDECIDED_MAX) this.#takeIn(now)
    const forgetting = deciding.isIdle ? retention?.next() : undefined
    if (forgetting) void this.#options.committing.commit(forgetting)
  }

  #takeIn(now: number): void {
    const inputs = this.#taken(now)
    if (inputs.length === 0) return
    const cursors = inputs.flatMap(({ cursor }) => (cursor ? [[`cursor/${cursor[0]}`, cursor[1]] as const] : []))
    try {
      this.#append(inputs, [], now, cursors)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      throw error
    }
  }

  /** What has come in, or nothing as long as ids within `dedupe` leave no room for it: they are never forgotten early. */
  #taken(now: number): Submitted[] {
    const { inbox, onReport } = this.#options
    const wasHeld = this.#wasHeld
    const inputs = inbox.take((source, records) => this.#parts.appender.isFullFor(source, records, now))
    this.#isHeld = this.#wasHeld = inputs.length === 0 && !inbox.isEmpty
    if (this.#isHeld && !wasHeld)
      onReport?.(
        'sources are held back: one has as many ids within its `dedupe` as can be remembered (DEDUPE_IDS_MAX); it goes on as they get older',
      )
    return inputs
  }

  #step(): void {
    const decided = this.#parts.deciding.step()
    if (!decided) return
    const { decisions, effects, progress, times } = decided
    this.#options.awaiting.made(decisions, progress.entry)
    void this.#options.committing.commit({ decisions, effects, put: [[DECIDED, progressText(progress)]] }, { times })
  }

  #sayFull(): void {
    this.#saidFull = true
    this.#options.onReport?.(
      'keys and string features have as many texts as a run keeps (RUN_STRINGS_MAX, RUN_STRINGS_BYTES_MAX): records with new texts are rejected (limit), and those of known keys go on',
    )
  }

  /** `came`: when the first of it did. */
  #append(
    inputs: readonly Submitted[],
    marks: readonly Mark[],
    now: number,
    put: readonly (readonly [string, string | null])[],
    came = inputs[0]?.came ?? this.#began,
  ): void {
    const { appender, deciding, lookup } = this.#parts
    const { awaiting, committing } = this.#options
    const { appended, dead, letters, receipts, late } = appender.take(inputs, marks, now)
    if (!this.#saidFull && dead.some(({ reason }) => reason === 'limit')) this.#sayFull()
    inputs.forEach(({ awaited }, i) => {
      const { sequence, accepted, repeated } = receipts[i]
      if (awaited) awaiting.expect(sequence - accepted, sequence, awaited, repeated)
    })
    const taken = { came, turn: this.#began, appended: stopwatch(), wall: now }
    const decided = appended && deciding.take(appended, appender.stringsOf, taken)
    if (appended) lookup.given(appended.stored)
    if (decided) awaiting.made(decided.decisions, decided.progress.entry)
    const all = decided ? [...put, [DECIDED, progressText(decided.progress)] as const] : put
    const { decisions = [], effects = [], times = [] } = decided ?? {}
    const segment = appended && { segment: appended.stored }
    void committing.commit({ ...segment, decisions, effects, dead, letters, put: all }, { inputs, receipts, late, times, taken })
  }
}
