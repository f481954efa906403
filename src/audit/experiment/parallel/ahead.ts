/**
 * Makes what plans are judged by before they are asked for, in other threads, while this one judges: columns of groups, and scores where those are made of definitions alone.
 *
 * It changes no value: what nobody has begun is made where it is asked for, by the same code over the same history. Who waits for a thread makes the next plan meanwhile, so that all are busy. Threads are as far ahead as
 * `AUDIT_COLUMN_BYTES` has room for twice.
 */
import { limits } from '../../../base/limits.ts'
import type { Plan } from '../../domain/element.ts'
import { claimsOf, isClaimed, isDone, leave, type Claims } from './claims.ts'
import type { Begin, Done, Job, Made } from './plans-thread.ts'
import { sentCases, sentScoring } from './shared-log.ts'
import type { Threads } from './threads.ts'

/** Whoever has the threads: makes a plan itself, and keeps what they have made. */
export interface Here {
  readonly make: (plan: Plan) => Promise<unknown>
  readonly take: (plan: Plan, made: Made) => void
}

/** As many as `AUDIT_COLUMN_BYTES` has room for twice, of so many bytes each. */
export const mostAhead = (bytes: number): number => Math.max(1, Math.min(8, Math.floor(limits.AUDIT_COLUMN_BYTES / 2 / Math.max(1, bytes))))

/** The plans that threads were given, and their results. */
export interface ThreadWork {
  readonly plans: number
  /** Results that were used. */
  readonly used: number
  /** Plans that failed in a thread and not in this one. */
  readonly missed: number
}

export interface AheadOptions {
  /** Results of threads that wait to be used, at most. */
  readonly most: number
  /** Waits for the threads even where none has begun a plan, so that they compute every plan: for tests that compare their results. */
  readonly isPatient?: boolean | undefined
}

interface Waiting {
  readonly job: number
  readonly plan: Plan
  readonly promise: Promise<Made | undefined>
  readonly resolve: (made: Made | undefined) => void
}

export class Ahead {
  readonly #here: Here
  readonly #workers: Threads['workers']
  readonly #claims: Claims
  /** By the id of their inputs, those that were not asked for yet. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #plans: number
  readonly #isPatient: boolean
  #used = 0
  #missed = 0
  /** Resolves as the first plan comes from a thread. */
  readonly first: Promise<void>

  /** `plans` by the name of their inputs. */
  constructor(
    { workers }: Threads,
    { lookedAt, scored, isKept }: Omit<Begin, 'claims'>,
    plans: ReadonlyMap<string, Plan>,
    here: Here,
    { most, isPatient = false }: AheadOptions,
  ) {
    this.#here = here
    this.#workers = workers
    this.#plans = plans.size
    this.#isPatient = isPatient
    for (const [id, plan] of plans) this.#waiting.set(id, { job: this.#waiting.size, plan, ...Promise.withResolvers<Made | undefined>() })
    this.#claims = claimsOf(plans.size, isPatient ? plans.size : most)
    const begin: Begin = { lookedAt: sentCases(lookedAt), scored: sentScoring(scored), isKept, claims: this.#claims }
    // Whoever asks has it then: nothing else keeps what was made.
    const resolving = new Map([...this.#waiting.values()].map(({ job, resolve }) => [job, resolve]))
    const { promise, resolve: begun } = Promise.withResolvers<void>()
    this.first = promise
    const jobs = [...this.#waiting.values()].map(({ job, plan }): Job => ({ number: job, plan: [...plan] }))
    for (const worker of workers) {
      worker.on('message', ({ number, made }: Done) => {
        resolving.get(number)?.(made)
        resolving.delete(number)
        begun()
      })
      // What it had begun is made here.
      worker.on('exit', () => resolving.forEach(resolve => resolve(undefined)))
      for (const message of [begin, ...jobs]) worker.postMessage(message)
    }
  }

  get work(): ThreadWork {
    return { plans: this.#plans, used: this.#used, missed: this.#missed }
  }

  /** Before a plan is asked for: takes what a thread has made of it, or is making. What nobody has begun is made here. */
  async bring(id: string): Promise<void> {
    const asked = this.#waiting.get(id)
    if (!asked) return
    this.#waiting.delete(id)
    if (!this.#isPatient) {
      if (isClaimed(this.#claims, asked.job)) return void (await this.#isMadeHere(asked.plan))
      while (!isDone(this.#claims, asked.job) && (await this.#makeNext()));
    }
    // A thread keeps the process alive only while somebody waits for it.
    for (const worker of this.#workers) worker.ref()
    const made = await asked.promise
    for (const worker of this.#workers) worker.unref()
    leave(this.#claims)
    if (!made) {
      if (this.#isPatient && (await this.#isMadeHere(asked.plan))) this.#missed++
      return
    }
    this.#used++
    this.#here.take(asked.plan, made)
  }

  /** Makes the next plan that nobody has begun; false without one. */
  async #makeNext(): Promise<boolean> {
    for (const [id, { job, plan }] of this.#waiting) {
      if (!isClaimed(this.#claims, job)) continue
      this.#waiting.delete(id)
      await this.#isMadeHere(plan)
      return true
    }
    return false
  }

  /** False if it fails; the caller that asks for the plan gets the error. */
  #isMadeHere(plan: Plan): Promise<boolean> {
    return this.#here.make(plan).then(
      () => true,
      () => false,
    )
  }
}
