/**
 * Searches that read much of a data folder, beside the loop: recorded decisions, and features as of a past time; and checks of schemas, which a
 * hostile client makes long. The thread starts with the first search and ends with `close`.
 */
import { extname } from 'node:path'
import { callAfter, limits, SpillwayError, type StrictOmit } from '../../base/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { JobThread } from '../../jobs/index.ts'
import type { NewestDecisionsQuery } from '../../run/history/index.ts'
import type { SchemaCheckRequest } from './source-schemas.ts'
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

  /**
   * Resolves with a `SchemaCheck` as JSON. Rejects as `checkSourceSchema` throws, with `SPILL_LIMIT` after `mostMs`, which ends the thread, and
   * with `SPILL_STOPPED` once closed.
   */
  async checkSchema(source: SourceIR, request: SchemaCheckRequest, mostMs: number = limits.SCHEMA_CHECK_MS): Promise<string> {
    await this.open()
    return this.#inTurn({ kind: 'schema', source, request }, mostMs)
  }

  #inTurn(query: FolderQuery, mostMs?: number): Promise<string> {
    const search = (): Promise<string> => this.#search(query, mostMs)
    const result = this.#last.then(search, search)
    this.#last = result
    return result
  }

  /**
   * Starts the thread, so that the first search does not wait for it: half a second, more on a busy machine. With `indexes` it goes on to index the keys
   * of decisions, at half of a core at most: a second of processor time for a million.
   */
  async open({ indexes = false } = {}): Promise<void> {
    if (!this.#thread) await this.#inTurn({ kind: 'open', indexes })
  }

  close(): void {
    this.#isClosed = true
    this.#thread?.terminate()
  }

  async #search(query: FolderQuery, mostMs = Infinity): Promise<string> {
    if (this.#isClosed) throw new SpillwayError('SPILL_STOPPED', `${NAME} was stopped`)
    const options = { workerData: this.#data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } }
    const thread = (this.#thread ??= new JobThread(file, NAME, options))
    const expiry = mostMs < Infinity ? callAfter(mostMs, () => this.#expire(thread, mostMs)) : undefined
    try {
      return await thread.run<string>(query)
    } catch (error) {
      // The thread has crashed: the next search starts a new one.
      if (error instanceof SpillwayError && error.code === 'SPILL_THREAD') this.#thread = undefined
      throw error
    } finally {
      expiry?.stop()
      thread.unref()
    }
  }

  /** Ends a thread whose command takes too long. The next one starts another thread. */
  #expire(thread: JobThread, mostMs: number): void {
    this.#thread = undefined
    thread.fail(new SpillwayError('SPILL_LIMIT', `the check takes longer than ${mostMs} ms (SCHEMA_CHECK_MS); check a smaller schema`))
    thread.terminate()
  }
}
