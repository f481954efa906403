/** Which recorded decisions are compared, in the order in which they were made. */
import type { ModelIR } from '../define/ir/ir.ts'
import type { StoredDecisions } from '../log/store.ts'
import { decidedIn, type Decided } from './decided.ts'

/** Stretches of a model's decisions on entries from `entry` on, the oldest first. */
export interface StretchReader {
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisions>
}

export interface Choice {
  /** On entries of the log from here on, … */
  readonly from: number
  /** … and below this: what was made on later ones is of a log that was not read. */
  readonly to: number
  /** With a clock from here on, UTC ms. */
  readonly since: number
  /** At most so many, the first ones. */
  readonly limit: number
  /** Asked between two stretches of decisions, how many were given: is that enough? Those on one entry are given together. */
  readonly isEnough: (given: number) => boolean
}

/** Decisions of a model, and once they were taken where the next one is. */
export class Chosen {
  readonly #reader: StretchReader
  readonly #model: ModelIR
  readonly #choice: Choice
  /** Every decision that was chosen on an entry below this was given. */
  upTo: number

  constructor(reader: StretchReader, model: ModelIR, choice: Choice) {
    this.#reader = reader
    this.#model = model
    this.#choice = choice
    this.upTo = choice.from
  }

  *each(): Generator<Decided> {
    const { from, to, since, limit, isEnough } = this.#choice
    let given = 0
    for (const stretch of this.#reader.decisionsFrom(this.#model.name, from)) {
      if (stretch.first >= to) break
      if (stretch.first >= this.upTo && given > 0 && isEnough(given)) return
      for (const decided of decidedIn(stretch)) {
        if (decided.t < since || decided.entry >= to) continue
        if (given++ >= limit) return
        yield decided
      }
      this.upTo = Math.min(to, stretch.last + 1)
    }
    this.upTo = Math.max(this.upTo, to)
  }
}

/** Some at a time. */
export function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = []
  for (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
