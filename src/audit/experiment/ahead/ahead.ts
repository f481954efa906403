/**
 * Computes what plans will read before they are asked for, in other threads, while this one scores and fits.
 *
 * It changes no value: what a thread has not begun is computed where it is asked for, by the same code over the same history. Threads are as far ahead as `AUDIT_COLUMN_BYTES` has room for twice.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limits } from '../../../base/limits.ts'
import { valuesOf } from '../../../define/signatures.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import type { Plan } from '../../element.ts'
import type { GroupColumns } from '../column-cache.ts'
import type { LookedAt } from '../looked-at.ts'
import type { AskedRead, Replays } from '../replays.ts'
import type { Traces } from '../traces.ts'
import type { Decides } from '../world.ts'
import { claimsOf, isClaimed, leave, type Claims } from './claims.ts'
import type { Done, Job, ThreadData } from './columns-thread.ts'
import { sentCases, sentLog } from './sent-log.ts'

const file = new URL(`./columns-thread${extname(import.meta.url)}`, import.meta.url)
const BYTES_A_VALUE = 8
const BYTES_A_ROW = 2

/** What the replays are made from. */
interface Given {
  readonly log: ReplayLog
  readonly traces?: Traces | undefined
  /** All cases unless given. */
  readonly lookedAt?: LookedAt | undefined
}

interface Asked {
  readonly job: number
  readonly promise: Promise<GroupColumns | undefined>
  readonly resolve: (columns: GroupColumns | undefined) => void
}

export class Ahead {
  readonly #replays: Replays
  readonly #lookedAt: LookedAt | undefined
  readonly #workers: readonly Worker[]
  readonly #claims: Claims
  /** By the id of its columns, of those that were not asked for yet. */
  readonly #asked = new Map<string, Asked>()
  /** Resolves as the first columns come from a thread. */
  readonly first: Promise<void>
  /** Columns of groups that threads have computed and that were used. */
  used = 0

  constructor(decides: Decides, { log, traces = new Map(), lookedAt }: Given, replays: Replays, plans: readonly Plan[], threads: number) {
    this.#replays = replays
    this.#lookedAt = lookedAt
    const jobs: Job[] = []
    for (const plan of plans)
      for (const [read, { id }] of this.#askedIn(plan).entries()) {
        if (this.#asked.has(id) || replays.has(id)) continue
        this.#asked.set(id, { job: jobs.length, ...Promise.withResolvers<GroupColumns | undefined>() })
        jobs.push({ number: jobs.length, plan: [...plan], read })
      }
    this.#claims = claimsOf(jobs.length, mostAhead(replays, lookedAt))
    const workerData: ThreadData = {
      ...decides,
      log: sentLog(decides.ir, decides.model, log),
      traces,
      lookedAt: sentCases(lookedAt),
      claims: this.#claims,
    }
    // Whoever asks has them then: nothing else keeps columns.
    const waiting = new Map([...this.#asked.values()].map(({ job, resolve }) => [job, resolve]))
    const { promise, resolve: begun } = Promise.withResolvers<void>()
    this.first = promise
    this.#workers = Array.from({ length: threads }, () => new Worker(file, { workerData }))
    for (const worker of this.#workers) {
      worker.on('message', ({ number, columns }: Done) => {
        waiting.get(number)?.(columns)
        waiting.delete(number)
        begun()
      })
      // What it had begun is computed here.
      worker.on('exit', () => waiting.forEach(resolve => resolve(undefined)))
      worker.on('error', () => {})
      for (const job of jobs) worker.postMessage(job)
      worker.unref()
    }
  }

  /** Brings what a plan reads into the cache: what nobody has begun is computed here while threads compute the rest. */
  async bring(plan: Plan): Promise<void> {
    const missing = this.#askedIn(plan).map(({ id }, read) => ({ id, read, asked: this.#asked.get(id) }))
    const begun = missing.filter(({ asked }) => asked && !isClaimed(this.#claims, asked.job))
    for (const { id, read } of missing) {
      this.#asked.delete(id)
      if (!begun.some(other => other.id === id) && !this.#replays.has(id))
        this.#replays.take(id, this.#replays.columns(plan, read, this.#lookedAt))
    }
    // A thread keeps the process alive only while somebody waits for it.
    if (begun.length > 0) for (const worker of this.#workers) worker.ref()
    for (const { id, asked } of begun) {
      const columns = await asked!.promise
      leave(this.#claims)
      if (!columns) continue
      this.used++
      this.#replays.take(id, columns)
    }
    for (const worker of this.#workers) worker.unref()
  }

  /** A plan that cannot be is no matter here. */
  #askedIn(plan: Plan): AskedRead[] {
    try {
      return this.#replays.asked(plan, this.#lookedAt)
    } catch {
      return []
    }
  }

  end(): void {
    for (const worker of this.#workers) void worker.terminate()
  }
}

function mostAhead({ reads, rows }: Replays, lookedAt: LookedAt | undefined): number {
  const length = lookedAt?.cases.length ?? rows.length
  const bytes = reads.map(
    ({ group }) => group.features.reduce((sum, feature) => sum + BYTES_A_VALUE * valuesOf(feature) + BYTES_A_ROW, 0) * length,
  )
  return Math.max(1, Math.min(8, Math.floor(limits.AUDIT_COLUMN_BYTES / 2 / Math.max(1, ...bytes))))
}
