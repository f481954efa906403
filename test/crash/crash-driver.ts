/** A pipeline fed by the senders of a case, over one store after another; records all notifications and failures. */
import { computeHere } from '../batch/compute-here.ts'
import { callSoon } from '../../src/base/clock.ts'
import { SpillwayError } from '../../src/base/errors.ts'
import { DECISION_PROGRESS } from '../../src/log/named-values.ts'
import type { LogStore, StoredLog } from '../../src/log/store.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { parseProgress } from '../../src/run/decide/decision-queue.ts'
import { RunMemory } from '../../src/run/recovery/run-state.ts'
import { recordedDecisions } from '../../src/run/decide/recorded-decision.ts'
import { Run } from '../../src/run/loop/run.ts'
import { NUMBER, type Ask } from './asks.ts'
import { runnable, type CrashCase } from './case.ts'
import { withEra, type Era } from './eras.ts'
import { decisionKey } from './inspect.ts'
import type { Disk } from './model-store.ts'
import { TrainingDriver, type Promote } from './training-driver.ts'
import { Sender } from './sender.ts'
import { turns } from './turns.ts'

const DRAIN_BATCH = 50
const TRAINED_BATCH = 3
/** Clock steps of a case with trainings after everything is sent. */
const RESTS = 4

export class CrashDriver {
  readonly of: CrashCase
  /** Published decisions, by `decisionKey`. */
  readonly published = new Map<string, string>()
  /** Published effects, by id. */
  readonly publishedEffects = new Map<string, string>()
  /** Decisions that answered requests, by request number. */
  readonly answers = new Map<number, string>()
  /** Numbers of requested batch runs that were reported in use. */
  readonly batchRuns: number[] = []
  /** Acknowledged and lost. */
  readonly lost: string[] = []
  /** Failed recoveries and runs. */
  readonly broken: string[] = []
  /** Trainings and promotions, for cases that have them. */
  readonly promoting: TrainingDriver | undefined
  /** Definitions in force, by log position. */
  eras: readonly Era[] = []
  run: Run | undefined
  #store: LogStore | undefined
  /** The pipeline of the next process. */
  #ir: PipelineIR
  readonly #senders: readonly Sender[]
  #now: number
  /** Unanswered requests of the run. */
  #asks = new Set<number>()
  /** The wall clock is at least this until the log is, so that no sent record comes from the future. */
  #due = -Infinity

  /** Continues from another driven pipeline, with its notifications. */
  constructor(of: CrashCase, from?: CrashDriver) {
    this.of = of
    this.#ir = of.ir
    this.eras = from?.eras ?? []
    this.#senders = of.feeds.map((feed, i) => new Sender(feed, from && from.#senders[i]))
    this.#now = from ? from.#now : Math.min(...of.feeds.map(({ records }) => records[0]?.at ?? 0))
    this.#due = from ? from.#due : -Infinity
    for (const [key, text] of from?.published ?? []) this.published.set(key, text)
    for (const [id, text] of from?.publishedEffects ?? []) this.publishedEffects.set(id, text)
    this.batchRuns.push(...(from?.batchRuns ?? []))
    this.promoting = of.trainings && new TrainingDriver(of.trainings, message => this.broken.push(message), from?.promoting)
  }

  get left(): number {
    return this.#senders.reduce((sum, { left }) => sum + left, 0)
  }

  change(to: number): void {
    this.#ir = this.of.changed?.[to] ?? this.of.ir
  }

  moveClock(by: number): void {
    this.#now += by
  }

  /** Moves the clock to that of another driver, unless it is later: time goes on, whatever is lost. */
  catchUpClock(other: CrashDriver): void {
    this.#now = Math.max(this.#now, other.#now)
    this.#due = Math.max(this.#due, other.#due)
  }

  send(feed: number, count: number): void {
    const records = this.run ? this.#senders[feed].send(this.run, count) : []
    for (const { at } of records) this.#due = Math.max(this.#due, at)
    // Trainings are due by this clock, which differs from the log's only at first.
    if (this.promoting) this.#now = Math.max(this.#now, this.#due)
  }

  async ask({ model, fields, row }: Ask): Promise<void> {
    const number = Number(row[NUMBER.name])
    const asks = this.#asks
    asks.add(number)
    try {
      const decision = await this.run?.request(model, fields)
      this.answers.set(number, JSON.stringify(decision))
      asks.delete(number)
    } catch (error) {
      if (!isStoreError(error)) this.broken.push(`a request was rejected: ${textOf(error)}`)
    }
  }

  /**
   * Requests a batch run. It stays unanswered if the process stops or fails; it is rejected for a group without batch runs, or whose source
   * has no events yet.
   */
  async demand(group: string): Promise<void> {
    try {
      const run = await this.run?.batch(group)
      if (run) this.batchRuns.push(run.number)
    } catch (error) {
      if (
        !isStoreError(error) &&
        !isOneOf(error, ['SPILL_STOPPED', 'SPILL_INPUT', 'SPILL_NOT_FOUND', 'SPILL_PRECONDITION', 'SPILL_CANCELLED', 'SPILL_UNSUPPORTED'])
      )
        this.broken.push(`a batch run on demand failed: ${textOf(error)}`)
    }
  }

  /** Requests a training. */
  train(model: string): void {
    void this.promoting?.train(this.run, model)
  }

  promote(step: Promote): void {
    if (this.#store) void this.promoting?.promote(this.run, this.#store, step)
  }

  /** The disk after a process, and after the commands that run before the next one. */
  between(disk: Disk): Disk {
    return this.promoting?.commanded(disk, this.#ir) ?? disk
  }

  /** The memory of a process that gets ready beside this one; unchanged if that fails. */
  ready(store: LogStore, before: RunMemory | undefined): RunMemory | undefined {
    try {
      const memory = before ?? new RunMemory(runnable(this.#ir), store, { keep: this.of.keep, hasRuns: this.of.runs !== undefined })
      memory.catchUp(store)
      return memory
    } catch (error) {
      this.broken.push(`getting ready failed: ${textOf(error)}`)
      return before
    }
  }

  /** Opens the store and continues with the memory of the process that got ready. `log`: the same store as trainings read it. */
  start(store: LogStore, memory?: RunMemory, log?: StoredLog): void {
    this.run = undefined
    this.#store = store
    this.#asks = new Set()
    try {
      const from = parseProgress(store.get(DECISION_PROGRESS))
      const run = new Run(runnable(this.#ir), {
        store,
        clock: () => this.#clock(store),
        // With a time limit, the contents of a turn would depend on the machine, and a case on more than its seed.
        paceAfter: (_ms, act) => callSoon(act),
        partitions: this.of.partitions,
        keep: this.of.keep,
        ...(memory && { memory }),
        ...(this.of.runs && { compute: computeHere(store, this.of.runs.partitions), runsKept: this.of.runs.kept }),
        ...(log && this.promoting?.portsOver(log)),
        onDecisions: stretches => {
          for (const { bytes } of stretches)
            for (const decision of recordedDecisions(bytes)) this.published.set(decisionKey(decision), JSON.stringify(decision))
        },
        onEffects: effects => {
          for (const effect of effects) this.publishedEffects.set(effect.id, JSON.stringify(effect))
        },
      })
      run.ended.catch((error: unknown) => {
        if (!isStoreError(error)) this.broken.push(`a run failed: ${textOf(error)}`)
      })
      this.run = run
      this.eras = withEra(this.eras, this.#ir, from)
      for (const sender of this.#senders) this.lost.push(...sender.resume(run))
    } catch (error) {
      this.broken.push(`recovery failed: ${textOf(error)}`)
    }
  }

  /** Waits until everything sent is acknowledged, or the run has failed. */
  async settle(): Promise<void> {
    while (this.run && this.broken.length === 0 && this.#senders.some(({ isWaiting }) => isWaiting)) await turns(1)
  }

  /** Sends the rest, over a store without delay, and stops. */
  async finish(): Promise<void> {
    const { run } = this
    if (!run) return
    if (this.promoting) await this.#finishTrained(run, this.promoting)
    for (const [feed, sender] of this.#senders.entries())
      while (sender.left > 0 && this.broken.length === 0) {
        this.send(feed, DRAIN_BATCH)
        await turns()
      }
    run.tick()
    await this.stop()
  }

  /** The rest comes at its times, as do trainings and evaluations of challengers once labels are known. */
  async #finishTrained(run: Run, promoting: TrainingDriver): Promise<void> {
    const next = (): number => {
      const times = this.#senders.map(sender => sender.next?.at ?? Infinity)
      return times.indexOf(Math.min(...times))
    }
    while (this.#senders.some(({ left }) => left > 0) && this.broken.length === 0) {
      this.send(next(), TRAINED_BATCH)
      run.tick()
      await turns()
    }
    for (let rest = 0; rest < RESTS && this.broken.length === 0; rest++) {
      this.moveClock(this.of.trainings!.rest)
      await promoting.rest(run)
      // A tick that has begun and is undecided when the run stops is left to the next run.
      await Promise.race([run.whenIdle(), run.ended])
    }
  }

  /** Stops, over a store without delay. */
  async stop(): Promise<void> {
    const { run } = this
    if (!run) return
    try {
      await Promise.race([run.stop(), run.ended])
      await turns(1)
      for (const request of this.promoting?.unanswered ?? []) this.lost.push(`the run has stopped without an answer to ${request}`)
      for (const number of this.#asks) this.lost.push(`ask ${number} has no answer, and the run that it was put to has stopped`)
      for (const { feed, isWaiting } of this.#senders)
        if (isWaiting) this.lost.push(`source '${feed.source}' was acknowledged less than it sent, and the run has stopped`)
    } catch (error) {
      this.broken.push(`a run did not stop: ${textOf(error)}`)
    }
  }

  #clock(store: LogStore): number {
    const last = store.lastSegment()?.arrival ?? -Infinity
    return last >= this.#due ? this.#now : Math.max(this.#now, this.#due)
  }
}

const isOneOf = (error: unknown, codes: readonly string[]): boolean => error instanceof SpillwayError && codes.includes(error.code)

const isStoreError = (error: unknown): boolean => isOneOf(error, ['SPILL_STORE'])

const textOf = (error: unknown): string =>
  error instanceof SpillwayError && error.code !== 'SPILL_ASSERT'
    ? `${error.code}: ${error.message}`
    : String((error as Error).stack ?? error)
