/**
 * Finds the newest recorded decisions by model, key, time and score. An index of keys is built on first use, or ahead of it, and extended from there.
 *
 * It decodes whole batches, which takes milliseconds each, so it runs in a thread of its own (`folder-search-thread.ts`).
 */
import { SpillwayError, limits, stopwatch } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { deliveredCell } from '../../decision/index.ts'
import type { NumberedDecisionBatch, SqliteReader } from '../../log/sqlite/index.ts'
import { decodeDecisionKeys, type DecisionShape, type RecordedDecision } from '../../run/decide/index.ts'
import { hashOfKey, DecisionKeyIndex } from './decision-key-index.ts'
import { endOfBatches, startOfBatches } from './decision-time.ts'
import { newestDecisions, type NewestDecisionsQuery } from '../../run/history/index.ts'

/** The decisions that were found. */
export interface SearchResult {
  /** In order of decision. */
  readonly decisions: readonly RecordedDecision[]
  /** A place such as `12.5`, from which the same query goes on to older decisions; absent if there are none. */
  readonly next?: string
  /** Number of scanned or indexed decisions, if the search ended early with fewer results than requested. */
  readonly lookedAt?: number
  /** Time of the oldest scanned decision, UTC ms, if the scan ended early. */
  readonly lookedTo?: number
}

type DecisionPlace = NonNullable<NewestDecisionsQuery['before']>

export type SearchedLog = Pick<SqliteReader, 'newestDecisions' | 'decisionsAfter' | 'decisionNumbers' | 'firstOfNewest'>

/** The search over one log. */
export class DecisionSearch {
  readonly #log: SearchedLog
  readonly #indexed: number
  readonly #index: DecisionKeyIndex
  readonly #strings = new Strings()
  /** Parsed shapes by text: batches of one model have the same shape. */
  readonly #shapes = new Map<string, DecisionShape>()
  /** The last indexed batch. */
  #last: number | undefined
  /** The first indexed batch. */
  #first = 0
  /** Does a search read the index? It must not change meanwhile. */
  #isSearching = false

  constructor(log: SearchedLog, indexed: number = limits.DECISION_KEYS_INDEXED_MAX) {
    this.#log = log
    this.#indexed = indexed
    this.#index = new DecisionKeyIndex(indexed)
  }

  /** Runs a query; one at a time. Throws `SPILL_DATA` for a damaged batch that is read. */
  async newest(request: NewestDecisionsQuery): Promise<SearchResult> {
    const { key, since, until, before } = request
    const query = {
      ...request,
      ...(since !== undefined && { firstBatch: startOfBatches(this.#log, since) }),
      ...(until !== undefined && { before: earlier(before, { batch: endOfBatches(this.#log, until), row: 0 }) }),
    }
    const { next, ...found } = key === undefined ? await newestDecisions(this.#log, query) : await this.#findByKey(key, query)
    return { ...found, ...(next && { next: decisionPlaceText(next) }) }
  }

  /** Finds the decisions of a key in the batches of the index. A query that goes on to older batches scans them. */
  async #findByKey(key: string, query: NewestDecisionsQuery): ReturnType<typeof newestDecisions> {
    const { before, firstBatch = 0, last } = query
    this.#catchUp()
    const oldest = Math.max(this.#first, this.#index.from)
    const startOfIndex = { batch: oldest, row: 0 }
    if (earlier(before, startOfIndex) === before) return newestDecisions(this.#log, query)
    this.#isSearching = true
    try {
      const newestOfKey = (_model?: string, end?: number): Generator<NumberedDecisionBatch> =>
        this.#batchesOf(key, Math.max(oldest, firstBatch), end)
      const found = await newestDecisions({ newestDecisions: newestOfKey }, query)
      const { first } = this.#log.decisionNumbers()
      if (found.next || first === 0 || oldest <= Math.max(first, firstBatch)) return found
      return { ...found, next: startOfIndex, ...(found.decisions.length < last && { lookedAt: this.#index.size }) }
    } finally {
      this.#isSearching = false
    }
  }

  /** Batches that may have decisions of a key, newest first, with numbers from `first` on and below `end`. */
  *#batchesOf(key: string, first: number, end = Infinity): Generator<NumberedDecisionBatch> {
    for (const number of this.#index.batchesOf(key)) {
      if (number >= end) continue
      if (number < first) break
      const batch = this.#log.decisionsAfter(number - 1)
      // The log may have forgotten it meanwhile.
      if (batch?.number === number) yield batch
    }
  }

  /** Extends the index for about `ms`, so that the first search by key waits less; not during a search. True once it has all batches. */
  indexFor(ms: number): boolean {
    return !this.#isSearching && this.#catchUp(stopwatch() + ms)
  }

  #catchUp(until = Infinity): boolean {
    if (this.#last === undefined) {
      this.#first = this.#log.firstOfNewest(this.#indexed)
      this.#last = this.#first - 1
    }
    for (let next = this.#log.decisionsAfter(this.#last); next; next = this.#log.decisionsAfter(this.#last)) {
      this.#last = next.number
      this.#add(next.number, next.bytes)
      if (stopwatch() >= until) return false
    }
    return true
  }

  #add(number: number, bytes: Uint8Array): void {
    this.#strings.clear()
    try {
      const { keys, key, length, strings } = decodeDecisionKeys(bytes, this.#strings, this.#shapeOf)
      const hashes = new Set<number>()
      const seen = new Set<number>()
      for (let row = 0; row < length; row++) {
        const cell = keys.nulls?.[row] === 1 ? NaN : keys.values[row]
        // Equal cells are equal keys.
        if (seen.has(cell)) continue
        seen.add(cell)
        hashes.add(hashOfKey(deliveredCell(keys, row, key, strings)))
      }
      this.#index.add(number, hashes)
    } catch (error) {
      if (!(error instanceof SpillwayError)) throw error
      this.#index.addUnreadable(number)
    }
  }

  readonly #shapeOf = (text: string): DecisionShape => {
    const cached = this.#shapes.get(text)
    if (cached) return cached
    const shape = JSON.parse(text) as DecisionShape
    if (this.#shapes.size >= SHAPES_KEPT) this.#shapes.clear()
    this.#shapes.set(text, shape)
    return shape
  }
}

const SHAPES_KEPT = 1000

/** The text of a place, as the ids of the stream of decisions. */
export const decisionPlaceText = ({ batch, row }: DecisionPlace): string => `${batch}.${row}`

/** The earlier one of two places; `undefined` is the end. */
const earlier = (a: DecisionPlace | undefined, b: DecisionPlace): DecisionPlace =>
  a && (a.batch < b.batch || (a.batch === b.batch && a.row <= b.row)) ? a : b
