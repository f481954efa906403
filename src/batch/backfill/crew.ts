/** Threads that fill a gap beside one another: each takes the next piece of work when it is done with one. */
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { errorOf, type Failed } from '../../base/thread-error.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import type { AskedGroup } from './asked.ts'
import type { Filling, FilledPartition } from './fill.ts'
import type { SharedEvents } from './shared.ts'
import type { Work } from './work.ts'

/** Where a thread has its events from. */
export type EventsFrom =
  | { readonly kind: 'memory'; readonly shared: SharedEvents }
  | { readonly kind: 'log'; readonly data: string; readonly sources: readonly SourceIR[]; readonly end: number }

/** What a thread is given before work. */
export interface ThreadData extends Pick<Filling, 'unit' | 'folder' | 'until' | 'forgotten'> {
  readonly asked: readonly AskedGroup[]
  readonly from: EventsFrom
  /** A folder for what does not fit into memory; none where nothing is to be written. */
  readonly scratch: string | undefined
}

export type FromThread = { readonly kind: 'ready' } | { readonly kind: 'filled'; readonly filled: FilledPartition } | Failed

export interface CrewOptions {
  readonly data: ThreadData
  readonly signal: AbortSignal
  readonly onFilled: (filled: FilledPartition) => void
}

const thread = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)

export class Crew {
  /** Its number is above 0 when threads shall end. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #threads: readonly { readonly worker: Worker; readonly ended: Promise<void> }[]
  #failed: Error | undefined

  /** Begins so many threads. Until there is work they keep no process. */
  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(thread, { workerData: this.#stop })
      worker.unref()
      worker.on('error', error => this.#fail(error))
      return { worker, ended: new Promise(resolve => worker.on('exit', () => resolve())) }
    })
  }

  /**
   * Threads for the work that a history from files will be, begun before these are read: a thread takes some tenths of a second until it can work. None for
   * one thread, nor for small files, whose work is done sooner than that.
   */
  static early(files: readonly { readonly path: string }[], threads: number): Crew | undefined {
    const bytes = files.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
    return threads > 1 && bytes >= limits.BACKFILL_THREADS_BYTES ? new Crew(threads) : undefined
  }

  /** Does all work, once. Resolves when all threads have ended. Rejects with what went wrong first, `SPILL_STOPPED` when it was stopped; each then ends at its next rows. */
  async fill(work: readonly Work[], { data, signal, onFilled }: CrewOptions): Promise<void> {
    const end = (): void => void Atomics.store(this.#stop, 0, 1)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    const left = [...work]
    for (const { worker } of this.#threads.slice(work.length)) void worker.terminate()
    for (const { worker } of this.#threads.slice(0, work.length)) {
      worker.ref()
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') worker.postMessage(this.#failed ? undefined : left.shift())
        else if (message.kind === 'filled') onFilled(message.filled)
        else this.#fail(errorOf(message))
      })
      worker.postMessage(data)
    }
    await Promise.all(this.#threads.map(({ ended }) => ended))
    signal.removeEventListener('abort', end)
    if (this.#failed) throw this.#failed
    if (signal.aborted) throw stopped()
  }

  /** Ends threads that were given no work. */
  close(): void {
    for (const { worker } of this.#threads) void worker.terminate()
  }

  #fail(error: Error): void {
    this.#failed ??= error
    Atomics.store(this.#stop, 0, 1)
  }
}

export const stopped = (): SpillwayError =>
  new SpillwayError('SPILL_STOPPED', 'the backfill was stopped; what is whole stays, and the next one goes on')
