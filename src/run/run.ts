/**
 * A pipeline that runs: records in, decisions out, and everything that was acknowledged safe on the disk.
 *
 * One loop on one thread. A turn takes what has come in, gives it its place in the log, applies it to the features and decides; segment, decisions,
 * dead letters and the positions of sources are one commit, which a thread of the store's writes while the next turn goes on. Nothing is
 * acknowledged, and no decision is told to anyone, before its commit is durable. Memory is bounded: sources are held back when too much waits.
 */
import { after, pause, soon, stopwatch } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { RecordBatch } from '../intake/batch.ts'
import type { EffectChange } from '../log/effects.ts'
import type { Mark } from '../log/segment.ts'
import type { Receipt } from './appender.ts'
import type { Asking } from './asked.ts'
import { Awaiting } from './awaiting.ts'
import { Commits } from './commits.ts'
import type { Counts } from './counts.ts'
import type { Decider } from './decider.ts'
import { progressText } from './deciding.ts'
import { Inbox, type Cursor, type Submitted } from './inbox.ts'
import { DECIDED } from './memory.ts'
import { TICKED, type Runnable } from './opening.ts'
import { partsOf, type Parts, type RunOptions } from './parts.ts'
import type { LiveAsk, LiveFeatures, LiveRow } from './reading.ts'
import type { RecordedDecision } from './recorded.ts'
import type { Stages } from './stages.ts'

export class Run {
  readonly #options: RunOptions
  readonly #parts: Parts
  readonly #commits: Commits
  readonly #inbox = new Inbox()
  readonly #awaiting = new Awaiting()
  #isDue = false
  /** The ids of a source are at their limit: what waits is not taken until time has passed. */
  #isHeld = false
  /** As it was found last. */
  #wasHeld = false
  /** When the turn began, ms by the stopwatch. */
  #turnAt = 0
  #failure: unknown
  readonly #ended = Promise.withResolvers<void>()

  /** Opens a pipeline over a store and takes its log again. Throws as `partsOf` does. */
  constructor(runnable: Runnable, options: RunOptions) {
    this.#options = options
    this.#parts = partsOf(runnable, options)
    const [onFailed, onEnded] = [(error: unknown) => this.#fail(error), () => this.#schedule()]
    this.#commits = new Commits({ run: this, pipeline: runnable.ir.name, options, parts: this.#parts, onFailed, onEnded })
    this.#ended.promise.catch(() => {})
    if (this.#parts.first) void this.#commits.add(this.#parts.first)
    this.#schedule()
  }

  /** Of this process, since it started. */
  get counts(): Counts {
    return this.#commits.counts
  }

  /** State by group, to be measured. */
  get decider(): Decider {
    return this.#parts.decider
  }

  /** The sequence number of the log's next entry. */
  get end(): number {
    return this.#parts.log.end
  }

  /** Records that wait for their turn. */
  get waiting(): number {
    return this.#inbox.records
  }

  /** Are sources held back until ids within `dedupe` have become older (DEDUPE_IDS_MAX)? */
  get isHeldBack(): boolean {
    return this.#wasHeld
  }

  /** Resolves when the run has ended: stopped, or failed, and then rejects. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /**
   * Gives records to a source; resolves when what became of them is durable. `cursor` is committed with them, so that reading goes on behind them
   * after a crash. `letter` is the dead letter that the batch's one record was (`letter-batch.ts`). Rejects if the run fails: then nothing of them was acknowledged, and they may be sent again.
   */
  submit(source: string, batch: RecordBatch, cursor?: Cursor, letter?: number): Promise<Receipt> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const receipt = this.#inbox.add({ source, batch, cursor, letter })
    this.#schedule()
    return receipt
  }

  /**
   * Asks a model that decides on request. The request takes a place in the log's order, and knows everything before it. Throws `SPILL_INPUT` for fields that are
   * not the request's.
   */
  ask(model: string, fields: unknown): Asking {
    if (this.#failure !== undefined) throw this.#failure
    const asking = this.#parts.asked.add(model, fields)
    this.#schedule()
    return asking
  }

  /** As `ask`, when the decision is durable. */
  request = async (model: string, fields: unknown): Promise<RecordedDecision> => this.ask(model, fields).durable

  /**
   * Gives records to a source whose events are decided on. `decided` resolves as soon as the decisions on them are made, which is before they are durable:
   * `receipt` is that. A record that is none of the log's, a duplicate or refused, has no decision.
   */
  decide(source: string, batch: RecordBatch): { decided: Promise<readonly RecordedDecision[]>; receipt: Promise<Receipt> } {
    const { promise: decided, resolve: onDecided, reject } = Promise.withResolvers<readonly RecordedDecision[]>()
    if (this.#failure !== undefined) return { decided: Promise.reject(this.#failure), receipt: Promise.reject(this.#failure) }
    const receipt = this.#inbox.add({ source, batch, cursor: undefined, onDecided })
    decided.catch(() => {})
    receipt.catch(reject)
    this.#schedule()
    return { decided, receipt }
  }

  /** Features of keys as they are now, all of one moment: as objects, or what `make` makes of each. Throws `SPILL_INPUT` as `Reading` does. */
  features<T = LiveFeatures>(asks: readonly LiveAsk[], make?: (row: LiveRow) => T): T[] {
    if (this.#failure !== undefined) throw this.#failure
    this.#schedule()
    return this.#parts.reading.features(asks, make)
  }

  /** Says what became of effects; resolves when that is durable. */
  async settle(settled: readonly EffectChange[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      await this.#options.store.commit({ settled })
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** Resolves when there is room for more records: at once, or when what waits has become less. */
  room = (): Promise<void> => this.#inbox.room()

  /** Where a source was read up to, as it was committed last. */
  cursor(name: string): string | undefined {
    return this.#options.store.get(`cursor/${name}`)
  }

  /** Resolves when what was submitted is decided and durable, but for what is held back. */
  async quiet(): Promise<void> {
    const { asked, deciding, checkpointer } = this.#parts
    const isQuiet = () => (this.#inbox.isEmpty || this.#isHeld) && asked.isEmpty && this.#commits.inFlight === 0 && deciding.isIdle
    await this.#until(() => isQuiet() && checkpointer.isIdle)
  }

  /** Waits for what was submitted, saves state, and lets go of the store. */
  async stop(): Promise<void> {
    await this.quiet()
    this.#inbox.refuse(new SpillwayError('SPILL_LIMIT', 'the run was stopped while this was held back (DEDUPE_IDS_MAX); send it again'))
    this.checkpoint()
    await this.#until(() => this.#parts.checkpointer.isIdle && this.#commits.inFlight === 0)
    this.keepStages()
    await this.#options.store.close()
    this.#ended.resolve()
  }

  /** Lets the loop turn until something holds, or the run has failed. */
  async #until(holds: () => boolean): Promise<void> {
    while (this.#failure === undefined && !holds()) {
      this.#parts.checkpointer.step()
      await pause(1)
    }
  }

  /** Begins to save state, unless that is going on or nothing has changed. */
  checkpoint(): void {
    this.#parts.checkpointer.begin(this.#parts.log.end)
    this.#parts.checkpointer.step()
  }

  /** What is measured of decisions. */
  get stages(): Stages {
    return this.#parts.stages
  }

  /** Gives the store what was measured of decisions since the last time. */
  keepStages = (): void => this.#commits.keepStages()

  /** Looks whether a tick is due: whoever moves the clock calls it. Returns when the next one is, UTC ms; Infinity without models that tick. */
  tick(): number {
    this.#parts.checkpointer.step()
    this.#isHeld = false
    this.#schedule()
    return this.#parts.ticks.next
  }

  #schedule(): void {
    const isBusy = this.#commits.inFlight >= limits.TURNS_IN_FLIGHT_MAX
    if (this.#isDue || isBusy || this.#failure !== undefined || !this.#hasWork()) return
    this.#isDue = true
    // On a slow disk turns are made some milliseconds apart: what comes in goes on being decided, and does not use up what may be in flight.
    if (this.#commits.inFlight < limits.TURNS_UNPACED) soon(() => this.#turn())
    else after(limits.TURN_PACE_MS, () => this.#turn())
  }

  #hasWork(): boolean {
    return (
      (!this.#inbox.isEmpty && !this.#isHeld) ||
      !this.#parts.asked.isEmpty ||
      !this.#parts.deciding.isIdle ||
      this.#parts.ticks.isDue(this.#parts.clock)
    )
  }

  /** Some of what is to be decided, then the ticks that are due, then what has come in. */
  #turn(): void {
    this.#isDue = false
    this.#turnAt = stopwatch()
    const inputs: Submitted[] = []
    try {
      this.#step()
      const now = Math.max(this.#parts.clock(), this.#parts.reading.at)
      const ticks = this.#parts.ticks.take(now, this.#parts.log.notBefore + this.decider.live)
      if (ticks.length > 0) this.#append([], ticks, now, [[TICKED, String(ticks.at(-1)!.t)]])
      // Nothing that arrives now may stand before a tick that is due.
      const isBehind = this.#parts.ticks.next < now
      const { came } = this.#parts.asked
      const requests = isBehind ? [] : this.#parts.asked.mark(this.#parts.log.end, Math.max(now, this.#parts.log.notBefore))
      if (requests.length > 0) this.#append([], requests, now, [], came)
      if (!isBehind && this.#parts.deciding.waiting < limits.UNDECIDED_MAX) inputs.push(...this.#taken(now))
      if (inputs.length > 0)
        this.#append(
          inputs,
          [],
          now,
          inputs.flatMap(({ cursor }) => (cursor ? [[`cursor/${cursor[0]}`, cursor[1]]] : [])),
        )
      const forgetting = this.#parts.deciding.isIdle ? this.#parts.retention?.next() : undefined
      if (forgetting) void this.#commits.add(forgetting)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#fail(error)
    }
    this.#schedule()
  }

  /** What has come in, or nothing as long as ids within `dedupe` leave no room for it: they are never forgotten early. */
  #taken(now: number): Submitted[] {
    const wasHeld = this.#wasHeld
    const inputs = this.#inbox.take((source, records) => this.#parts.appender.isFullFor(source, records, now))
    this.#isHeld = this.#wasHeld = inputs.length === 0 && !this.#inbox.isEmpty
    if (this.#isHeld && !wasHeld)
      this.#options.onReport?.(
        'sources are held back: one has as many ids within its `dedupe` as can be remembered (DEDUPE_IDS_MAX); it goes on as they get older',
      )
    return inputs
  }

  #step(): void {
    const decided = this.#parts.deciding.step()
    if (!decided) return
    const { decisions, effects, progress, times } = decided
    this.#awaiting.made(decisions, progress.entry)
    void this.#commits.add({ decisions, effects, put: [[DECIDED, progressText(progress)]] }, { times })
  }

  #append(
    inputs: readonly Submitted[],
    marks: readonly Mark[],
    now: number,
    put: readonly (readonly [string, string])[],
    came = inputs[0]?.came,
  ): void {
    const { appended, dead, letters, receipts } = this.#parts.appender.take(inputs, marks, now)
    inputs.forEach(({ onDecided }, i) => {
      const { sequence, accepted } = receipts[i]
      if (onDecided) this.#awaiting.expect(sequence - accepted, sequence, onDecided)
    })
    const taken = { came: came ?? this.#turnAt, turn: this.#turnAt, appended: stopwatch(), wall: now }
    const decided = appended && this.#parts.deciding.take(appended, this.#parts.appender.stringsOf, taken)
    if (appended) this.#parts.lookup.given(appended.stored)
    if (decided) this.#awaiting.made(decided.decisions, decided.progress.entry)
    const all = decided ? [...put, [DECIDED, progressText(decided.progress)] as const] : put
    const { decisions = [], effects = [], times = [] } = decided ?? {}
    const segment = appended && { segment: appended.stored }
    void this.#commits.add({ ...segment, decisions, effects, dead, letters, put: all }, { inputs, receipts, times, taken })
  }

  /** Nothing more is taken: what follows would stand on what is missing. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#inbox.refuse(error)
    this.#parts.asked.refuse(error)
    this.#ended.reject(error)
  }
}
