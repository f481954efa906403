/**
 * Searches that read much of a data folder, beside the loop: recorded decisions, and features as of a past time. The thread starts with the
 * first search and ends with `close`.
 */
import { extname } from 'node:path'
import { SpillwayError, type StrictOmit } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { JobThread } from '../../jobs/index.ts'
import type { NewestDecisionsQuery } from '../../run/history/index.ts'
import type { FeaturesAsOfQuery } from './features.ts'
import type { FolderQuery } from './folder-search-thread.ts'

const file = new URL(`./folder-search-thread${extname(import.meta.url)}`, import.meta.url)

const NAME = 'the search in the data folder'

/** Heap of the thread, MB; the index is outside of it. */
const HEAP_MB = 512

/** A search thread of one data folder. Its searches run one after another. */
export class FolderSearchWorker {
  readonly #data: string
  #thread: JobThread | undefined
  /** The last search: they run one after another. */
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  /** `data`: the data folder. */
  constructor(data: string) {
    this.#data = data
  }

  /**
   * Resolves with a `SearchResult` as JSON. Rejects with `SPILL_DATA` for a damaged batch that was read, and with `SPILL_STOPPED` once
   * closed.
   */
  newest(query: NewestDecisionsQuery): Promise<string> {
    return this.#inTurn({ kind: 'decisions', query })
  }

  /**
   * Resolves with the features of a key as JSON, a list by group. Cost: one pass over the log for each group. Rejects as `featuresAsOf`
   * throws, and with `SPILL_STOPPED` once closed.
   */
  featuresAsOf(ir: PipelineIR, query: StrictOmit<FeaturesAsOfQuery, 'onProgress'>): Promise<string> {
    return this.#inTurn({ kind: 'features', ir, query })
  }

  #inTurn(query: FolderQuery): Promise<string> {
    const search = (): Promise<string> => this.#search(query)
    const result = this.#last.then(search, search)
    this.#last = result
    return result
  }

  /** Starts the thread, so that the first search does not wait for it: half a second, more on a busy machine. */
  async open(): Promise<void> {
    if (!this.#thread) await this.#inTurn({ kind: 'open' })
  }

  close(): void {
    this.#isClosed = true
    this.#thread?.terminate()
  }

  async #search(query: FolderQuery): Promise<string> {
    if (this.#isClosed) throw new SpillwayError('SPILL_STOPPED', `${NAME} was stopped`)
    const options = { workerData: this.#data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } }
    const thread = (this.#thread ??= new JobThread(file, NAME, options))
    try {
      return await thread.run<string>(query)
    } catch (error) {
      // The thread has crashed: the next search starts a new one.
      if (error instanceof SpillwayError && error.code === 'SPILL_THREAD') this.#thread = undefined
      throw error
    } finally {
      thread.unref()
    }
  }
}
