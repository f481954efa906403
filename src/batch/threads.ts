/**
 * Computes batch runs in worker threads with their own connections to the log, beside the event loop.
 *
 * One thread computes a run of one partition. For several partitions, one thread reads the log once and spills the rows; then all threads
 * compute parts. Spilling a million events costs 0.4 s of CPU, reading them once for each of eight partitions 3.6 s, and the features 2.6
 * s.
 */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { callAfter, limits } from '../base/index.ts'
import { JobWorker } from './job-worker.ts'
import type { ComputeRun, BatchJob, ResultSink } from './job.ts'
import type { SpilledRows } from './spilled-rows.ts'

/** Options of `computeBeside`. */
export interface BatchThreadsOptions {
  /** Concurrent threads. Default: one less than the machine runs, at most `BATCH_THREADS_MAX`. */
  readonly threads?: number | undefined
}

/** Computes runs over the log in this file. */
export function computeInThreads(path: string, { threads = defaultThreads() }: BatchThreadsOptions = {}): ComputeRun {
  const pool = new ThreadPool()
  let ending: AbortSignal | undefined
  return async (job, taker, signal) => {
    // The idle thread ends with the process, which aborts the signal of its last run even after the run has ended.
    if (ending !== signal) signal.addEventListener('abort', () => pool.end(), { once: true })
    ending = signal
    const run = new ThreadedRun(path, job, taker, pool, threads)
    const stop = () => run.stop()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      return await run.make()
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

const defaultThreads = (): number => Math.min(limits.BATCH_THREADS_MAX, Math.max(1, availableParallelism() - 1))

/** Keeps one idle thread, so that runs in quick succession need not start a thread each. */
class ThreadPool {
  #idle: JobWorker | undefined
  #ending: { stop(): void } | undefined

  acquire(): JobWorker {
    this.#ending?.stop()
    const idle = this.#idle
    this.#idle = undefined
    return idle ?? new JobWorker()
  }

  give(worker: JobWorker): void {
    this.end()
    this.#idle = worker
    this.#ending = callAfter(limits.BATCH_THREAD_IDLE_MS, () => this.end())
  }

  end(): void {
    this.#ending?.stop()
    this.#idle?.end()
    this.#idle = undefined
  }
}

class ThreadedRun {
  readonly #path: string
  readonly #job: BatchJob
  readonly #taker: ResultSink
  readonly #pool: ThreadPool
  readonly #threads: number
  /** Threads of this run. */
  readonly #workers: JobWorker[] = []
  #isReusable = false
  #isOver = false

  constructor(path: string, job: BatchJob, taker: ResultSink, pool: ThreadPool, threads: number) {
    this.#path = path
    this.#job = job
    this.#taker = taker
    this.#pool = pool
    this.#threads = threads
    this.#workers.push(pool.acquire())
  }

  /** Terminates the threads; pending commands reject. */
  stop(): void {
    this.#isOver = true
    for (const worker of this.#workers) worker.end()
  }

  async make(): ReturnType<ComputeRun> {
    const [first] = this.#workers
    const spillPath = join(dirname(this.#path), 'spill', 'run.rows')
    try {
      const { partitions } = await first.request({ do: 'begin', path: this.#path, job: this.#job })
      const stored = this.#taker.begin(partitions)
      const missing = Array.from({ length: partitions }, (_, partition) => partition).filter(partition => !stored.has(partition))
      if (missing.length > 0 && partitions > 1) {
        const { spilled } = await first.request({ do: 'spill', to: spillPath, partitions: new Set(missing) })
        await this.#all(missing, partitions, spilled)
      } else if (missing.length > 0) await this.#only(first)
      return { partitions, memory: this.#workers.reduce((sum, { peakBytes: held }) => sum + held, 0) }
    } finally {
      if (this.#isReusable && !this.#isOver) this.#pool.give(first)
      else this.stop()
      rmSync(dirname(spillPath), { recursive: true, force: true })
    }
  }

  /** A single-partition run uses little memory, so its thread is reused. */
  async #only(worker: JobWorker): Promise<void> {
    const { part } = await worker.request({ do: 'part', partition: 0 }, stretch => this.#taker.write(0, stretch))
    await this.#taker.endPart(part)
    this.#isReusable = true
  }

  async #all(missing: number[], of: number, spilled: SpilledRows): Promise<void> {
    const work = async (worker: JobWorker): Promise<void> => {
      for (let partition = missing.shift(); partition !== undefined; partition = missing.shift()) {
        const own = partition
        const places = new Map([[own, spilled.places.get(own) ?? []]])
        const order = { do: 'spilled part', job: this.#job, partition, of, spilled: { ...spilled, places } } as const
        const { part } = await worker.request(order, stretch => this.#taker.write(own, stretch))
        await this.#taker.endPart(part)
      }
    }
    const threadCount = Math.min(this.#threads, missing.length)
    while (this.#workers.length < threadCount) this.#workers.push(new JobWorker())
    await Promise.all(this.#workers.map(work))
  }
}
