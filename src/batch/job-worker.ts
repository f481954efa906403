import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import { errorOf } from '../base/thread-error.ts'
import type { FromThread, ToThread } from './job-thread.ts'

type Answer = Exclude<FromThread, { kind: 'stretch' | 'failed' }>
type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>

interface Asked {
  readonly take: (stretch: Uint8Array<ArrayBuffer>) => Promise<void>
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

const file = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** A thread of batch runs, as the one that asks sees it. It does one thing at a time, and keeps the process alive only while it does. */
export class JobWorker {
  readonly #worker = new Worker(file)
  #asked: Asked | undefined
  #isOver = false
  /** Bytes that it held at most since a run began. */
  held = 0

  constructor() {
    const worker = this.#worker
    worker.on('message', (message: FromThread) => this.#heard(message))
    worker.on('error', error => this.#fail(error))
    worker.on('exit', () => this.end())
    worker.unref()
  }

  /** Rejects with what went wrong there, or in `take`, or with `SPILL_STOPPED`. */
  async ask<K extends Answer['kind']>(order: ToThread, kind: K, take: Asked['take'] = () => Promise.resolve()): Promise<AnswerOf<K>> {
    if (this.#isOver) throw stopped()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#asked = { take, resolve, reject }
    this.#worker.ref()
    this.#worker.postMessage(order)
    const answer = await promise
    if (answer.kind !== kind) throw new Error(`a thread of batch runs answered '${answer.kind}' where '${kind}' was asked for`)
    return answer as AnswerOf<K>
  }

  /** Stops it, whatever it does: what was asked rejects. */
  end(): void {
    this.#isOver = true
    this.#fail(stopped())
    void this.#worker.terminate()
  }

  #heard(message: FromThread): void {
    this.held = message.held
    if (message.kind === 'stretch') {
      this.#asked?.take(message.stretch).then(
        () => this.#worker.postMessage({ do: 'next' } satisfies ToThread),
        (error: unknown) => this.#fail(error),
      )
      return
    }
    if (message.kind === 'failed') return this.#fail(errorOf(message))
    this.#worker.unref()
    this.#asked?.resolve(message)
    this.#asked = undefined
  }

  #fail(error: unknown): void {
    this.#worker.unref()
    this.#asked?.reject(error)
    this.#asked = undefined
  }
}

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the batch run was stopped')
