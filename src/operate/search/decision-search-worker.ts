/** Searches recorded decisions beside the loop, in a thread that starts with the first search and ends with `close`. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError, errorFromMessage, type FailureMessage } from '../../base/index.ts'
import type { NewestDecisionsQuery } from '../../run/history/index.ts'

export interface SearchRequest {
  readonly number: number
  readonly ask: NewestDecisionsQuery
}

export type SearchReply = { readonly number: number; readonly text: string } | ({ readonly number: number } & FailureMessage)

interface Pending {
  readonly resolve: (text: string) => void
  readonly reject: (error: unknown) => void
}

const file = new URL(`./decision-search-thread${extname(import.meta.url)}`, import.meta.url)

/** Heap of the thread, MB; the index is outside of it. */
const HEAP_MB = 512

/** The search thread of one data folder. */
export class DecisionSearchWorker {
  readonly #data: string
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextNumber = 0
  #isClosed = false

  /** `data`: the data folder. */
  constructor(data: string) {
    this.#data = data
  }

  /**
   * Resolves with a `SearchResult` as JSON. Rejects with `SPILL_DATA` for a damaged batch that was read, and with `SPILL_STOPPED` once
   * closed.
   */
  newest(ask: NewestDecisionsQuery): Promise<string> {
    if (this.#isClosed) return Promise.reject(stoppedError())
    const worker = (this.#worker ??= this.#startWorker())
    const number = this.#nextNumber++
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#pending.set(number, { resolve, reject })
    worker.ref()
    worker.postMessage({ number, ask } satisfies SearchRequest)
    return promise
  }

  close(): void {
    this.#isClosed = true
    this.#end(stoppedError())
  }

  #startWorker(): Worker {
    const worker = new Worker(file, { workerData: this.#data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } })
    worker.on('message', (reply: SearchReply) => this.#handleReply(worker, reply))
    const end = (error: unknown): void => {
      if (this.#worker === worker) this.#end(error)
    }
    worker.on('error', end)
    worker.on('exit', () => end(stoppedError()))
    worker.unref()
    return worker
  }

  #handleReply(worker: Worker, reply: SearchReply): void {
    const pending = this.#pending.get(reply.number)
    this.#pending.delete(reply.number)
    if (this.#pending.size === 0) worker.unref()
    if ('text' in reply) pending?.resolve(reply.text)
    else pending?.reject(errorFromMessage(reply))
  }

  /** Ends the thread; the next search starts a new one. */
  #end(error: unknown): void {
    const worker = this.#worker
    this.#worker = undefined
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
    void worker?.terminate()
  }
}

const stoppedError = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the search for decisions was stopped')
