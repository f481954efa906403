/** Worker threads that fill a gap concurrently; each takes the next piece of work when it is free. */
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError, limits, errorFromMessage, type FailureMessage, sumBy } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { BackfillGroup } from './target.ts'
import type { WrittenPartition } from '../../offline/index.ts'
import type { FillOptions } from './fill.ts'
import type { SharedEvents } from './events.ts'
import type { BackfillWork } from './work.ts'

/** Source of the events of a thread. */
export type EventSource =
  | { readonly kind: 'memory'; readonly shared: SharedEvents }
  | { readonly kind: 'log'; readonly data: string; readonly sources: readonly SourceIR[]; readonly end: number }

/** Input of a thread before its first piece of work. */
export interface BackfillThreadInput extends Pick<FillOptions, 'unit' | 'until' | 'forgotten'> {
  /** Folder of the table. */
  readonly folder: string
  readonly groups: readonly BackfillGroup[]
  readonly from: EventSource
  /** Folder for spilled data; `undefined` in a run that writes no files. */
  readonly scratch: string | undefined
}

/** Messages from a thread. */
export type BackfillThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'filled'; readonly filled: WrittenPartition }
  | FailureMessage

/** Input and callbacks of `BackfillWorkers.fill`. */
export interface BackfillWorkersOptions {
  readonly data: BackfillThreadInput
  readonly signal: AbortSignal
  readonly onFilled: (filled: WrittenPartition) => void
}

const thread = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)

/** A fixed set of threads for one backfill. */
export class BackfillWorkers {
  /** Above 0 once threads are to stop. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #threads: readonly { readonly worker: Worker; readonly ended: Promise<void> }[]
  #failed: Error | undefined

  /** Starts the threads. They keep no process alive before work is given. */
  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(thread, { workerData: this.#stop })
      worker.unref()
      worker.on('error', error => this.#fail(error))
      return { worker, ended: new Promise(resolve => worker.on('exit', () => resolve())) }
    })
  }

  /**
   * Starts threads before the files are read, since a thread takes some tenths of a second to start. `undefined` for one thread, and for
   * small files, whose work ends sooner than that.
   */
  static startEarly(files: readonly { readonly path: string }[], threads: number): BackfillWorkers | undefined {
    const bytes = sumBy(files, ({ path }) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    return threads > 1 && bytes >= limits.BACKFILL_THREADS_BYTES ? new BackfillWorkers(threads) : undefined
  }

  /**
   * Does all work, once. Resolves when all threads have ended. Rejects with the first error, or `SPILL_STOPPED`; each thread then stops at
   * its next rows.
   */
  async fill(work: readonly BackfillWork[], { data, signal, onFilled }: BackfillWorkersOptions): Promise<void> {
    const end = (): void => void Atomics.store(this.#stop, 0, 1)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    const queue = [...work]
    for (const { worker } of this.#threads.slice(work.length)) void worker.terminate()
    for (const { worker } of this.#threads.slice(0, work.length)) {
      worker.ref()
      worker.on('message', (message: BackfillThreadMessage) => {
        if (message.kind === 'ready') worker.postMessage(this.#failed ? undefined : queue.shift())
        else if (message.kind === 'filled') onFilled(message.filled)
        else this.#fail(errorFromMessage(message))
      })
      worker.postMessage(data)
    }
    await Promise.all(this.#threads.map(({ ended }) => ended))
    signal.removeEventListener('abort', end)
    if (this.#failed) throw this.#failed
    if (signal.aborted) throw backfillStopped()
  }

  /** Terminates threads without work. */
  close(): void {
    for (const { worker } of this.#threads) void worker.terminate()
  }

  #fail(error: Error): void {
    this.#failed ??= error
    Atomics.store(this.#stop, 0, 1)
  }
}

/** The error of a stopped backfill. */
export const backfillStopped = (): SpillwayError =>
  new SpillwayError('SPILL_STOPPED', 'the backfill was stopped; complete files stay, and the next backfill continues')
