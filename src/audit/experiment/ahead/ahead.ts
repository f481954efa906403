/**
 * Makes what plans are judged by before they are asked for, in other threads, while this one judges: columns of groups, and scores where those are made of definitions alone.
 *
 * It changes no value: what nobody has begun is made where it is asked for, by the same code over the same history. Who waits for a thread makes the next plan meanwhile, so that all are busy. Threads are as far ahead as
 * `AUDIT_COLUMN_BYTES` has room for twice.
 */
import { limits } from '../../../base/limits.ts'
import type { Plan } from '../../element.ts'
import { claimsOf, isClaimed, isDone, leave, type Claims } from './claims.ts'
import type { Begin, Done, Job, Made } from './plans-thread.ts'
import { sentCases, sentScoring } from './sent-log.ts'
import type { Threads } from './threads.ts'

/** Whoever has the threads: makes a plan itself, and keeps what they have made. */
export interface Here {
  readonly make: (plan: Plan) => Promise<unknown>
  readonly take: (plan: Plan, made: Made) => void
}

/** As many as `AUDIT_COLUMN_BYTES` has room for twice, of so many bytes each. */
export const mostAhead = (bytes: number): number => Math.max(1, Math.min(8, Math.floor(limits.AUDIT_COLUMN_BYTES / 2 / Math.max(1, bytes))))

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
  /** Resolves as the first plan comes from a thread. */
  readonly first: Promise<void>
  /** Plans that threads have made and that were used. */
  used = 0

  /** `plans` by what names their inputs; `most`: plans that threads have made and that nobody has asked for. */
  constructor(
    { workers }: Threads,
    { lookedAt, scored, isKept }: Omit<Begin, 'claims'>,
    plans: ReadonlyMap<string, Plan>,
    here: Here,
    most: number,
  ) {
    this.#here = here
    this.#workers = workers
    for (const [id, plan] of plans) this.#waiting.set(id, { job: this.#waiting.size, plan, ...Promise.withResolvers<Made | undefined>() })
    this.#claims = claimsOf(plans.size, most)
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

  /** Before a plan is asked for: takes what a thread has made of it, or is making. What nobody has begun is made here. */
  async bring(id: string): Promise<void> {
    const asked = this.#waiting.get(id)
    if (!asked) return
    this.#waiting.delete(id)
    if (isClaimed(this.#claims, asked.job)) return this.#makeHere(asked.plan)
    while (!isDone(this.#claims, asked.job) && (await this.#makeNext()));
    // A thread keeps the process alive only while somebody waits for it.
    for (const worker of this.#workers) worker.ref()
    const made = await asked.promise
    for (const worker of this.#workers) worker.unref()
    leave(this.#claims)
    if (!made) return
    this.used++
    this.#here.take(asked.plan, made)
  }

  /** Makes the next plan that nobody has begun; false without one. */
  async #makeNext(): Promise<boolean> {
    for (const [id, { job, plan }] of this.#waiting) {
      if (!isClaimed(this.#claims, job)) continue
      this.#waiting.delete(id)
      await this.#makeHere(plan)
      return true
    }
    return false
  }

  /** What cannot be is said to whoever asks for it. */
  async #makeHere(plan: Plan): Promise<void> {
    await this.#here.make(plan).catch(() => {})
  }
}
