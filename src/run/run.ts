/**
 * A pipeline that runs: records in, decisions out, and everything that was acknowledged safe on the disk.
 *
 * One loop on one thread. A turn takes what has come in, gives it its place in the log, applies it to the features and decides; segment, decisions,
 * dead letters and the positions of sources are one commit, which a thread of the store's writes while the next turn goes on. Nothing is
 * acknowledged, and no decision is told to anyone, before its commit is durable. Memory is bounded: sources are held back when too much waits.
 */
import { soon, type Clock } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { columnsLookedAt } from '../decision/reads.ts'
import type { Definitions } from '../decision/scoring.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { RecordBatch } from '../intake/batch.ts'
import type { RowMap } from '../intake/mapping.ts'
import { EventLookup } from '../log/event-lookup.ts'
import { Log } from '../log/log.ts'
import type { Mark } from '../log/segment.ts'
import type { Commit, LogStore, StoredDecisions } from '../log/store.ts'
import { Appender, type Input, type Receipt } from './appender.ts'
import { Decider } from './decider.ts'
import { Deciding, progressOf, progressText } from './deciding.ts'
import { DecisionWriter } from './decision-codec.ts'
import { recover } from './recover.ts'
import { stampClock } from './stamp-clock.ts'
import { Ticks } from './ticks.ts'

/** What a run needs of a pipeline: its IR and the user's functions. */
export interface Runnable extends Definitions {
  readonly fingerprint: string
  readonly maps: ReadonlyMap<string, RowMap>
}

export interface RunOptions {
  readonly store: LogStore
  /** The wall clock that stamps arrivals; by default the machine's, guarded against jumps. */
  readonly clock?: Clock
  readonly partitions?: number
  /** Receives decisions that are durable, in order. What it throws ends the run. */
  readonly onDecisions?: (decisions: readonly StoredDecisions[]) => void
  /** Entries of the log taken again at the start, of all. */
  readonly onProgress?: (entries: number, of: number) => void
}

/** Where a source was read up to, to be committed with what was read. */
export type Cursor = readonly [name: string, value: string]

interface Waiting extends Input {
  readonly cursor: Cursor | undefined
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

export interface RunCounts {
  accepted: number
  duplicates: number
  refused: number
  decisions: number
}

/** Names of the values that stand with the log: how far decisions are recorded, and the last tick. */
const DECIDED = 'decided'
const TICKED = 'ticked'

export class Run {
  readonly strings = new Strings()
  readonly decider: Decider
  /** Of this process, since it started. */
  readonly counts: RunCounts = { accepted: 0, duplicates: 0, refused: 0, decisions: 0 }
  readonly #store: LogStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #lookup: EventLookup
  readonly #appender: Appender
  readonly #deciding: Deciding
  readonly #ticks: Ticks
  readonly #onDecisions: RunOptions['onDecisions']
  readonly #queue: Waiting[] = []
  #waitingRecords = 0
  #inFlight = 0
  #isDue = false
  #failure: unknown
  readonly #ended = Promise.withResolvers<void>()
  #wantsRoom: (() => void)[] = []

  /**
   * Opens a pipeline over a store and takes its log again. Throws `SPILL_DATA` where the log is damaged, `SPILL_SCHEMA` where a source was changed so
   * that its events cannot be read.
   */
  constructor(runnable: Runnable, { store, clock = stampClock(), partitions, onDecisions, onProgress }: RunOptions) {
    const { ir, maps } = runnable
    const { strings } = this
    checkSupported(ir)
    this.#ended.promise.catch(() => {})
    this.#store = store
    this.#clock = clock
    this.#onDecisions = onDecisions
    const lookedAt = columnsLookedAt(ir)
    const isLookedAt = (source: string, column: string) => lookedAt.get(source)?.has(column) === true
    const log = new Log(store, {
      sources: ir.sources,
      stringsOf: (source, column) => this.#appender.stringsOf(source, column),
      ...(partitions !== undefined && { partitions }),
    })
    this.#log = log
    this.#lookup = new EventLookup(store, log.schemas.columnsOf)
    this.decider = new Decider(runnable, strings)
    const from = progressOf(store.get(DECIDED))
    const ids = recover({ ir, log, strings, decider: this.decider, isLookedAt, decided: from.entry, onProgress })
    const writer = new DecisionWriter(runnable.fingerprint, strings)
    this.#deciding = new Deciding({ store, log, decider: this.decider, writer, isLookedAt, strings, from })
    this.#appender = new Appender({ ir, maps, strings, log, lookup: this.#lookup, ids })
    const ticked = store.get(TICKED)
    this.#ticks = new Ticks(this.decider.periods, ticked === undefined ? clock() : Number(ticked))
    if (log.newSchemas.length > 0) void this.#commit({ schemas: log.newSchemas })
    this.#schedule()
  }

  /** The sequence number of the log's next entry. */
  get end(): number {
    return this.#log.end
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
    const { promise, resolve, reject } = Promise.withResolvers<Receipt>()
    this.#queue.push({ source, batch, cursor, letter, resolve, reject })
    this.#waitingRecords += batch.records.length
    this.#schedule()
    return promise
  }

  /** Resolves when there is room for more records: at once, or when what waits has become less. */
  room(): Promise<void> {
    if (this.#waitingRecords < limits.WAITING_RECORDS_MAX || this.#failure !== undefined) return Promise.resolve()
    return new Promise(resolve => this.#wantsRoom.push(resolve))
  }

  /** Where a source was read up to, as it was committed last. */
  cursor(name: string): string | undefined {
    return this.#store.get(`cursor/${name}`)
  }

  /** Waits for what was submitted and lets go of the store. */
  async stop(): Promise<void> {
    while (this.#failure === undefined && (this.#queue.length > 0 || this.#inFlight > 0 || !this.#deciding.isIdle))
      await new Promise<void>(resolve => soon(resolve))
    await this.#store.close()
    this.#ended.resolve()
  }

  /** Looks whether a tick is due: whoever moves the clock calls it. Returns when the next one is, UTC ms; Infinity without models that tick. */
  tick(): number {
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
    return this.#queue.length > 0 || !this.#deciding.isIdle || this.#ticks.isDue(this.#clock)
  }

  /** Some of what is to be decided, then the ticks that are due, then what has come in. */
  #turn(): void {
    this.#isDue = false
    const inputs: Waiting[] = []
    try {
      this.#step()
      const now = this.#clock()
      const ticks = this.#ticks.take(now)
      if (ticks.length > 0) this.#append([], ticks, now, [[TICKED, String(ticks.at(-1)!.t)]])
      if (this.#deciding.waiting < limits.UNDECIDED_MAX) inputs.push(...this.#next())
      if (inputs.length > 0)
        this.#append(
          inputs,
          [],
          now,
          inputs.flatMap(({ cursor }) => (cursor ? [[`cursor/${cursor[0]}`, cursor[1]]] : [])),
        )
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#fail(error)
    }
    this.#schedule()
  }

  #step(): void {
    const decided = this.#deciding.step()
    if (decided) void this.#commit({ decisions: decided.decisions, put: [[DECIDED, progressText(decided.progress)]] })
  }

  #append(inputs: readonly Waiting[], marks: readonly Mark[], now: number, put: readonly (readonly [string, string])[]): void {
    const { appended, dead, letters, receipts } = this.#appender.take(inputs, marks, now)
    const decided = appended && this.#deciding.take(appended, this.#appender.stringsOf)
    if (appended) this.#lookup.given(appended.stored)
    const all = decided ? [...put, [DECIDED, progressText(decided.progress)] as const] : put
    const { decisions = [] } = decided ?? {}
    void this.#commit({ ...(appended && { segment: appended.stored }), decisions, dead, letters, put: all }, inputs, receipts)
  }

  /** What waits, up to a turn's worth. */
  #next(): Waiting[] {
    let records = 0
    let count = 0
    while (count < this.#queue.length && (count === 0 || records + this.#queue[count].batch.records.length <= limits.TURN_RECORDS))
      records += this.#queue[count++].batch.records.length
    this.#waitingRecords -= records
    if (this.#waitingRecords < limits.WAITING_RECORDS_MAX) for (const resolve of this.#wantsRoom.splice(0)) resolve()
    return this.#queue.splice(0, count)
  }

  async #commit(commit: Commit, inputs: readonly Waiting[] = [], receipts: readonly Receipt[] = []): Promise<void> {
    const { decisions = [] } = commit
    // The bytes of decisions go to the store's thread; who listens gets a copy.
    const told = this.#onDecisions ? decisions.map(stretch => ({ ...stretch, bytes: stretch.bytes.slice() })) : []
    const end = this.#log.end
    this.#inFlight++
    try {
      await this.#store.commit(commit)
      this.#lookup.stored(end)
      inputs.forEach(({ resolve }, i) => resolve(receipts[i]))
      this.#count(decisions, receipts)
      if (told.length > 0) this.#onDecisions?.(told)
    } catch (error) {
      for (const { reject } of inputs) reject(error)
      this.#fail(error)
    } finally {
      this.#inFlight--
      this.#schedule()
    }
  }

  #count(decisions: readonly StoredDecisions[], receipts: readonly Receipt[]): void {
    for (const { accepted, duplicates, refused } of receipts) {
      this.counts.accepted += accepted
      this.counts.duplicates += duplicates
      this.counts.refused += refused
    }
    for (const { count } of decisions) this.counts.decisions += count
  }

  /** Nothing more is taken: what follows would stand on what is missing. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const { reject } of this.#queue.splice(0)) reject(error)
    for (const resolve of this.#wantsRoom.splice(0)) resolve()
    this.#ended.reject(error)
  }
}

function checkSupported({ sources, models }: PipelineIR): void {
  const refuse = (what: string) => {
    throw new SpillwayError('SPILL_UNSUPPORTED', `${what}, which a run does not take yet`)
  }
  for (const { name, identity } of sources) if (identity) refuse(`source '${name}' has revisions (identity)`)
  for (const { name, decide } of models) if (decide.kind === 'request') refuse(`model '${name}' decides on request`)
}
