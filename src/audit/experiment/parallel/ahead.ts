/**
 * Precomputes the columns of plans in other threads while the main thread judges, and their scores where the definitions alone determine
 * them.
 *
 * It changes no value: the main thread computes whatever no thread has started, by the same code over the same history. While it waits for
 * a thread, it computes the next plan itself. The threads run ahead by at most half of `AUDIT_COLUMN_BYTES`.
 */
import { limits } from '../../../base/limits.ts'
import type { Plan } from '../../domain/element.ts'
import { claimsOf, isClaimed, isDone, leave, type Claims } from './claims.ts'
import type { Begin, Done, Job, Made } from './plans-thread.ts'
import { sentCases, sentScoring } from './shared-log.ts'
import type { Threads } from './threads.ts'

/** The owner of the threads: computes a plan itself, and stores the threads' results. */
export interface Here {
  readonly make: (plan: Plan) => Promise<unknown>
  readonly take: (plan: Plan, made: Made) => void
}

/** The results that may wait, of this many bytes each, in half of `AUDIT_COLUMN_BYTES`; 1 to 8. */
export const mostAhead = (bytes: number): number => Math.max(1, Math.min(8, Math.floor(limits.AUDIT_COLUMN_BYTES / 2 / Math.max(1, bytes))))

/** Statistics of the threads' work. */
export interface ThreadWork {
  readonly plans: number
  /** Results that were used. */
  readonly used: number
  /** Plans that failed in a thread but not in the main thread. */
  readonly missed: number
}

export interface AheadOptions {
  /** The maximum number of unused results. */
  readonly most: number
  /** Waits for the threads even where none has started a plan, so that they compute every plan: for tests that compare results. */
  readonly isPatient?: boolean | undefined
}

interface Waiting {
  readonly job: number
  readonly plan: Plan
  readonly promise: Promise<Made | undefined>
  readonly resolve: (made: Made | undefined) => void
}

export class Ahead {
  readonly #owner: Here
  readonly #workers: Threads['workers']
  readonly #claims: Claims
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
    { workers }: Threads,
    { selection, scored, isKept }: Omit<Begin, 'claims'>,
    plans: ReadonlyMap<string, Plan>,
    owner: Here,
    { most, isPatient = false }: AheadOptions,
  ) {
    this.#owner = owner
    this.#workers = workers
    this.#plans = plans.size
    this.#isPatient = isPatient
    for (const [id, plan] of plans) this.#waiting.set(id, { job: this.#waiting.size, plan, ...Promise.withResolvers<Made | undefined>() })
    this.#claims = claimsOf(plans.size, isPatient ? plans.size : most)
    const begin: Begin = { selection: sentCases(selection), scored: sentScoring(scored), isKept, claims: this.#claims }
    // The promise resolves with the result, and nothing else holds it.
    const resolvers = new Map([...this.#waiting.values()].map(({ job, resolve }) => [job, resolve]))
    const { promise, resolve: notifyFirst } = Promise.withResolvers<void>()
    this.first = promise
    const jobs = [...this.#waiting.values()].map(({ job, plan }): Job => ({ number: job, plan: [...plan] }))
    for (const worker of workers) {
      worker.on('message', ({ number, made }: Done) => {
        resolvers.get(number)?.(made)
        resolvers.delete(number)
        notifyFirst()
      })
      // The main thread computes the plans of a failed thread.
      worker.on('exit', () => resolvers.forEach(resolve => resolve(undefined)))
      for (const message of [begin, ...jobs]) worker.postMessage(message)
    }
  }

  get work(): ThreadWork {
    return { plans: this.#plans, used: this.#used, missed: this.#missed }
  }

  /**
   * Called before a plan is used: stores the result of a thread, waiting for it if started. The main thread computes a plan that no thread
   * has started.
   */
  async bring(id: string): Promise<void> {
    const waitingPlan = this.#waiting.get(id)
    if (!waitingPlan) return
    this.#waiting.delete(id)
    if (!this.#isPatient) {
      if (isClaimed(this.#claims, waitingPlan.job)) return void (await this.#computeHere(waitingPlan.plan))
      while (!isDone(this.#claims, waitingPlan.job) && (await this.#computeNext()));
    }
    // A thread keeps the process alive only while its result is awaited.
    for (const worker of this.#workers) worker.ref()
    const result = await waitingPlan.promise
    for (const worker of this.#workers) worker.unref()
    leave(this.#claims)
    if (!result) {
      if (this.#isPatient && (await this.#computeHere(waitingPlan.plan))) this.#missed++
      return
    }
    this.#used++
    this.#owner.take(waitingPlan.plan, result)
  }

  /** Computes the next plan that no thread has started; false if there is none. */
  async #computeNext(): Promise<boolean> {
    for (const [id, { job, plan }] of this.#waiting) {
      if (!isClaimed(this.#claims, job)) continue
      this.#waiting.delete(id)
      await this.#computeHere(plan)
      return true
    }
    return false
  }

  /** False if it fails; the request for the plan then reports the error. */
  #computeHere(plan: Plan): Promise<boolean> {
    return this.#owner.make(plan).then(
      () => true,
      () => false,
    )
  }
}
