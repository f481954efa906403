/**
 * Computes batch runs in worker threads with their own connections to the log, beside the event loop.
 *
 * One thread computes a run of one partition. For several partitions, one thread reads the log once and spills the rows; then all threads
 * compute parts. Spilling a million events costs 0.4 s of CPU, reading them once for each of eight partitions 3.6 s, and the features 2.6
 * s.
 */
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { callAfter, limits, sumBy } from '../base/index.ts'
import { JobThread } from '../jobs/index.ts'
import type { BatchCommand, BatchCommandResult } from './job-thread.ts'
import type { ComputeRun, BatchJob, ResultSink } from './job.ts'
import type { SpilledRows } from './spilled-rows.ts'

/** Options of `computeInThreads`. */
export interface BatchThreadsOptions {
  /** Concurrent threads. Default: one less than the machine runs, at most `BATCH_THREADS_MAX`. */
  readonly threads?: number | undefined
}

/** Computes runs over the log in this file. */
export function computeInThreads(path: string, { threads = defaultThreads() }: BatchThreadsOptions = {}): ComputeRun {
  const pool = new ThreadPool()
  let ending: AbortSignal | undefined
  return async (job, sink, signal) => {
    // The idle thread ends with the process, which aborts the signal of its last run even after the run has ended.
    if (ending !== signal) signal.addEventListener('abort', () => pool.end(), { once: true })
    ending = signal
    const run = new ThreadedRun({ path, job, sink, pool, threads })
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

type RequestedCommand = Exclude<BatchCommand, { do: 'next' }>
type ResultBytes = Uint8Array<ArrayBuffer>

const file = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** One worker thread. Runs one command at a time, and keeps the process alive only meanwhile. */
class BatchWorker {
  readonly #thread = new JobThread<ResultBytes>(file, 'the batch run')
  /** Peak memory of the thread since the run began, bytes. */
  peakBytes = 0

  /** Runs a command. Rejects with the error of the thread or of `write`, with `SPILL_STOPPED`, or with `SPILL_THREAD`. */
  async request<C extends RequestedCommand['do']>(
    command: Extract<RequestedCommand, { do: C }>,
    write: (block: ResultBytes) => Promise<void> = () => Promise.resolve(),
  ): Promise<BatchCommandResult<C>> {
    const thread = this.#thread
    const onBlock = (block: ResultBytes): void => {
      const received = { do: 'next' } satisfies BatchCommand
      write(block).then(
        () => thread.post(received),
        (error: unknown) => thread.fail(error),
      )
    }
    try {
      const result = await thread.run<BatchCommandResult<C>>(command, onBlock)
      this.peakBytes = result.peakBytes
      return result
    } finally {
      thread.unref()
    }
  }

  /** Terminates the thread; a running command rejects. */
  end(): void {
    this.#thread.terminate()
  }
}

/** Keeps one idle thread, so that runs in quick succession need not start a thread each. */
class ThreadPool {
  #idle: BatchWorker | undefined
  #ending: { stop(): void } | undefined

  acquire(): BatchWorker {
    this.#ending?.stop()
    const idle = this.#idle
    this.#idle = undefined
    return idle ?? new BatchWorker()
  }

  release(worker: BatchWorker): void {
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

interface ThreadedRunOptions {
  /** The log. */
  readonly path: string
  readonly job: BatchJob
  readonly sink: ResultSink
  readonly pool: ThreadPool
  readonly threads: number
}

class ThreadedRun {
  readonly #options: ThreadedRunOptions
  /** Threads of this run. */
  readonly #workers: BatchWorker[]
  #isReusable = false
  #isOver = false

  constructor(options: ThreadedRunOptions) {
    this.#options = options
    this.#workers = [options.pool.acquire()]
  }

  /** Terminates the threads; pending commands reject. */
  stop(): void {
    this.#isOver = true
    for (const worker of this.#workers) worker.end()
  }

  async make(): ReturnType<ComputeRun> {
    const { path, job, sink, pool } = this.#options
    const [first] = this.#workers
    const spillPath = join(dirname(path), 'spill', 'run.rows')
    try {
      const { partitions } = await first.request({ do: 'begin', path, job })
      const stored = sink.begin(partitions)
      const missing = Array.from({ length: partitions }, (_, partition) => partition).filter(partition => !stored.has(partition))
      if (missing.length > 0 && partitions > 1) {
        const { spilled } = await first.request({ do: 'spill', to: spillPath, partitions: new Set(missing) })
        await this.#all(missing, partitions, spilled)
      } else if (missing.length > 0) await this.#only(first)
      return { partitions, memory: sumBy(this.#workers, ({ peakBytes }) => peakBytes) }
    } finally {
      if (this.#isReusable && !this.#isOver) pool.release(first)
      else this.stop()
      rmSync(dirname(spillPath), { recursive: true, force: true })
    }
  }

  /** A single-partition run uses little memory, so its thread is reused. */
  async #only(worker: BatchWorker): Promise<void> {
    const { sink } = this.#options
    const { part } = await worker.request({ do: 'part', partition: 0 }, block => sink.write(0, block))
    await sink.endPart(part)
    this.#isReusable = true
  }

  async #all(missing: number[], of: number, spilled: SpilledRows): Promise<void> {
    const { job, sink, threads } = this.#options
    const work = async (worker: BatchWorker): Promise<void> => {
      for (let partition = missing.shift(); partition !== undefined; partition = missing.shift()) {
        const current = partition
        const places = new Map([[current, spilled.places.get(current) ?? []]])
        const command = { do: 'spilled part', job, partition, of, spilled: { ...spilled, places } } as const
        const { part } = await worker.request(command, block => sink.write(current, block))
        await sink.endPart(part)
      }
    }
    const threadCount = Math.min(threads, missing.length)
    while (this.#workers.length < threadCount) this.#workers.push(new BatchWorker())
    await Promise.all(this.#workers.map(work))
  }
}
