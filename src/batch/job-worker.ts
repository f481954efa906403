/** The main-thread handle of one batch worker thread. Runs one command at a time, and keeps the process alive only meanwhile. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import { errorFromMessage } from '../base/thread-error.ts'
import type { BatchThreadMessage, BatchCommand } from './job-thread.ts'

type Answer = Exclude<BatchThreadMessage, { kind: 'stretch' | 'failed' }>
type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>

interface PendingCommand {
  readonly write: (stretch: Uint8Array<ArrayBuffer>) => Promise<void>
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

const file = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** Sends commands to the thread and receives its blocks. */
export class JobWorker {
  readonly #worker = new Worker(file)
  #pending: PendingCommand | undefined
  #isOver = false
  /** Peak memory of the thread since the run began, bytes. */
  peakBytes = 0

  constructor() {
    const worker = this.#worker
    worker.on('message', (message: BatchThreadMessage) => this.#receive(message))
    worker.on('error', error => this.#fail(error))
    worker.on('exit', () => this.end())
    worker.unref()
  }

  /** Runs a command. Rejects with the error of the thread or of `write`, or with `SPILL_STOPPED`. */
  async request<K extends Answer['kind']>(
    command: BatchCommand,
    kind: K,
    write: PendingCommand['write'] = () => Promise.resolve(),
  ): Promise<AnswerOf<K>> {
    if (this.#isOver) throw stoppedError()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#pending = { write, resolve, reject }
    this.#worker.ref()
    this.#worker.postMessage(command)
    const answer = await promise
    if (answer.kind !== kind) throw new Error(`a thread of batch runs answered '${answer.kind}' where '${kind}' was asked for`)
    return answer as AnswerOf<K>
  }

  /** Terminates the thread; a running command rejects. */
  end(): void {
    this.#isOver = true
    this.#fail(stoppedError())
    void this.#worker.terminate()
  }

  #receive(message: BatchThreadMessage): void {
    this.peakBytes = message.held
    if (message.kind === 'stretch') {
      this.#pending?.write(message.stretch).then(
        () => this.#worker.postMessage({ do: 'next' } satisfies BatchCommand),
        (error: unknown) => this.#fail(error),
      )
      return
    }
    if (message.kind === 'failed') return this.#fail(errorFromMessage(message))
    this.#worker.unref()
    this.#pending?.resolve(message)
    this.#pending = undefined
  }

  #fail(error: unknown): void {
    this.#worker.unref()
    this.#pending?.reject(error)
    this.#pending = undefined
  }
}

const stoppedError = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the batch run was stopped')
