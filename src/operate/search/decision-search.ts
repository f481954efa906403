/**
 * Finds the newest recorded decisions by model, key, time and score. An index of keys is built on first use, or ahead of it, and extended from there.
 *
 * It decodes whole batches, which takes milliseconds each, so it runs in a thread of its own (`folder-search-thread.ts`).
 */
import { SpillwayError, limits, stopwatch } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { deliveredCell } from '../../decision/index.ts'
import type { SqliteReader } from '../../log/sqlite/index.ts'
import { decodeDecisionKeys, type DecisionShape, newestDecisionsIn, type RecordedDecision } from '../../run/decide/index.ts'
import { hashOfKey, DecisionKeyIndex } from './decision-key-index.ts'
import { endOfBatches, startOfBatches } from './decision-time.ts'
import { decisionMatcher, newestDecisions, type NewestDecisionsQuery } from '../../run/history/index.ts'

/** The decisions that were found. */
export interface SearchResult {
  /** In order of decision. */
  readonly decisions: readonly RecordedDecision[]
  /** Number of scanned decisions, if the search ended early with fewer results than requested. */
  readonly lookedAt?: number
  /** Time of the oldest scanned decision, UTC ms, if the scan ended early and a search up to it goes on. */
  readonly lookedTo?: number
}

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

  constructor(log: SearchedLog, indexed: number = limits.DECISION_KEYS_INDEXED_MAX) {
    this.#log = log
    this.#indexed = indexed
    this.#index = new DecisionKeyIndex(indexed)
  }

  /** Runs a query. Throws `SPILL_DATA` for a damaged batch that is read. */
  async newest(request: NewestDecisionsQuery): Promise<SearchResult> {
    const { key, maxScanned, since, until } = request
    const query = {
      ...request,
      ...(since !== undefined && { firstBatch: startOfBatches(this.#log, since) }),
      ...(until !== undefined && { before: endOfBatches(this.#log, until) }),
    }
    if (key !== undefined) return this.#findByKey({ ...query, key })
    const { decisions, isWhole, scannedTo } = await newestDecisions(this.#log, query)
    return { decisions, ...(!isWhole && maxScanned !== undefined && { lookedAt: maxScanned, lookedTo: scannedTo }) }
  }

  #findByKey(query: NewestDecisionsQuery & { readonly key: string }): SearchResult {
    const { model, key, firstBatch = 0, before = Infinity, last, maxScanned = Infinity } = query
    const matches = decisionMatcher(query)
    this.#catchUp()
    const decisions: RecordedDecision[] = []
    let scanned = 0
    for (const number of this.#index.batchesOf(key)) {
      if (decisions.length >= last) break
      if (number >= before) continue
      if (number < firstBatch) break
      const batch = this.#log.decisionsAfter(number - 1)
      // The log has forgotten it meanwhile.
      if (batch?.number !== number) continue
      if (model !== undefined && batch.model !== model) continue
      if (scanned >= maxScanned) return { decisions: decisions.reverse(), lookedAt: maxScanned }
      scanned += batch.count
      decisions.push(...newestDecisionsIn(batch.bytes, last - decisions.length, matches))
    }
    const { first } = this.#log.decisionNumbers()
    const isWhole = decisions.length >= last || first === 0 || Math.max(this.#first, this.#index.from) <= Math.max(first, firstBatch)
    return { decisions: decisions.reverse(), ...(!isWhole && { lookedAt: this.#index.size }) }
  }

  /** Extends the index for about `ms`, so that the first search by key waits less. True once it has all batches. */
  indexFor(ms: number): boolean {
    return this.#catchUp(stopwatch() + ms)
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
