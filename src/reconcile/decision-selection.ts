/** Selects the recorded decisions to compare, in the order in which they were made. */
import type { ModelIR } from '../define/ir/index.ts'
import type { DecisionLog } from '../log/index.ts'
import { decisionCellsIn, type DecisionCells } from './decision-cells.ts'

/** Selection of a model's decisions. */
export interface DecisionFilter {
  /** First entry of the log, inclusive. */
  readonly from: number
  /** Last entry, exclusive: later decisions belong to a log that was not read. */
  readonly to: number
  /** Least as-of time, UTC ms. */
  readonly since: number
  /** Greatest number of decisions; the first ones count. */
  readonly limit: number
  /**
   * Called between decision batches with the number of selected decisions; true ends the selection. Decisions on one entry stay together.
   */
  readonly isEnough: (selected: number) => boolean
}

/** Iterates over a model's decisions and records where the next selection begins. */
export class DecisionSelection {
  readonly #reader: Pick<DecisionLog, 'decisionsFrom'>
  readonly #model: ModelIR
  readonly #choice: DecisionFilter
  /** All selected decisions on entries below this one were returned. */
  upTo: number

  constructor(reader: Pick<DecisionLog, 'decisionsFrom'>, model: ModelIR, choice: DecisionFilter) {
    this.#reader = reader
    this.#model = model
    this.#choice = choice
    this.upTo = choice.from
  }

  *each(): Generator<DecisionCells> {
    const { from, to, since, limit, isEnough } = this.#choice
    let selected = 0
    for (const batch of this.#reader.decisionsFrom(this.#model.name, from)) {
      if (batch.first >= to) break
      if (batch.first >= this.upTo && selected > 0 && isEnough(selected)) return
      for (const decided of decisionCellsIn(batch)) {
        if (decided.t < since || decided.entry >= to) continue
        if (selected++ >= limit) return
        yield decided
      }
      this.upTo = Math.min(to, batch.last + 1)
    }
    this.upTo = Math.max(this.upTo, to)
  }
}

/** Splits items into chunks of `size`. */
export function* inChunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = []
  for (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
