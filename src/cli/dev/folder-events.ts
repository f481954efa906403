/** What happens in a data folder, read from it as it is committed, whichever process runs in it: decisions, and effects once it is known what became of them. */
import type { StoredEffect } from '../../log/effects.ts'
import { readFolder } from '../../log/sqlite/data-folder.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { recordedDecisions, type RecordedDecision } from '../../run/decide/recorded-decision.ts'

export interface Happened {
  readonly decisions: RecordedDecision[]
  readonly effects: StoredEffect[]
}

export class Happenings {
  readonly #data: string
  #reader: SqliteReader | undefined
  #decided = 0
  #effects = 0
  /** Effects of which more is to be told. */
  readonly #open = new Set<number>()

  /** Tells what comes from now on. */
  constructor(data: string) {
    this.#data = data
    this.#reader = this.#opened()
    this.#decided = this.#reader?.decisionNumbers().last ?? 0
    this.#effects = this.#reader?.effects.last() ?? 0
  }

  /** What is new since the last look. */
  look(): Happened {
    this.#reader ??= this.#opened()
    if (!this.#reader) return { decisions: [], effects: [] }
    return { decisions: [...this.#newDecisions(this.#reader)], effects: [...this.#newEffects(this.#reader)] }
  }

  close(): void {
    this.#reader?.close()
  }

  /** Nothing while there is no log yet. */
  #opened(): SqliteReader | undefined {
    try {
      return readFolder(this.#data)
    } catch {
      return undefined
    }
  }

  *#newDecisions(reader: SqliteReader): Generator<RecordedDecision> {
    for (let next = reader.decisionsAfter(this.#decided); next; next = reader.decisionsAfter(this.#decided)) {
      this.#decided = next.number
      yield* recordedDecisions(next.bytes)
    }
  }

  *#newEffects(reader: SqliteReader): Generator<StoredEffect> {
    for (const effect of reader.effects.after(this.#effects)) {
      this.#effects = effect.number
      this.#open.add(effect.number)
    }
    for (const number of this.#open) {
      const effect = reader.effects.at(number)
      if (effect?.state === 'pending') continue
      this.#open.delete(number)
      if (effect) yield effect
    }
  }
}
