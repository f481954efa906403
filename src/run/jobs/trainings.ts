/**
 * The trainings of a run: made when their time has come, beside everything else, and versions promoted by a rule or since somebody says so.
 *
 * As batch runs (`batch-runs.ts`): a training at `at` is begun once the clock has passed it, and its cut is durable before it reads the log. One is made at a time; of those
 * that were missed the last is. What cannot be fitted would fail again on the same events, and is not tried before the next time; what failed otherwise is. Until a
 * version is promoted the last one scores. A promotion is asked for first, durably, and then a mark in the log, committed with what it changes in the registry: a log that is
 * taken again gives the same decisions, and a crash leaves either the version before or the one after.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { Log } from '../../log/log.ts'
import type { Mark } from '../../log/segment.ts'
import type { LogStore } from '../../log/store.ts'
import { checkPromotable, trainedModel } from '../../training/registry/champion.ts'
import { putAsked, type Put } from '../../training/registry/registry.ts'
import type { Asked, Version } from '../../training/registry/version.ts'
import { stoppedError } from '../groups/shutdown.ts'
import type { LookPort } from './drift-job.ts'
import { DriftLooks } from './drift-checks.ts'
import { isFinal, TrainedModel } from './trained-model.ts'
import { Judging } from './challenger-evaluations.ts'
import type { JudgePort } from './challenger-job.ts'
import type { TrainPort } from './training-job.ts'

export interface TrainingsOptions {
  readonly ir: PipelineIR
  readonly store: LogStore
  readonly log: Log
  readonly clock: Clock
  /** Without it nothing is trained, and what was trained is served and promoted. */
  readonly train: TrainPort | undefined
  /** Without it challengers challenge for ever. */
  readonly judge: JudgePort | undefined
  /** Without it nobody looks for drift. */
  readonly look: LookPort | undefined
  /** Is everything decided that the log has? */
  readonly isDecided: () => boolean
  readonly onReport: (report: string) => void
}

interface Wanted extends PromiseWithResolvers<Version> {
  /** When that was, UTC ms: what had arrived by then is learnt from. */
  readonly at: number
  readonly one: TrainedModel
}

export class Trainings {
  readonly #options: TrainingsOptions
  readonly #models: ReadonlyMap<string, TrainedModel>
  readonly #looks: DriftLooks
  readonly #judging: Judging
  readonly #stopping = new AbortController()
  #notBefore: number
  /** Asked for beside the schedule, and not begun. */
  #wanted: Wanted[] = []
  #running: Promise<void> | undefined
  /** Told when a promotion waits for a turn. */
  onReady: () => void = () => {}

  constructor(options: TrainingsOptions) {
    const { ir, store } = options
    this.#options = options
    this.#looks = new DriftLooks(options)
    this.#judging = new Judging({ ...options, taken: taken => this.#taken(taken) })
    this.#models = new Map(ir.models.flatMap(({ name, train }) => (train ? [[name, new TrainedModel(ir, name, store)]] : [])))
    this.#notBefore = Math.max(-Infinity, ...this.#all.map(({ latest }) => latest)) + 1
  }

  /** What is appended is stamped this at least, UTC ms: later than what trainings, and looks at challengers, are of, so that these stay a function of what had arrived by then. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** What an earlier process was making when it ended is made no further. */
  left(): Put[] {
    return this.#all.flatMap(one => one.brokenOff())
  }

  /** Does a promotion wait for a turn? */
  get hasReady(): boolean {
    return this.#all.some(({ asking }) => asking.waiting !== undefined)
  }

  get #all(): TrainedModel[] {
    return [...this.#models.values()]
  }

  /** Looks whether a training is due, unless one is being made. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || !this.#options.train) return
    const next = this.#next(Math.max(this.#options.clock(), this.#notBefore))
    if (next) this.#running = next().finally(() => (this.#running = undefined))
  }

  /** Is every training, and every look, that was due or asked for by then, UTC ms, made? What failed is tried again at its time, and not waited for; nor is anything once it stops. */
  isMadeBy(t: number): boolean {
    if (this.#stopping.signal.aborted || !this.#options.train) return true
    return (
      !this.hasReady &&
      this.#wanted.length === 0 &&
      this.#all.every(one => one.retry.isWaiting(this.#options.clock()) || !this.#isDue(one, t))
    )
  }

  #isDue(one: TrainedModel, t: number): boolean {
    const at = one.dueAt(t - 1)
    return (
      (at > one.at && this.#hasEventsBy(at)) ||
      one.drift?.due !== undefined ||
      this.#judging.due(one, t) !== undefined ||
      this.#looks.due(one, t) !== undefined
    )
  }

  /** What is to be made next, if anything is. */
  #next(now: number): (() => Promise<void>) | undefined {
    const wanted = this.#wanted.find(({ at }) => at < now)
    if (wanted) {
      this.#wanted = this.#wanted.filter(other => other !== wanted)
      return () => this.#make(wanted.one, { why: 'demand', at: wanted.at, began: now }, wanted)
    }
    for (const one of this.#all) {
      const job = this.#judging.due(one, now)
      if (job) {
        this.#stampBehind(job.at)
        return () => this.#judging.make(one, job, this.#stopping.signal)
      }
      if (one.retry.isWaiting(this.#options.clock())) continue
      // What is appended from now on is stamped `now` at least.
      const at = one.dueAt(now - 1)
      if (at > one.at && this.#hasEventsBy(at)) return () => this.#make(one, { why: 'schedule', at, began: now })
      const due = one.drift?.due
      if (due) return () => this.#make(one, { why: 'drift', ...due, began: now })
      const look = this.#looks.due(one, now)
      if (!look) continue
      this.#stampBehind(look.at)
      return () => this.#looks.make(one, look, this.#stopping.signal)
    }
    return undefined
  }

  /**
   * Trains a model beside its schedule, on what has arrived by now. Resolves with the version that came of it, promoted or not; rejects with `SPILL_INPUT` for a model that is
   * not trained, with `SPILL_STOPPED`, and with what it failed with.
   */
  async demand(name: string): Promise<Version> {
    const one = this.#find(name)
    if (!this.#options.train) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run trains no models')
    if (this.#stopping.signal.aborted) throw stoppedError()
    const same = this.#wanted.find(wanted => wanted.one === one)
    const wanted = same ?? { ...Promise.withResolvers<Version>(), at: this.#moment(), one }
    if (!same) this.#wanted.push(wanted)
    return wanted.promise
  }

  /** Lets a version score, 0 for the model's own score; resolves when that is in the log. Rejects with `SPILL_INPUT` for one that cannot, and with `SPILL_STOPPED`. */
  async promote(name: string, version: number, why: string): Promise<void> {
    const one = this.#find(name)
    const { ir, store, clock } = this.#options
    checkPromotable(store, ir, name, version)
    if (this.#stopping.signal.aborted) throw stoppedError()
    const { taken } = await one.asking.ask(async () => {
      checkPromotable(store, ir, name, version)
      if (this.#stopping.signal.aborted) throw stoppedError()
      const asked: Asked = { version, why, at: clock() }
      await store.commit({ put: [putAsked(name, asked)] })
      return { asked }
    })
    await this.#taken(taken)
  }

  /** The run has ended, and no turn takes anything any more. */
  refuse(error: unknown): void {
    for (const { reject } of this.#wanted) reject(error)
    for (const { asking } of this.#all) asking.refuse(error)
  }

  /** The marks that promote what was asked for, and what to commit with them; the first of them becomes entry `entry` of the log, at `t`. */
  take(entry: number, t: number): { readonly marks: Mark[]; readonly put: readonly Put[] } {
    const marks: Mark[] = []
    const put: Put[] = []
    for (const one of this.#all) {
      const taken = one.take(entry + marks.length, t)
      if (!taken) continue
      marks.push(taken.mark)
      put.push(...taken.put)
    }
    return { marks, put }
  }

  /** Stops what is being made; it is begun again by the next start, if it was due. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const { reject } of this.#wanted) reject(stoppedError())
    this.#wanted = []
    await this.#running
    // What is durable already is to be a mark yet.
    for (const { asking } of this.#all) await asking.isFree()
  }

  /** The time of all that the log has by now: what is appended later is stamped behind it, even if the clock stands still or goes back. */
  #moment(): number {
    const { clock, log } = this.#options
    const at = Math.max(clock(), log.notBefore, this.#notBefore)
    this.#stampBehind(at)
    return at
  }

  /** Nothing that is appended from now on had arrived by then. */
  #stampBehind(at: number): void {
    this.#notBefore = Math.max(this.#notBefore, at + 1)
  }

  async #make(one: TrainedModel, of: Pick<Version, 'why' | 'because' | 'at' | 'began'>, wanted?: Wanted): Promise<void> {
    const { ir, store, log, clock, train, onReport } = this.#options
    const { model } = one
    const { at } = of
    this.#stampBehind(at)
    const version = one.begin({ ...of, cut: log.end })
    const { number, cut } = version
    try {
      // Behind everything that was appended so far: once it is durable, so is the cut.
      await store.commit({ put: [one.keep(version)] })
      const training = await train!({ ir, model: model.name, at, cut: cut!, champion: one.champion(store) }, this.#stopping.signal)
      const { made, asked, taken } = await one.asking.ask(async () => {
        const finished = one.finish(version, training, clock())
        await store.commit({ put: finished.put })
        return finished
      })
      one.retry.reset()
      const inLog = asked && this.#taken(taken)
      // Whoever asked for it is told when it scores, if it does.
      wanted?.resolve(inLog ? inLog.then(() => one.version(number)!) : made)
      inLog?.catch(() => {})
    } catch (error) {
      wanted?.reject(this.#stopping.signal.aborted ? stoppedError() : error)
      if (this.#stopping.signal.aborted) {
        await store.commit({ put: one.brokenOff() }).catch(() => {})
        return
      }
      const { message, code } = error as Error & { code?: string }
      if (!wanted) {
        // The same rows would fail again.
        if (isFinal(code)) one.retry.reset()
        else one.retry.failed(clock())
        const again = isFinal(code) ? 'the next is made at its time' : 'it is tried again'
        onReport(
          `the training of model '${model.name}' of ${new Date(at).toISOString()} failed, and ${again}; what scored before still does: ${message}`,
        )
      }
      await store.commit({ put: one.fail(version, error, clock()) }).catch(() => {})
    }
  }

  /** Resolves once a turn has made a mark of it, and that is durable. */
  async #taken(taken: Promise<void>): Promise<void> {
    this.onReady()
    await taken
    // Behind the mark: once it is durable, so is that.
    await this.#options.store.commit({})
  }

  /** Had anything arrived by then that the log has? Of nothing there is nothing to learn. */
  #hasEventsBy(at: number): boolean {
    const { log, store } = this.#options
    const first = store.segmentAt(0)
    return first !== undefined && log.since(at) > first.first
  }

  /** Throws `SPILL_INPUT` for a model that there is not, or that is not trained. */
  #find(name: string): TrainedModel {
    trainedModel(this.#options.ir, name)
    return this.#models.get(name)!
  }
}
