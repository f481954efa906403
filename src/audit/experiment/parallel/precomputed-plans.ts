/**
 * Precomputes the columns of plans in other threads while the main thread judges, and their scores where the definitions alone determine
 * them.
 *
 * It changes no value: the main thread computes whatever no thread has started, by the same code over the same history. While it waits for
 * a thread, it computes the next plan itself. The threads run ahead by at most half of `AUDIT_COLUMN_BYTES`.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limits, type StrictOmit } from '../../../base/index.ts'
import type { ReplayLog } from '../../../replay/index.ts'
import type { Plan } from '../../domain/element.ts'
import type { AgeTraces } from '../timeline/age-traces.ts'
import type { DecidingModel } from '../timeline/timeline.ts'
import type { PlanThreadData, PlanThreadStart, PlanJobDone, PlanResult } from './plans-thread.ts'
import { createClaims, tryClaim, isDone, releaseResult, sentCases, sentLog, sentScoring, type JobClaims } from './shared-memory.ts'

const file = new URL(`./plans-thread${extname(import.meta.url)}`, import.meta.url)

interface ThreadHistory extends DecidingModel {
  readonly log: ReplayLog
  readonly traces?: AgeTraces | undefined
}

/** Worker threads with a copy of a history. They read it and build its prefix sums before the first request. */
export class PlanThreads {
  readonly workers: readonly Worker[]

  constructor({ ir, model, log, traces = new Map() }: ThreadHistory, count: number) {
    const workerData: PlanThreadData = {
      ir,
      model,
      traces,
      log: sentLog(ir, model, log),
      columnBytes: limits.AUDIT_COLUMN_BYTES / 2 / count,
    }
    this.workers = Array.from({ length: count }, () => new Worker(file, { workerData }))
    for (const worker of this.workers) {
      // The main thread then computes the plan that the thread had started.
      worker.on('error', () => {})
      worker.unref()
    }
  }

  end(): void {
    for (const worker of this.workers) void worker.terminate()
  }
}

/** The owner of the threads: computes a plan itself, and stores the threads' results. */
export interface PlanOwner {
  readonly compute: (plan: Plan) => Promise<unknown>
  readonly store: (plan: Plan, result: PlanResult) => void
}

/** The results that may wait, of this many bytes each, in half of `AUDIT_COLUMN_BYTES`; 1 to 8. */
export const maxUnusedResults = (bytes: number): number =>
  Math.max(1, Math.min(8, Math.floor(limits.AUDIT_COLUMN_BYTES / 2 / Math.max(1, bytes))))

/** Statistics of the threads' work. */
export interface ThreadWork {
  readonly plans: number
  /** Results that were used. */
  readonly used: number
  /** Plans that failed in a thread but not in the main thread. */
  readonly missed: number
}

export interface PrecomputeOptions {
  /** The maximum number of unused results. */
  readonly maxUnused: number
  /** Waits for the threads even where none has started a plan, so that they compute every plan: for tests that compare results. */
  readonly isPatient?: boolean | undefined
}

interface Waiting {
  readonly job: number
  readonly plan: Plan
  readonly promise: Promise<PlanResult | undefined>
  readonly resolve: (result: PlanResult | undefined) => void
}

export class PrecomputedPlans {
  readonly #owner: PlanOwner
  readonly #workers: PlanThreads['workers']
  readonly #claims: JobClaims
  /** Plans not requested yet, by the id of their inputs. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #plans: number
  readonly #isPatient: boolean
  #used = 0
  #missed = 0
  /** Resolves when the first result arrives from a thread. */
  readonly first: Promise<void>

  /** `plans` by the id of their inputs. */
  constructor(
    { workers }: PlanThreads,
    { selection, scored, keepsColumns }: StrictOmit<PlanThreadStart, 'plans' | 'claims'>,
    plans: ReadonlyMap<string, Plan>,
    owner: PlanOwner,
    { maxUnused, isPatient = false }: PrecomputeOptions,
  ) {
    this.#owner = owner
    this.#workers = workers
    this.#plans = plans.size
    this.#isPatient = isPatient
    for (const [id, plan] of plans)
      this.#waiting.set(id, { job: this.#waiting.size, plan, ...Promise.withResolvers<PlanResult | undefined>() })
    this.#claims = createClaims(plans.size, isPatient ? plans.size : maxUnused)
    const start: PlanThreadStart = {
      plans: [...plans.values()],
      selection: sentCases(selection),
      scored: sentScoring(scored),
      keepsColumns,
      claims: this.#claims,
    }
    // The promise resolves with the result, and nothing else holds it.
    const resolvers = new Map([...this.#waiting.values()].map(({ job, resolve }) => [job, resolve]))
    const { promise, resolve: notifyFirst } = Promise.withResolvers<void>()
    this.first = promise
    for (const worker of workers) {
      worker.on('message', ({ job, planResult }: PlanJobDone) => {
        resolvers.get(job)?.(planResult)
        resolvers.delete(job)
        notifyFirst()
      })
      // The main thread computes the plans of a failed thread.
      worker.on('exit', () => resolvers.forEach(resolve => resolve(undefined)))
      worker.postMessage(start)
    }
  }

  get work(): ThreadWork {
    return { plans: this.#plans, used: this.#used, missed: this.#missed }
  }

  /**
   * Called before a plan is used: stores the result of a thread, waiting for it if started. The main thread computes a plan that no thread
   * has started.
   */
  async ensureComputed(id: string): Promise<void> {
    const waitingPlan = this.#waiting.get(id)
    if (!waitingPlan) return
    this.#waiting.delete(id)
    if (!this.#isPatient) {
      if (tryClaim(this.#claims, waitingPlan.job)) return void (await this.#computeHere(waitingPlan.plan))
      while (!isDone(this.#claims, waitingPlan.job) && (await this.#computeNext()));
    }
    // A thread keeps the process alive only while its result is awaited.
    for (const worker of this.#workers) worker.ref()
    const result = await waitingPlan.promise
    for (const worker of this.#workers) worker.unref()
    releaseResult(this.#claims)
    if (!result) {
      if (this.#isPatient && (await this.#computeHere(waitingPlan.plan))) this.#missed++
      return
    }
    this.#used++
    this.#owner.store(waitingPlan.plan, result)
  }

  /** Computes the next plan that no thread has started; false if there is none. */
  async #computeNext(): Promise<boolean> {
    for (const [id, { job, plan }] of this.#waiting) {
      if (!tryClaim(this.#claims, job)) continue
      this.#waiting.delete(id)
      await this.#computeHere(plan)
      return true
    }
    return false
  }

  /** False if it fails; the request for the plan then reports the error. */
  #computeHere(plan: Plan): Promise<boolean> {
    return this.#owner.compute(plan).then(
      () => true,
      () => false,
    )
  }
}
