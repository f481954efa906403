/** Selects the recorded decisions to compare, in the order in which they were made, with access to their cells. */
import type { ModelIR, Value } from '../define/ir/index.ts'
import type { DecisionLog, StoredDecisionBatch } from '../log/index.ts'
import { vectorRowReader } from '../model/index.ts'
import { deliveredCell } from '../decision/index.ts'
import { decodeDecisions } from '../run/decide/index.ts'
import type { RecordedCell } from './reconcile-report.ts'

/** One recorded decision. */
export interface DecisionCells {
  /** Fingerprint of the pipeline that decided. */
  readonly fingerprint: string
  /** Entry of the log that triggered it. */
  readonly entry: number
  /** As-of time, UTC ms. */
  readonly t: number
  readonly key: Value
  readonly score: number | null
  /** Version of the model that scored, if one had been promoted. */
  readonly version: number | undefined
  /** Value of an input by name; undefined if it was not recorded. */
  readonly cell: (input: string) => RecordedCell | undefined
  /** Visible events and as-of time of a read, by `group(key columns)`. The as-of time before the first run of a schedule is −Infinity. */
  readonly read: (id: string) => { readonly visibleEvents: number; readonly asOf: number } | undefined
}

/** Decodes a decision batch, in order. Throws `SPILL_DATA` for damaged bytes. */
function* decisionCellsIn({ bytes }: StoredDecisionBatch): Generator<DecisionCells> {
  const decoded = decodeDecisions(bytes)
  const { length, fingerprint, entry, t, keys, key, strings, inputs, score, reads, visibleCounts, asOfTimes } = decoded
  const slots = new Map(inputs.map(({ name }, slot) => [name, slot]))
  const rowOf = vectorRowReader(
    inputs.map(({ expr }, slot) => ({ name: String(slot), expr })),
    strings,
  )
  for (let row = 0; row < length; row++) {
    const cells = rowOf(decoded.vector, row)
    yield {
      fingerprint,
      entry: entry[row],
      t: t[row],
      key: deliveredCell(keys, row, key, strings),
      score: score.nulls?.[row] === 1 ? null : score.values[row],
      version: decoded.version,
      cell: name => (slots.has(name) ? (cells[slots.get(name)!] as RecordedCell) : undefined),
      read(id) {
        const index = reads.indexOf(id)
        return index < 0 ? undefined : { visibleEvents: visibleCounts[index][row], asOf: asOfTimes[index][row] }
      },
    }
  }
}

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
