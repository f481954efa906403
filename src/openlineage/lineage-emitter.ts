/**
 * Sends OpenLineage events of a run and of its jobs: START, RUNNING with counts, and the end of each.
 *
 * Events of jobs follow from the ledgers beside the log. After each change of a ledger, and at a start, everything is sent that the receiver
 * does not know yet. A run id depends on the log and the record alone, so an event that is sent again changes nothing.
 */
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { callAfter, callEvery, type Clock, limits, wallClock } from '../base/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import { type FolderView, openFolder } from '../operate/index.ts'
import type { RunCounters } from '../run/index.ts'
import { AttemptProgress } from './attempt-progress.ts'
import { EmissionState, type EmittedRun } from './emission-state.ts'
import { EventQueue, type EventQueueOptions, type LineageCounts } from './event-queue.ts'
import { counted, type JobAttemptEvents, jobAttemptsIn, ledgersOf } from './job-attempts.ts'
import { PipelineJobs } from './pipeline-jobs.ts'
import type { LineageTarget } from './receivers.ts'
import { errorFacet, type LineageFacets, type LineageJob, parentFacet, runEventOf, runIdOf, type RunEventType } from './run-event.ts'

/** A run of a pipeline, as far as its events need it. */
export interface ObservedRun {
  readonly counts: RunCounters
  /** Resolves when the run has stopped; rejects when it has failed. */
  readonly ended: Promise<void>
}

/** Inputs of an emitter. */
export interface LineageEmitterOptions extends Partial<Pick<EventQueueOptions, 'after' | 'random' | 'eventsMax' | 'stopMs'>> {
  readonly ir: PipelineIR
  /** The data folder. */
  readonly data: string
  readonly target: LineageTarget
  readonly onReport: (report: string) => void
  readonly clock?: Clock
  /** Interval of RUNNING events, ms. */
  readonly runningEveryMs?: number
}

/** Emits the events of one run of a pipeline. */
export class LineageEmitter {
  readonly #options: LineageEmitterOptions
  readonly #clock: Clock
  readonly #queue: EventQueue
  readonly #jobs: PipelineJobs
  #started: Started | undefined
  /** The first failure of the run. */
  #failure: Error | undefined
  #isStopping = false
  #pendingRead: { stop(): void } | undefined
  #hasReportedError = false

  constructor(options: LineageEmitterOptions) {
    const { ir, data, target, clock = wallClock } = options
    this.#options = options
    this.#clock = clock
    this.#queue = new EventQueue({ ...options, receiver: target.receiver, onRoom: () => this.#attempt(() => this.#sendAttempts(true)) })
    this.#jobs = new PipelineJobs(ir, target.namespace, pathToFileURL(resolve(data)).href)
  }

  get counts(): LineageCounts {
    return this.#queue.counts
  }

  /** Events that wait to be sent. */
  get waiting(): number {
    return this.#queue.waiting
  }

  /** Has the receiver failed since it took the last event? */
  get isFailing(): boolean {
    return this.#queue.isFailing
  }

  /**
   * Begins with the open run: closes earlier runs that have no end, and sends what the receiver does not know of jobs. An error is reported,
   * as all errors of an emitter are: the run goes on without the events.
   */
  start(run: ObservedRun): void {
    this.#attempt(() => this.#start(run))
  }

  #start(run: ObservedRun): void {
    const folder = openFolder(this.#options.data)
    try {
      this.#started = this.#begin(run, folder)
    } catch (error) {
      folder.close()
      throw error
    }
    run.ended.catch((error: Error) => (this.#failure = error))
    this.#emitRun('START', this.#started.emitted.began)
    this.#sendAttempts()
  }

  #begin(run: ObservedRun, folder: FolderView): Started {
    const { data, target, onReport, runningEveryMs = limits.OPENLINEAGE_RUNNING_MS } = this.#options
    const state = new EmissionState(data, folder.logName(), onReport)
    for (const earlier of state.openRuns) this.#close(state, earlier)
    const jobs = [this.#jobs.pipeline(), ...this.#jobs.stages()]
    const emitted = state.begin({ began: this.#clock(), jobs: jobs.map(({ name }) => name), namespace: target.namespace })
    const running = callEvery(runningEveryMs, () => this.#emitRun('RUNNING', this.#clock()))
    return { run, folder, state, emitted, jobs, running, sent: new Map() }
  }

  /** Notifies that a ledger has changed. Changes that follow each other are read once. */
  readonly notify = (): void => {
    if (!this.#started || this.#isStopping) return
    this.#pendingRead ??= callAfter(limits.OPENLINEAGE_LEDGER_MS, () => {
      this.#pendingRead = undefined
      this.#attempt(() => this.#sendAttempts())
    })
  }

  /** Sends the end of the run, once it has ended, and what else waits. Takes `OPENLINEAGE_STOP_MS` at most. */
  async stop(): Promise<void> {
    const started = this.#started
    if (this.#isStopping) return
    this.#isStopping = true
    if (started) {
      this.#pendingRead?.stop()
      started.running.stop()
      this.#attempt(() => this.#sendAttempts())
      const at = this.#clock()
      const error = this.#failure?.message
      const end = error === undefined ? ({ type: 'COMPLETE', at } as const) : ({ type: 'FAIL', at, error } as const)
      started.state.end(started.emitted.number, end)
      this.#emitRun(end.type, at, error === undefined ? {} : errorFacet(error), () => started.state.close(started.emitted.number))
    }
    try {
      await this.#queue.close()
    } finally {
      started?.folder.close()
    }
  }

  /** Does what reads ledgers, which may be damaged, locked or of another version. Only the first error is reported. */
  #attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (!this.#hasReportedError) this.#options.onReport(`OpenLineage events of jobs are missing: ${(error as Error).message}`)
      this.#hasReportedError = true
    }
  }

  /** The ends of an earlier run: the one that it recorded, or ABORT after a crash. */
  #close(state: EmissionState, { number, began, jobs, namespace, end }: EmittedRun): void {
    const { type, at, error } = end ?? { type: 'ABORT', at: this.#clock() }
    const [pipeline] = jobs
    jobs.forEach((name, i) => {
      const runId = runIdOf(state.log, 'run', number, began, name)
      const parent = i === 0 ? {} : parentFacet({ namespace, name: pipeline }, runIdOf(state.log, 'run', number, began, pipeline))
      const facets = { ...parent, ...(error !== undefined && errorFacet(error)) }
      const job: LineageJob = { namespace, name, facets: {}, inputs: [], outputs: [] }
      // Events are sent in order: when the last one is known, all are.
      const onSettled = i === jobs.length - 1 ? () => state.close(number) : undefined
      this.#queue.add(runEventOf({ type, at, runId, facets }, job), { onSettled })
    })
  }

  /** An event of the pipeline and of each stage. */
  #emitRun(type: RunEventType, at: number, more: LineageFacets = {}, onSettled?: () => void): void {
    const { jobs, run } = this.#started!
    jobs.forEach((job, i) => {
      const facets = { ...(i === 0 ? {} : this.#parentFacet()), ...more }
      const last = i === jobs.length - 1 ? onSettled : undefined
      this.#queue.add(runEventOf({ type, at, runId: this.#runIdOf(job), facets }, this.#withCounts(job, run.counts, type)), {
        onSettled: last,
      })
    })
  }

  #runIdOf({ name }: Pick<LineageJob, 'name'>): string {
    const { state, emitted } = this.#started!
    return runIdOf(state.log, 'run', emitted.number, emitted.began, name)
  }

  #parentFacet(): LineageFacets {
    const [pipeline] = this.#started!.jobs
    return parentFacet(pipeline, this.#runIdOf(pipeline))
  }

  /** The stage with its counts since the start: events of a source, decisions of a model. */
  #withCounts(job: LineageJob, { bySource, byModel }: RunCounters, type: RunEventType): LineageJob {
    if (type === 'START') return job
    const { name } = this.#options.ir
    const source = this.#options.ir.sources.find(candidate => job.name === `${name}.ingest.${candidate.name}`)
    if (source) return counted(job, {}, { rowCount: bySource.get(source.name)?.accepted ?? 0 })
    const model = this.#options.ir.models.find(candidate => job.name === `${name}.decide.${candidate.name}`)
    return model ? counted(job, {}, { rowCount: byModel.get(model.name) ?? 0 }) : job
  }

  /** A ledger that was never sent begins now: its earlier attempts are history. */
  #beginLedgers(attempts: ReadonlyMap<string, readonly JobAttemptEvents[]>): void {
    const { state } = this.#started!
    for (const ledger of ledgersOf(this.#options.ir))
      if (state.acknowledged(ledger) === undefined) state.acknowledge(ledger, endedUpTo(attempts.get(ledger) ?? []))
  }

  #attemptsByLedger(): Map<string, JobAttemptEvents[]> {
    return Map.groupBy(jobAttemptsIn(this.#started!.folder, this.#options.ir, this.#jobs), ({ ledger }) => ledger)
  }

  /** Sends all transitions of attempts that were not sent yet; those that the queue has dropped if `isAgain`. */
  #sendAttempts(isAgain = false): void {
    const { state, sent } = this.#started!
    const attemptsByLedger = this.#attemptsByLedger()
    this.#beginLedgers(attemptsByLedger)
    for (const [ledger, attempts] of attemptsByLedger) {
      const progress = sent.get(ledger) ?? new AttemptProgress()
      sent.set(ledger, progress)
      for (const attempt of attempts) {
        const { number, job, began, facets, end } = attempt
        if (number <= (state.acknowledged(ledger) ?? 0)) continue
        const runId = runIdOf(state.log, ledger, number, began)
        const last = progress.get(number)
        const known = isAgain && last === 'dropped' ? undefined : last
        const runFacets = { ...this.#parentFacet(), ...facets }
        if (known === undefined) {
          progress.set(number, 'begun')
          // The end of an attempt says all that its start does.
          const onDropped = () => void (progress.get(number) === 'begun' && progress.set(number, 'dropped'))
          this.#queue.add(runEventOf({ type: 'START', at: began, runId, facets: runFacets }, job), { onDropped })
        }
        if (!end || (known !== undefined && known !== 'begun')) continue
        const ending = { type: end.type, at: end.at ?? this.#clock(), runId, facets: { ...runFacets, ...end.facets } }
        progress.set(number, 'ended')
        this.#queue.add(runEventOf(ending, end.job), {
          onSettled: () => acknowledge(state, ledger, progress, number),
          onDropped: () => progress.set(number, 'dropped'),
        })
      }
    }
  }
}

/** The receiver knows the end of an attempt. The ledger is acknowledged up to the first attempt of which it does not. */
function acknowledge(state: EmissionState, ledger: string, progress: AttemptProgress, number: number): void {
  state.acknowledge(ledger, Math.max(state.acknowledged(ledger) ?? 0, progress.acknowledge(number)))
}

interface Started {
  readonly run: ObservedRun
  readonly folder: FolderView
  readonly state: EmissionState
  readonly emitted: EmittedRun
  /** The pipeline, and its stages. */
  readonly jobs: readonly LineageJob[]
  readonly running: { stop(): void }
  /** By ledger: attempts after those that were acknowledged at the start. */
  readonly sent: Map<string, AttemptProgress>
}

/** The number up to which all attempts have ended. */
function endedUpTo(attempts: readonly JobAttemptEvents[]): number {
  const open = attempts.find(({ end }) => !end)
  return open ? open.number - 1 : attempts.reduce((last, { number }) => Math.max(last, number), 0)
}
