/** A job in a thread of its own: it is begun with what it is about, says one thing, its result or why there is none, and is over. */
import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads'
import { SpillwayError } from './errors.ts'
import { errorOf, failed, type Failed } from './thread-error.ts'

export interface ThreadJob {
  readonly file: URL
  /** The thread's `workerData`. */
  readonly data: unknown
  readonly signal: AbortSignal
  /** What it rejects with where there will be no result: `SPILL_STOPPED`, in these words. */
  readonly stopped: string
  /** The signal says that it shall end: tells the thread, or gives up at once. */
  readonly onStop: (worker: Worker, giveUp: () => void) => void
  /** The thread is ended from outside once it is known what came of it; one that is in the middle of another library's work would take the process with it. */
  readonly isEnded?: boolean
  readonly resourceLimits?: WorkerOptions['resourceLimits']
}

type Answer = { readonly kind: 'done'; readonly result: unknown } | Failed

/** Resolves with what the thread's `answer` was made by. */
export function threadJob<T>({ file, data, signal, stopped, onStop, isEnded = false, resourceLimits }: ThreadJob): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const worker = new Worker(file, { workerData: data, ...(resourceLimits && { resourceLimits }) })
  const giveUp = (): void => reject(new SpillwayError('SPILL_STOPPED', stopped))
  const stop = (): void => onStop(worker, giveUp)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  worker.on('error', reject)
  worker.on('exit', giveUp)
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'done') resolve(answer.result as T)
    else reject(errorOf(answer))
  })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    if (isEnded) void worker.terminate()
  })
}

/** The thread's side: makes the result, and tells it or what went wrong. */
export async function answer(make: () => unknown): Promise<void> {
  const say = (message: Answer): void => parentPort!.postMessage(message)
  try {
    say({ kind: 'done', result: await make() })
  } catch (error) {
    say(failed(error))
  }
}
