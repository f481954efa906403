/**
 * Worker threads of jobs. A thread runs one command at a time: it sends progress meanwhile, and then its result or its error.
 *
 * A command is stopped by a message to the thread, or by its termination: `SPILL_STOPPED`. A thread that ends by itself without an answer
 * has crashed: `SPILL_THREAD`.
 */
import { parentPort, Worker, type WorkerOptions } from 'node:worker_threads'
import { SpillwayError, errorFromMessage, failureMessage, type FailureMessage } from '../base/index.ts'

type ThreadMessage<P> =
  | { readonly kind: 'progress'; readonly progress: P }
  | { readonly kind: 'done'; readonly result: unknown }
  | FailureMessage

interface RunningCommand<P> extends PromiseWithResolvers<unknown> {
  readonly onProgress: (progress: P) => void
}

/** One thread, on the side of its owner. `P` is what it sends as progress. */
export class JobThread<P = never> {
  readonly #worker: Worker
  #running: RunningCommand<P> | undefined
  /** The error of commands after the end of the thread. */
  #end: Error | undefined
  readonly #name: string

  /** `name`: the job, for errors: `the report`. */
  constructor(file: URL, name: string, options: WorkerOptions = {}) {
    this.#name = name
    const crash = (reason: string): void =>
      this.#endWith(new SpillwayError('SPILL_THREAD', `the thread of ${name} ended without a result: ${reason}`))
    this.#worker = new Worker(file, options)
      .on('message', (message: ThreadMessage<P>) => this.#receive(message))
      .on('error', ({ message }) => crash(message))
      .on('exit', code => crash(`exit code ${code}`))
  }

  /** Runs a command; without one, what the thread does with its `workerData`. Rejects with the error of the thread. */
  run<T>(command?: unknown, onProgress: (progress: P) => void = () => {}): Promise<T> {
    if (this.#end) return Promise.reject(this.#end)
    this.#running = { ...Promise.withResolvers<unknown>(), onProgress }
    this.#worker.ref()
    if (command !== undefined) this.post(command)
    return this.#running.promise as Promise<T>
  }

  /** Sends a message to the running command. */
  post(message: unknown): void {
    this.#worker.postMessage(message)
  }

  /** Rejects the running command. */
  fail(error: unknown): void {
    this.#running?.reject(error)
    this.#running = undefined
  }

  /** The running command may end without an answer: it is stopped. */
  stop(): void {
    this.#end ??= new SpillwayError('SPILL_STOPPED', `${this.#name} was stopped`)
  }

  /** Terminates the thread. A thread that may be inside a native library must end by itself: termination would end the process. */
  terminate(): void {
    this.stop()
    this.fail(this.#end)
    void this.#worker.terminate()
  }

  /** The thread keeps the process alive only while it runs a command. */
  unref(): void {
    this.#worker.unref()
  }

  #receive(message: ThreadMessage<P>): void {
    if (message.kind === 'progress') return this.#running?.onProgress(message.progress)
    if (message.kind === 'failed') return this.fail(errorFromMessage(message))
    this.#running?.resolve(message.result)
    this.#running = undefined
  }

  /** The first reason counts. */
  #endWith(error: Error): void {
    this.fail((this.#end ??= error))
  }
}

/** A job with a thread of its own, which ends after its answer. */
export interface ThreadJob {
  readonly file: URL
  /** The job, for errors: `the report`. */
  readonly name: string
  /** The thread's `workerData`. */
  readonly data: unknown
  readonly signal: AbortSignal
  /** Called when the signal is aborted: notifies the thread, or terminates it. */
  readonly onStop: (thread: JobThread) => void
  /** Terminates the thread after its answer, instead of letting it end by itself. */
  readonly terminates?: boolean
  readonly resourceLimits?: WorkerOptions['resourceLimits']
}

/** Runs a job; resolves with its result. */
export async function runThreadJob<T>({ file, name, data, signal, onStop, terminates, resourceLimits }: ThreadJob): Promise<T> {
  const thread = new JobThread(file, name, { workerData: data, ...(resourceLimits && { resourceLimits }) })
  const stop = (): void => {
    thread.stop()
    onStop(thread)
  }
  const result = thread.run<T>()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await result
  } finally {
    signal.removeEventListener('abort', stop)
    if (terminates) thread.terminate()
  }
}

/** The thread's side: sends progress, and moves the memory of `transfer` with it. */
export const sendProgress = <P>(progress: P, transfer: ArrayBuffer[]): void =>
  parentPort!.postMessage({ kind: 'progress', progress } satisfies ThreadMessage<P>, transfer)

/** The thread's side: computes the result and sends it, or its error. */
export async function sendResult(compute: () => unknown): Promise<void> {
  const send = (message: ThreadMessage<never>): void => parentPort!.postMessage(message)
  try {
    send({ kind: 'done', result: await compute() })
  } catch (error) {
    send(failureMessage(error))
  }
}
