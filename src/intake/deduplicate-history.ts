/**
 * Deduplicates the history of one source: accepts its rows in log order and finds duplicates, conflicts and stale revisions (semantics, the
 * log). A live run deduplicates against its log instead (`run/ingest/deduplicator.ts`).
 *
 * The result is a function of the log alone: rows in order of (arrival, file order). An event's content is every column but the recorded
 * arrival, which the append sets and not the sender. Within `dedupe` an append id is accepted once. In a source with `identity` it is
 * accepted once per revision, so the latest accepted row of an id decides. Cost: one look-up a row.
 */
import { type Block, type ColumnData, RowIndex, sameValues } from '../columns/index.ts'
import { limits, SpillwayError, durationText } from '../base/index.ts'
import type { SourceIR } from '../define/ir/index.ts'

export interface DeduplicatedRows {
  /** Accepted rows, in order; `undefined` if all rows were accepted in their present order. */
  readonly accepted: Uint32Array | undefined
  readonly duplicates: readonly number[]
  /** Rows whose append id was accepted before with different content. */
  readonly conflicts: readonly number[]
  /** Rows that revise an event whose arrival is more than `revisable` ago. */
  readonly stale: readonly number[]
}

/** True if the verdict on a row depends on earlier rows, so that all columns of the source are needed. */
export function needsDeduplication(source: SourceIR): boolean {
  return source.id !== undefined || source.identity !== undefined
}

/** Decides on each row of a block with all columns of its source. `order`: the rows by arrival; `undefined` if they are in that order. */
export function deduplicateHistory(
  source: SourceIR,
  block: Block,
  order: Uint32Array | undefined,
  idsMax: number = limits.DEDUPE_IDS_MAX,
): DeduplicatedRows {
  const state = new HistoryDeduplicator(source, block, idsMax)
  const rejected = { duplicate: [] as number[], conflict: [] as number[], stale: [] as number[] }
  const accepted = new Uint32Array(block.length)
  let count = 0
  for (let i = 0; i < block.length; i++) {
    const row = order ? order[i] : i
    const verdict = state.verdictOn(row)
    if (verdict === 'accepted') accepted[count++] = row
    else rejected[verdict].push(row)
  }
  const isUnchanged = !order && count === block.length
  const { duplicate: duplicates, conflict: conflicts, stale } = rejected
  return { accepted: isUnchanged ? undefined : accepted.subarray(0, count), duplicates, conflicts, stale }
}

class HistoryDeduplicator {
  readonly #source: SourceIR
  readonly #arrival: Float64Array
  readonly #content: readonly ColumnData[]
  readonly #ids: RecentRows | undefined
  readonly #originals: RowIndex | undefined
  readonly #recent: RecentIds

  constructor(source: SourceIR, block: Block, idsMax: number) {
    const columns = (names: readonly string[]) => names.map(name => block.columns[name])
    this.#source = source
    this.#arrival = block.arrival
    this.#content = columns(contentColumnNames(source))
    this.#ids = source.id === undefined ? undefined : new RecentRows(columns([source.key, source.id]), block.arrival, source.dedupe)
    this.#originals = source.identity && new RowIndex(columns([source.key, ...source.identity]), block.length)
    this.#recent = new RecentIds(source, idsMax)
  }

  verdictOn(row: number): 'accepted' | 'duplicate' | 'conflict' | 'stale' {
    const ids = this.#ids && !this.#ids.hasNull(row) ? this.#ids : undefined
    const earlier = ids ? ids.find(row) : -1
    if (earlier >= 0 && this.#age(row, earlier) <= this.#source.dedupe) {
      if (sameValues(this.#content, earlier, row)) return 'duplicate'
      if (!this.#source.identity) return 'conflict'
    }
    if (this.#originals && !this.#originals.hasNull(row)) {
      const original = this.#originals.find(row)
      if (original < 0) this.#originals.put(row)
      else if (this.#age(row, original) > this.#source.revisable!) return 'stale'
    }
    if (ids) {
      ids.put(row)
      this.#recent.add(this.#arrival[row])
    }
    return 'accepted'
  }

  #age(row: number, earlier: number): number {
    return this.#arrival[row] - this.#arrival[earlier]
  }
}

/** Names of the columns that make up an event's content: all but a column that holds only the arrival. */
export function contentColumnNames({ columns, arrives, time }: SourceIR): string[] {
  const arrival = arrives.kind === 'column' && arrives.column !== time ? arrives.column : undefined
  return columns.map(column => column.name).filter(name => name !== arrival)
}

/** Counts the ids accepted within `dedupe`, all of which a log must remember. */
class RecentIds {
  readonly #source: SourceIR
  readonly #max: number
  readonly #arrivals: number[] = []
  #oldest = 0

  constructor(source: SourceIR, max: number) {
    this.#source = source
    this.#max = max
  }

  add(arrival: number): void {
    this.#arrivals.push(arrival)
    while (this.#arrivals[this.#oldest] < arrival - this.#source.dedupe) this.#oldest++
    if (this.#arrivals.length - this.#oldest <= this.#max) return
    const span = durationText(this.#source.dedupe)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `source '${this.#source.name}': more than ${this.#max} ids within ${span} (DEDUPE_IDS_MAX); give it a shorter \`dedupe\``,
    )
  }
}

const ROWS_MIN = 16

/**
 * Finds an earlier row with equal columns that arrived within `window` of this one. Used for append ids within `dedupe`.
 *
 * Two generations of an index rotate: the older is dropped once each of its rows arrived more than `window` before all later rows. The
 * index thus stays in the processor's cache however long the history is. Three million ids of half a year take 0.4 s of processor time
 * instead of 1.1 s.
 */
export class RecentRows {
  readonly #columns: readonly ColumnData[]
  readonly #arrival: Float64Array
  readonly #window: number
  #older: RowIndex
  #newer: RowIndex
  /** Rows of the newer generation, and its capacity. */
  #rows: number[] = []
  #capacity = ROWS_MIN
  /** Arrival of its first row. */
  #newerSince = -Infinity

  /** `window` in ms. Rows must come in order of arrival. */
  constructor(columns: readonly ColumnData[], arrival: Float64Array, window: number) {
    this.#columns = columns
    this.#arrival = arrival
    this.#window = window
    this.#older = new RowIndex(columns, 0)
    this.#newer = new RowIndex(columns, this.#capacity)
  }

  /** True if one of the columns is NULL in this row, which then has no id. */
  hasNull(row: number): boolean {
    return this.#newer.hasNull(row)
  }

  /** The last row with the values of `row`, or −1. Always finds a row that arrived at most `window` before `row`. */
  find(row: number): number {
    const match = this.#newer.find(row)
    return match >= 0 ? match : this.#older.find(row)
  }

  /** Makes `row` the row that its values find. */
  put(row: number): void {
    // Once `window` has passed, every row of the older generation arrived more than `window` before this row and all later ones.
    if (this.#arrival[row] - this.#newerSince > this.#window) this.#rotate(row)
    if (this.#rows.length === this.#capacity) this.#grow()
    this.#rows.push(row)
    this.#newer.put(row)
  }

  #rotate(row: number): void {
    this.#older = this.#newer
    this.#newerSince = this.#arrival[row]
    this.#capacity = Math.max(ROWS_MIN, this.#rows.length)
    this.#rows = []
    this.#newer = new RowIndex(this.#columns, this.#capacity)
  }

  #grow(): void {
    this.#capacity *= 2
    this.#newer = new RowIndex(this.#columns, this.#capacity)
    for (const row of this.#rows) this.#newer.put(row)
  }
}
