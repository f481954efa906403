/** Reads new decisions and settled effects from a data folder as any process commits them. */
import type { StoredEffect } from '../log/index.ts'
import { readDataFolder, type SqliteReader } from '../log/sqlite/index.ts'
import { recordedDecisions, type RecordedDecision } from '../run/decide/index.ts'

/** The decisions and settled effects of one poll, each in the order of their commits. */
export interface FolderActivity {
  readonly decisions: RecordedDecision[]
  readonly effects: StoredEffect[]
}

/** Polls a data folder. Memory: the numbers of pending effects. */
export class FolderActivityReader {
  readonly #data: string
  #reader: SqliteReader | undefined
  #decided = 0
  #effects = 0
  /** Numbers of effects that were pending at the last poll. */
  readonly #pending = new Set<number>()

  /** Starts at the end of the folder's log. */
  constructor(data: string) {
    this.#data = data
    this.#reader = this.#openReader()
    this.#decided = this.#reader?.decisionNumbers().last ?? 0
    this.#effects = this.#reader?.effects.lastNumber() ?? 0
  }

  /** The decisions and settled effects since the last call. */
  poll(): FolderActivity {
    this.#reader ??= this.#openReader()
    if (!this.#reader) return { decisions: [], effects: [] }
    return { decisions: [...this.#newDecisions(this.#reader)], effects: [...this.#newEffects(this.#reader)] }
  }

  close(): void {
    this.#reader?.close()
  }

  /** Undefined while the folder has no log. */
  #openReader(): SqliteReader | undefined {
    try {
      return readDataFolder(this.#data)
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
      this.#pending.add(effect.number)
    }
    for (const number of this.#pending) {
      const effect = reader.effects.byNumber(number)
      if (effect?.state === 'pending') continue
      this.#pending.delete(number)
      if (effect) yield effect
    }
  }
}
