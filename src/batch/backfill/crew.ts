/** Threads that fill a gap beside one another: each takes the next piece of work when it is done with one. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../../base/errors.ts'
import { errorOf, type Failed } from '../../base/thread-error.ts'
import type { SourceIR } from '../../define/ir.ts'
import type { AskedGroup } from './asked.ts'
import type { Filling, FilledPartition } from './fill.ts'
import type { SharedEvents } from './shared.ts'
import type { Work } from './work.ts'

/** Where a thread has its events from. */
export type EventsFrom =
  | { readonly kind: 'memory'; readonly shared: SharedEvents }
  | { readonly kind: 'log'; readonly data: string; readonly sources: readonly SourceIR[]; readonly end: number }

export interface ThreadData extends Pick<Filling, 'unit' | 'folder' | 'until' | 'forgotten'> {
  readonly asked: readonly AskedGroup[]
  readonly from: EventsFrom
  /** A folder for what does not fit into memory; none where nothing is to be written. */
  readonly scratch: string | undefined
  /** Its number is above 0 when threads shall end. */
  readonly stop: Int32Array
}

export type FromThread = { readonly kind: 'ready' } | { readonly kind: 'filled'; readonly filled: FilledPartition } | Failed

export interface CrewOptions {
  readonly threads: number
  readonly data: Omit<ThreadData, 'stop'>
  readonly signal: AbortSignal
  readonly onFilled: (filled: FilledPartition) => void
}

const thread = new URL(`./thread${extname(import.meta.url)}`, import.meta.url)

/** Resolves when all work is done and all threads have ended. Rejects with what went wrong first, `SPILL_STOPPED` when it was stopped; each then ends at its next rows. */
export async function fillBeside(work: readonly Work[], { threads, data, signal, onFilled }: CrewOptions): Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const end = (): void => void Atomics.store(stop, 0, 1)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const left = [...work]
  let failed: Error | undefined
  const fail = (error: Error): void => {
    failed ??= error
    end()
  }
  const one = (): Promise<void> =>
    new Promise(resolve => {
      const worker = new Worker(thread, { workerData: { ...data, stop } satisfies ThreadData })
      worker.on('error', fail)
      worker.on('exit', () => resolve())
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') worker.postMessage(failed ? undefined : left.shift())
        else if (message.kind === 'filled') onFilled(message.filled)
        else fail(errorOf(message))
      })
    })
  await Promise.all(Array.from({ length: Math.min(threads, work.length) }, one))
  signal.removeEventListener('abort', end)
  if (failed) throw failed
  if (signal.aborted) throw stopped()
}

export const stopped = (): SpillwayError =>
  new SpillwayError('SPILL_STOPPED', 'the backfill was stopped; what is whole stays, and the next one goes on')
