/**
 * The dead letters of one folder: pages of them, and groups of dead letters with the same cause.
 *
 * Cost: the store counts dead letters by source and reason only. Causes are found by reading messages, without records, of at most
 * `DEAD_LETTERS_GROUPED_MAX` dead letters in a request, between which the event loop does other work.
 */
import { limits, stopwatch, type StrictOmit, sumBy, yieldToEventLoop } from '../base/index.ts'
import type { AnyDeadLetter, StoredDeadLetter } from '../log/index.ts'
import type { DeadLetterCount, DeadLetterFilter, DeadLetterOrder, DeadLetterSummary } from '../log/sqlite/index.ts'
import { causeId } from './dead-letter-cause.ts'
import type { FolderLog } from './folder-log.ts'
import { causeText } from './personal/index.ts'

/** A page of dead letters. */
export interface DeadLetterPageQuery extends DeadLetterFilter {
  /** Only those of this cause: the `cause` of a `DeadLetterCause`. */
  readonly cause?: string | undefined
  /** The oldest first unless set. */
  readonly order?: DeadLetterOrder | undefined
  /** Continues after the dead letter of this number, in the order. */
  readonly from?: number | undefined
  readonly limit: number
  /** The page ends with the dead letter that passes this number of bytes. */
  readonly maxBytes: number
}

export interface DeadLetterPage {
  readonly letters: readonly StoredDeadLetter[]
  /** `from` of the next page; absent at the end. A page of a cause may have a next page without being full. */
  readonly next?: number
}

/** Dead letters of one cause. */
export interface DeadLetterCause {
  /** Identifies the cause. */
  readonly cause: string
  readonly source: string | null
  readonly reason: string
  /** The message without the values of the records. */
  readonly detail: string
  readonly letters: number
  /** Times of the first and the last rejection, UTC ms. */
  readonly first: number
  readonly last: number
}

/** The causes of the newest dead letters. */
export interface DeadLetterCauses {
  /** The cause of the newest dead letter first; at most `DEAD_LETTER_CAUSES_MAX`. */
  readonly causes: readonly DeadLetterCause[]
  /** Causes that are not listed. */
  readonly unlisted: number
  /** Older dead letters, of any source and reason, that were not read. */
  readonly unread: number
}

const SUMMARIES_AT_ONCE = 500

export class FolderDeadLetters {
  readonly #letters: FolderLog['deadLetters']

  constructor({ deadLetters }: Pick<FolderLog, 'deadLetters'>) {
    this.#letters = deadLetters
  }

  /** Dead letters, oldest first: unsettled ones, or settled ones with their outcomes. Read in pages while they are iterated. */
  list({ settled, ...filter }: DeadLetterFilter & { readonly settled: boolean }): Iterable<AnyDeadLetter> {
    return settled ? this.#letters.settled(filter) : this.#letters.dead(filter)
  }

  /** A page of unsettled dead letters. Memory: the page. */
  async page(query: DeadLetterPageQuery): Promise<DeadLetterPage> {
    const { order = 'oldest', from, limit, maxBytes } = query
    const letters: StoredDeadLetter[] = []
    let bytes = 0
    let last = from ?? firstOf(order)
    for await (const { id, isMatch } of this.#candidates(query)) {
      if (isMatch && (letters.length >= limit || bytes >= maxBytes)) return { letters, next: last }
      last = id
      const letter = isMatch ? this.#letters.byId(id) : undefined
      // It may have been settled since.
      if (!letter || 'outcome' in letter) continue
      letters.push(letter)
      bytes += letter.raw.length + (letter.original?.length ?? 0)
    }
    const isAtEnd = query.cause === undefined || this.#letters.nextDead(last, order, query) === undefined
    return isAtEnd ? { letters } : { letters, next: last }
  }

  /** Numbers of unsettled dead letters by source and reason. */
  counts({ source, reason }: DeadLetterFilter = {}): DeadLetterCount[] {
    return this.#letters.counts().filter(count => count.source === (source ?? count.source) && count.reason === (reason ?? count.reason))
  }

  /** The newest `DEAD_LETTERS_GROUPED_MAX` unsettled dead letters that match a filter, by cause. */
  async causes(filter: DeadLetterFilter = {}): Promise<DeadLetterCauses> {
    const groups = new Map<string, { -readonly [Key in keyof DeadLetterCause]: DeadLetterCause[Key] }>()
    const total = sumBy(this.counts(), ({ letters }) => letters)
    let read = 0
    for await (const { source, reason, detail, at } of this.#summaries('newest', firstOf('newest'))) {
      read++
      if (!isOf(filter, source, reason)) continue
      const text = causeText(reason, detail)
      const key = JSON.stringify([source, reason, text])
      const group = groups.get(key)
      if (!group) groups.set(key, { cause: '', source, reason, detail: text, letters: 1, first: at, last: at })
      else {
        group.letters++
        group.first = Math.min(group.first, at)
        group.last = Math.max(group.last, at)
      }
    }
    const listed = [...groups.values()].slice(0, limits.DEAD_LETTER_CAUSES_MAX)
    return {
      causes: listed.map(group => ({ ...group, cause: causeId(group.source, group.reason, group.detail) })),
      unlisted: groups.size - listed.length,
      unread: read < limits.DEAD_LETTERS_GROUPED_MAX ? 0 : Math.max(0, total - read),
    }
  }

  /** Numbers of the dead letters of a cause among the newest `DEAD_LETTERS_GROUPED_MAX` unsettled ones, the oldest first. */
  async idsOfCause(cause: string): Promise<number[]> {
    const ids: number[] = []
    for await (const { id, isMatch } of this.#candidates({ cause, order: 'newest' })) if (isMatch) ids.push(id)
    return ids.toReversed()
  }

  /** A dead letter by its number, settled or not. */
  byId(id: number): AnyDeadLetter | undefined {
    return this.#letters.byId(id)
  }

  /** Numbers of dead letters in the order of a page, with those that its filter leaves out if they had to be read. */
  async *#candidates({
    source,
    reason,
    cause,
    order = 'oldest',
    from = firstOf(order),
  }: StrictOmit<DeadLetterPageQuery, 'limit' | 'maxBytes'>): AsyncGenerator<{ id: number; isMatch: boolean }> {
    if (cause === undefined) {
      const next = (id: number): number | undefined => this.#letters.nextDead(id, order, { source, reason })
      for (let id = next(from); id !== undefined; id = next(id)) yield { id, isMatch: true }
      return
    }
    const ids = new Map<string, boolean>()
    const isOfCause = (summary: DeadLetterSummary): boolean => {
      const text = causeText(summary.reason, summary.detail)
      const key = JSON.stringify([summary.source, summary.reason, text])
      if (!ids.has(key)) ids.set(key, causeId(summary.source, summary.reason, text) === cause)
      return ids.get(key)!
    }
    for await (const summary of this.#summaries(order, from))
      yield { id: summary.id, isMatch: isOf({ source, reason }, summary.source, summary.reason) && isOfCause(summary) }
  }

  /** The next `DEAD_LETTERS_GROUPED_MAX` dead letters in an order, without their records. */
  async *#summaries(order: DeadLetterOrder, from: number): AsyncGenerator<DeadLetterSummary> {
    let began = stopwatch()
    for (let read = 0, last = from; read < limits.DEAD_LETTERS_GROUPED_MAX;) {
      const rows = this.#letters.summaries(last, order, Math.min(SUMMARIES_AT_ONCE, limits.DEAD_LETTERS_GROUPED_MAX - read))
      yield* rows
      if (rows.length < SUMMARIES_AT_ONCE) return
      read += rows.length
      last = rows.at(-1)!.id
      if (stopwatch() - began < limits.SERVE_AT_ONCE_MS) continue
      await yieldToEventLoop()
      began = stopwatch()
    }
  }
}

/** The number before the first dead letter in an order. */
const firstOf = (order: DeadLetterOrder): number => (order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER)

const isOf = (filter: DeadLetterFilter, source: string | null, reason: string): boolean =>
  source === (filter.source ?? source) && reason === (filter.reason ?? reason)
