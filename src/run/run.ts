/**
 * A pipeline that runs: records in, decisions out, and everything that was acknowledged safe on the disk.
 *
 * One loop on one thread. A turn takes what has come in, gives it its place in the log, applies it to the features and decides; segment, decisions,
 * dead letters and the positions of sources are one commit, which a thread of the store's writes while the next turn goes on. Nothing is
 * acknowledged, and no decision is told to anyone, before its commit is durable. Memory is bounded: sources are held back when too much waits.
 */
import { pause, soon, type Clock } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import type { RecordBatch } from '../intake/batch.ts'
import type { EventLookup } from '../log/event-lookup.ts'
import type { Log } from '../log/log.ts'
import type { Mark } from '../log/segment.ts'
import type { Commit, LogStore, StoredDecisions } from '../log/store.ts'
import { Asked } from './asked.ts'
import { Appender, type Receipt } from './appender.ts'
import type { Checkpointer } from './checkpointer.ts'
import { Counts } from './counts.ts'
import type { Decider } from './decider.ts'
import { progressText, type Deciding } from './deciding.ts'
import { refuseHalfDone } from './import-record.ts'
import { Inbox, type Cursor, type Submitted } from './inbox.ts'
import { DECIDED, type Memory, type MemoryOptions } from './memory.ts'
import { open, PIPELINE, pipelineText, TICKED, type Runnable } from './opening.ts'
import type { RecordedDecision } from './recorded.ts'
import { Retention } from './retention.ts'
import { stampClock } from './stamp-clock.ts'
import { Ticks } from './ticks.ts'

export interface RunOptions extends MemoryOptions {
  readonly store: LogStore
  /** The wall clock that stamps arrivals; by default the machine's, guarded against jumps. */
  readonly clock?: Clock
  readonly partitions?: number
  /** Receives decisions that are durable, in order. What it throws ends the run. */
  readonly onDecisions?: (decisions: readonly StoredDecisions[]) => void
  /** What is in memory of the log already; made from it unless given. */
  readonly memory?: Memory
}

export class Run {
  readonly strings: Strings
  readonly decider: Decider
  /** Of this process, since it started. */
  readonly counts = new Counts()
  readonly #store: LogStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #lookup: EventLookup
  readonly #appender: Appender
  readonly #deciding: Deciding
  readonly #ticks: Ticks
  readonly #checkpointer: Checkpointer
  readonly #retention: Retention | undefined
  readonly #onDecisions: RunOptions['onDecisions']
  readonly #onReport: (report: string) => void
  readonly #inbox = new Inbox()
  readonly #asked: Asked
  #inFlight = 0
  #isDue = false
  /** The ids of a source are at their limit: what waits is not taken until time has passed. */
  #isHeld = false
  /** As it was found last. */
  #wasHeld = false
  #failure: unknown
  readonly #ended = Promise.withResolvers<void>()

  /**
   * Opens a pipeline over a store and takes its log again. Throws as `open` does, and `SPILL_IMPORT` where an import was broken off.
   */
  constructor(runnable: Runnable, options: RunOptions) {
    const { ir, maps } = runnable
    const { store, clock = stampClock(), keep = Infinity, onDecisions, onReport = () => {} } = options
    refuseHalfDone(store)
    this.#asked = new Asked(ir)
    this.#ended.promise.catch(() => {})
    this.#store = store
    this.#clock = clock
    this.#onDecisions = onDecisions
    this.#onReport = onReport
    const stringsOf = (source: string, column: string) => this.#appender.stringsOf(source, column)
    const { strings, log, lookup, decider, deciding, checkpointer, remembered } = open(runnable, { ...options, stringsOf })
    this.strings = strings
    this.decider = decider
    this.#log = log
    this.#lookup = lookup
    this.#deciding = deciding
    this.#checkpointer = checkpointer
    this.#appender = new Appender({ ir, maps, strings, log, lookup, remembered })
    this.#retention = keep === Infinity ? undefined : new Retention({ ir, store, log, keep })
    const ticked = store.get(TICKED)
    // The first tick ever is not before what is in the log, though the clock has gone back.
    const last = ticked === undefined ? Math.max(clock(), log.notBefore - 1) : Number(ticked)
    this.#ticks = new Ticks(this.decider.periods, last)
    const isFirst = ticked === undefined && this.decider.periods.length > 0
    const definition = pipelineText(runnable)
    const isChanged = store.get(PIPELINE) !== definition
    const put: [string, string][] = [
      ...(isFirst ? [[TICKED, String(last)] as [string, string]] : []),
      ...(isChanged ? [[PIPELINE, definition] as [string, string]] : []),
    ]
    if (log.newSchemas.length > 0 || put.length > 0) void this.#commit({ schemas: log.newSchemas, put })
    this.#schedule()
  }

  /** The sequence number of the log's next entry. */
  get end(): number {
    return this.#log.end
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
   * Asks a model that decides on request; resolves with the decision when it is durable. The request takes a place in the log's order, and knows everything
   * before it. Throws `SPILL_INPUT` for fields that are not the request's.
   */
  async request(model: string, fields: unknown): Promise<RecordedDecision> {
    if (this.#failure !== undefined) throw this.#failure
    const decision = this.#asked.add(model, fields)
    this.#schedule()
    return decision
  }

  /** Resolves when there is room for more records: at once, or when what waits has become less. */
  room(): Promise<void> {
    return this.#inbox.room()
  }

  /** Where a source was read up to, as it was committed last. */
  cursor(name: string): string | undefined {
    return this.#store.get(`cursor/${name}`)
  }

  /** Waits for what was submitted, saves state, and lets go of the store. */
  async stop(): Promise<void> {
    await this.#until(
      () =>
        (this.#inbox.isEmpty || this.#isHeld) &&
        this.#asked.isEmpty &&
        this.#inFlight === 0 &&
        this.#deciding.isIdle &&
        this.#checkpointer.isIdle,
    )
    this.#inbox.refuse(new SpillwayError('SPILL_LIMIT', 'the run was stopped while this was held back (DEDUPE_IDS_MAX); send it again'))
    this.checkpoint()
    await this.#until(() => {
      this.#checkpointer.step()
      return this.#checkpointer.isIdle
    })
    await this.#store.close()
    this.#ended.resolve()
  }

  /** Lets the loop turn until something holds, or the run has failed. */
  async #until(holds: () => boolean): Promise<void> {
    while (this.#failure === undefined && !holds()) {
      this.#checkpointer.step()
      await pause(1)
    }
  }

  /** Begins to save state, unless that is going on or nothing has changed. */
  checkpoint(): void {
    this.#checkpointer.begin(this.#log.end)
    this.#checkpointer.step()
  }

  /** Looks whether a tick is due: whoever moves the clock calls it. Returns when the next one is, UTC ms; Infinity without models that tick. */
  tick(): number {
    this.#checkpointer.step()
    this.#isHeld = false
    this.#schedule()
    return this.#ticks.next
  }

  #schedule(): void {
    const isBusy = this.#inFlight >= limits.TURNS_IN_FLIGHT_MAX
    if (this.#isDue || isBusy || this.#failure !== undefined || !this.#hasWork()) return
    this.#isDue = true
    soon(() => this.#turn())
  }

  #hasWork(): boolean {
    return (!this.#inbox.isEmpty && !this.#isHeld) || !this.#asked.isEmpty || !this.#deciding.isIdle || this.#ticks.isDue(this.#clock)
  }

  /** Some of what is to be decided, then the ticks that are due, then what has come in. */
  #turn(): void {
    this.#isDue = false
    const inputs: Submitted[] = []
    try {
      this.#step()
      const now = this.#clock()
      const ticks = this.#ticks.take(now, this.#log.notBefore + this.decider.live)
      if (ticks.length > 0) this.#append([], ticks, now, [[TICKED, String(ticks.at(-1)!.t)]])
      // Nothing that arrives now may stand before a tick that is due.
      const isBehind = this.#ticks.next < now
      const requests = isBehind ? [] : this.#asked.mark(this.#log.end, Math.max(now, this.#log.notBefore))
      if (requests.length > 0) this.#append([], requests, now, [])
      if (!isBehind && this.#deciding.waiting < limits.UNDECIDED_MAX) inputs.push(...this.#taken(now))
      if (inputs.length > 0)
        this.#append(
          inputs,
          [],
          now,
          inputs.flatMap(({ cursor }) => (cursor ? [[`cursor/${cursor[0]}`, cursor[1]]] : [])),
        )
      const forgetting = this.#deciding.isIdle ? this.#retention?.next() : undefined
      if (forgetting) void this.#commit(forgetting)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#fail(error)
    }
    this.#schedule()
  }

  /** What has come in, or nothing as long as ids within `dedupe` leave no room for it: they are never forgotten early. */
  #taken(now: number): Submitted[] {
    const wasHeld = this.#wasHeld
    const inputs = this.#inbox.take((source, records) => this.#appender.isFullFor(source, records, now))
    this.#isHeld = this.#wasHeld = inputs.length === 0 && !this.#inbox.isEmpty
    if (this.#isHeld && !wasHeld)
      this.#onReport(
        'sources are held back: one has as many ids within its `dedupe` as can be remembered (DEDUPE_IDS_MAX); it goes on as they get older',
      )
    return inputs
  }

  #step(): void {
    const decided = this.#deciding.step()
    if (decided) void this.#commit({ decisions: decided.decisions, put: [[DECIDED, progressText(decided.progress)]] })
  }

  #append(inputs: readonly Submitted[], marks: readonly Mark[], now: number, put: readonly (readonly [string, string])[]): void {
    const { appended, dead, letters, receipts } = this.#appender.take(inputs, marks, now)
    const decided = appended && this.#deciding.take(appended, this.#appender.stringsOf)
    if (appended) this.#lookup.given(appended.stored)
    const all = decided ? [...put, [DECIDED, progressText(decided.progress)] as const] : put
    const { decisions = [] } = decided ?? {}
    void this.#commit({ ...(appended && { segment: appended.stored }), decisions, dead, letters, put: all }, inputs, receipts)
  }

  async #commit(commit: Commit, inputs: readonly Submitted[] = [], receipts: readonly Receipt[] = []): Promise<void> {
    const { decisions = [] } = commit
    // The bytes of decisions go to the store's thread; who listens gets a copy.
    const told = this.#onDecisions ? decisions.map(stretch => ({ ...stretch, bytes: stretch.bytes.slice() })) : []
    const answers = this.#asked.answersIn(decisions)
    const end = this.#log.end
    this.#inFlight++
    try {
      await this.#store.commit(commit)
      this.#lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      this.#asked.answer(answers)
      this.counts.add(decisions, receipts, inputs, commit.dead ?? [])
      if (told.length > 0) this.#onDecisions?.(told)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#fail(error)
    } finally {
      this.#inFlight--
      this.#schedule()
    }
  }

  /** Nothing more is taken: what follows would stand on what is missing. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#inbox.refuse(error)
    this.#asked.refuse(error)
    this.#ended.reject(error)
  }
}
