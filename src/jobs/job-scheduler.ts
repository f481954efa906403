/**
 * Runs the jobs of one kind beside the loop of a run: each attempt when it is due or requested, one at a time.
 *
 * The first commit of an attempt follows all earlier entries of the log, so the cut of the attempt is durable before it reads the log. An
 * unfinished attempt of an earlier process comes first, then requests in their order, then due times. A failed attempt is retried after a
 * pause (`Retry`), unless it was requested, was cancelled, or would fail again. A stop ends the attempt; the next process starts it again.
 */
import { SpillwayError } from '../base/index.ts'
import type { CommitWriter, NamedWrite } from '../log/index.ts'
import type { JobClock } from './job-clock.ts'
import type { Retry } from './job-schedule.ts'

/** When and why an attempt starts. */
export interface JobStart {
  readonly why: 'schedule' | 'demand' | 'drift'
  /** As-of time of the attempt, UTC ms. */
  readonly s: number
  /** The reason, where it is no schedule. */
  readonly because?: string
  /** Number of the unfinished attempt that it resumes. */
  readonly resumes?: number
}

/** One job. `R` is the result of its attempts. */
export interface Job<R> {
  readonly name: string
  /** Jobs that fail together share it. */
  readonly retry: Retry
  /** Its attempts wait, although one is due or requested. */
  readonly isBlocked?: boolean
  /** An unfinished attempt of an earlier process that is worth resuming. Changes nothing, as `due`. `now` is UTC ms. */
  unfinished?(now: number): JobStart | undefined
  /** The due attempt, if there is one. */
  due(now: number): JobStart | undefined
  /** Throws if a requested attempt could not start. */
  checkRequest?(): void
  /** Begins an attempt at `began`, UTC ms. */
  begin(start: JobStart, began: number): JobAttempt<R>
}

/** One attempt of a job, which has begun. */
export interface JobAttempt<R> {
  /** Committed before `run`. */
  readonly put: readonly NamedWrite[]
  /** Computes the result and commits it. Rejects when the signal is aborted. */
  run(signal: AbortSignal): Promise<R>
  /** A sentence about the attempt: `the report 'list' failed, and it is tried again`. */
  describe(outcome: string): string
  /** Would the attempt fail again on the same events? */
  isFinal?(error: Error & { readonly code?: string }): boolean
  /** Records the failure. `isFinal`: the attempt is not repeated for the same time. Returns the values to commit. */
  fail(error: Error, isFinal: boolean): readonly NamedWrite[]
  /** Records that a stop of the process ended the attempt. Returns the values to commit. */
  interrupt?(): readonly NamedWrite[]
}

/** Inputs of the scheduler. */
export interface JobSchedulerOptions<R> {
  readonly jobs: readonly Job<R>[]
  readonly clock: JobClock
  readonly store: Pick<CommitWriter, 'commit'>
  /** Values that the first tick commits: the ends of attempts that an earlier process left unfinished. */
  readonly ends?: readonly NamedWrite[]
  /** The error of a request for an unknown job. */
  readonly unknownJob?: (name: string) => Error
  /** Receives failures, in a sentence each. */
  readonly onReport: (report: string) => void
  /** Notified once an attempt has begun, and once it has ended, when its record is durable. */
  readonly onJobChange?: (() => void) | undefined
}

/** The extent of a cancel. */
export interface CancelOptions {
  /** Cancels the attempt in progress alone: a request that waits for the attempt after it goes on. */
  readonly keepsRequest?: boolean
}

interface NextAttempt<R> {
  readonly job: Job<R>
  readonly start: JobStart
  readonly request?: JobRequest<R>
}

interface JobRequest<R> extends PromiseWithResolvers<R> {
  readonly start: JobStart
}

/** The end of an attempt. */
type AttemptEnd = 'done' | 'failed' | 'cancelled'

export class JobScheduler<R> {
  readonly #options: JobSchedulerOptions<R>
  /** Values of the first tick. */
  #ends: readonly NamedWrite[]
  /** Requested attempts that have not started, in order. */
  readonly #requests = new Map<Job<R>, JobRequest<R>>()
  /** The attempt in progress. */
  #running: { readonly job: Job<R>; readonly ended: Promise<AttemptEnd> } | undefined
  /** Ends the latest attempt. */
  #ending = new AbortController()
  /** The error of requests after a stop. */
  #stopError: { readonly error: unknown } | undefined

  constructor(options: JobSchedulerOptions<R>) {
    this.#options = options
    this.#ends = options.ends ?? []
  }

  /** Starts the next attempt, unless one is in progress. */
  tick(): void {
    const { jobs, clock } = this.#options
    this.#commitEnds()
    for (const { retry } of jobs) retry.elapse(clock.wall())
    if (this.#running || this.#stopError) return
    const now = clock.now()
    const next = this.#next(now)
    if (!next) return
    this.#ending = new AbortController()
    const ended = this.#run(next, now, this.#ending.signal).finally(() => (this.#running = undefined))
    this.#running = { job: next.job, ended }
  }

  /** Are all attempts that were due or requested by `t`, UTC ms, done? Retries that wait do not count, nor does anything after a stop. */
  isDoneBy(t: number): boolean {
    if (this.#stopError) return true
    return this.#requests.size === 0 && this.#options.jobs.every(job => job.retry.isWaiting || !job.due(t))
  }

  /**
   * Requests an attempt as of now; it starts as soon as none is in progress. Resolves with its result. Rejects with the error of
   * `unknownJob`, of `checkRequest`, of the stop, or of the attempt, which is not retried.
   */
  async request(name: string): Promise<R> {
    const { jobs, clock, unknownJob } = this.#options
    const job = jobs.find(candidate => candidate.name === name)
    if (!job) throw unknownJob?.(name) ?? new SpillwayError('SPILL_INPUT', `there is no job '${name}'`)
    this.check()
    job.checkRequest?.()
    const request = this.#requests.get(job) ?? { ...Promise.withResolvers<R>(), start: { why: 'demand', s: clock.requestTime() } }
    this.#requests.set(job, request)
    return request.promise
  }

  /** As-of time of the request of a job that has not started, UTC ms. */
  requestTime(name: string): number | undefined {
    return [...this.#requests].find(([job]) => job.name === name)?.[1].start.s
  }

  /** Throws the error of a stop. */
  check(): void {
    if (this.#stopError) throw this.#stopError.error
  }

  /**
   * Cancels the attempt in progress of a job and, unless `keepsRequest`, its request, if there are any. The attempt is recorded as failed,
   * and the job starts again at its next time. Resolves when the attempt has ended: true if a request or an attempt was cancelled; false if
   * there was none, or the attempt ended with a result first.
   */
  async cancel(name: string, { keepsRequest = false }: CancelOptions = {}): Promise<boolean> {
    const request = keepsRequest ? undefined : [...this.#requests].find(([job]) => job.name === name)
    if (request) {
      this.#requests.delete(request[0])
      request[1].reject(cancelledError(name))
    }
    if (this.#running?.job.name !== name) return request !== undefined
    this.#ending.abort()
    return (await this.#running.ended) === 'cancelled' || request !== undefined
  }

  /** Resolves when no attempt is in progress. */
  async idle(): Promise<void> {
    await this.#running?.ended
  }

  /** Rejects requests with `error` from now on, and stops the attempt in progress. Resolves when it has ended. */
  async stop(error: unknown = new SpillwayError('SPILL_STOPPED', 'the jobs were stopped')): Promise<void> {
    this.#stopError ??= { error }
    for (const request of this.#requests.values()) request.reject(error)
    this.#requests.clear()
    this.#ending.abort()
    await this.idle()
  }

  #commitEnds(): void {
    const { store, onReport } = this.#options
    const put = this.#ends
    this.#ends = []
    if (put.length === 0) return
    store
      .commit({ put })
      .catch(({ message }: Error) => onReport(`the end of an unfinished job of an earlier process was not recorded: ${message}`))
  }

  #next(now: number): NextAttempt<R> | undefined {
    const open = this.#options.jobs.filter(job => !job.isBlocked)
    for (const job of open) {
      const start = job.retry.isWaiting ? undefined : job.unfinished?.(now)
      if (start) return { job, start }
    }
    for (const [job, request] of this.#requests) {
      if (job.isBlocked) continue
      this.#requests.delete(job)
      return { job, start: request.start, request }
    }
    for (const job of open) {
      const start = job.retry.isWaiting ? undefined : job.due(now)
      if (start) return { job, start }
    }
    return undefined
  }

  async #run(next: NextAttempt<R>, began: number, signal: AbortSignal): Promise<AttemptEnd> {
    const { store, clock, onJobChange } = this.#options
    const { job, start, request } = next
    clock.cover(start.s)
    let attempt: JobAttempt<R> | undefined
    try {
      attempt = job.begin(start, began)
      await store.commit({ put: attempt.put })
      onJobChange?.()
      signal.throwIfAborted()
      const result = await attempt.run(signal)
      job.retry.reset()
      request?.resolve(result)
      return 'done'
    } catch (error) {
      const isCancelled = signal.aborted && !this.#stopError
      const put = this.#end(next, attempt, isCancelled ? cancelledError(job.name) : (error as Error))
      if (put.length > 0) await store.commit({ put }).catch(() => {})
      return isCancelled ? 'cancelled' : 'failed'
    } finally {
      onJobChange?.()
    }
  }

  /** Ends an attempt without a result; `undefined` for one that could not begin. */
  #end({ job, start, request }: NextAttempt<R>, attempt: JobAttempt<R> | undefined, error: Error): readonly NamedWrite[] {
    const { clock, onReport } = this.#options
    request?.reject(this.#stopError ? this.#stopError.error : error)
    if (this.#stopError) return attempt?.interrupt?.() ?? []
    const isFinal = attempt?.isFinal?.(error) === true || (!request && this.#ending.signal.aborted)
    if (start.why !== 'demand') {
      if (isFinal) job.retry.reset()
      else job.retry.fail(clock.wall())
      const outcome = isFinal ? 'failed, and the next is made at its time' : 'failed, and it is tried again'
      onReport(`${attempt ? attempt.describe(outcome) : `the job '${job.name}' ${outcome}`}: ${error.message}`)
    }
    return attempt?.fail(error, isFinal) ?? []
  }
}

const cancelledError = (name: string): SpillwayError => new SpillwayError('SPILL_CANCELLED', `the job '${name}' was cancelled`)
