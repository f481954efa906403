/** Dead letters of a data folder: rejected records, kept whole. */
import type { AnyDeadLetter, StoredDeadLetter } from '../log/index.ts'
import type { DeadLetterCount, DeadLetterFilter } from '../log/sqlite/index.ts'
import type { FolderLog } from './folder-log.ts'

/** A page of dead letters. */
export interface DeadLetterPageQuery extends DeadLetterFilter {
  /** Only dead letters with a greater number; 0 for all. */
  readonly after: number
  readonly limit: number
  /** The page ends with the dead letter that passes this number of bytes. */
  readonly maxBytes: number
}

/** The dead letters of one folder. */
export class FolderDeadLetters {
  readonly #letters: FolderLog['deadLetters']

  constructor({ deadLetters }: Pick<FolderLog, 'deadLetters'>) {
    this.#letters = deadLetters
  }

  /** Dead letters, oldest first: unsettled ones, or settled ones with their outcomes. Read in pages while they are iterated. */
  list({ settled, ...filter }: DeadLetterFilter & { readonly settled: boolean }): Iterable<AnyDeadLetter> {
    return settled ? this.#letters.settled(filter) : this.#letters.dead(filter)
  }

  /** A page of unsettled dead letters, oldest first. Memory: the page. */
  page({ source, reason, after, limit, maxBytes }: DeadLetterPageQuery): StoredDeadLetter[] {
    const page: StoredDeadLetter[] = []
    let bytes = 0
    for (let letter = this.#next(after, source, reason); letter; letter = this.#next(letter.id, source, reason)) {
      page.push(letter)
      bytes += letter.raw.length + (letter.original?.length ?? 0)
      if (page.length >= limit || bytes >= maxBytes) break
    }
    return page
  }

  /** Numbers of unsettled dead letters by source and reason. */
  counts({ source, reason }: DeadLetterFilter = {}): DeadLetterCount[] {
    return this.#letters.counts().filter(count => count.source === (source ?? count.source) && count.reason === (reason ?? count.reason))
  }

  /** A dead letter by its number, settled or not. */
  byId(id: number): AnyDeadLetter | undefined {
    return this.#letters.byId(id)
  }

  #next(id: number, source: string | undefined, reason: string | undefined): StoredDeadLetter | undefined {
    return this.#letters.deadAfter(id, { source, reason })
  }
}
