/** A job in a thread of its own: it starts with its data, sends one message, its result or its error, and ends. */
import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads'
import { SpillwayError } from './errors.ts'
import { errorFromMessage, failureMessage, type FailureMessage } from './thread-error.ts'

/** A job and how it is stopped. */
export interface ThreadJob {
  readonly file: URL
  /** The thread's `workerData`. */
  readonly data: unknown
  readonly signal: AbortSignal
  /** Message of the `SPILL_STOPPED` error where there will be no result. */
  readonly stoppedMessage: string
  /** Called when the signal is aborted: notifies the thread, or gives up at once. */
  readonly onStop: (worker: Worker, giveUp: () => void) => void
  /**
   * Terminates the thread after its message. Do not set it for a thread that may be inside another library, which would end the
   * process.
   */
  readonly terminates?: boolean
  readonly resourceLimits?: WorkerOptions['resourceLimits']
}

type Answer = { readonly kind: 'done'; readonly result: unknown } | FailureMessage

/** Runs a job; resolves with its result. */
export function runThreadJob<T>({
  file,
  data,
  signal,
  stoppedMessage: stopped,
  onStop,
  terminates: isEnded = false,
  resourceLimits,
}: ThreadJob): Promise<T> {
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
    else reject(errorFromMessage(answer))
  })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    if (isEnded) void worker.terminate()
  })
}

/** The thread's side: computes the result and sends it, or its error. */
export async function sendResult(make: () => unknown): Promise<void> {
  const say = (message: Answer): void => parentPort!.postMessage(message)
  try {
    say({ kind: 'done', result: await make() })
  } catch (error) {
    say(failureMessage(error))
  }
}
