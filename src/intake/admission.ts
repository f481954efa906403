/**
 * Which appends a log takes, decided in the order in which it takes them: duplicates, conflicts and revisions of semantics §1.
 *
 * The decision is a function of what the log holds: rows in order of (arrival, file order). Content is every column but the
 * recorded arrival, which the append sets and the sender does not. Within `dedupe` an append id is accepted once, or, in a source with `identity`,
 * once a revision, so the latest accepted row of an id decides. Costs a look-up a row.
 */
import type { Block, Column } from '../columns/block.ts'
import { RowIndex, sameValues } from '../columns/row-index.ts'
import { limits } from '../base/limits.ts'
import { SpillwayError } from '../base/errors.ts'
import { durationText } from '../base/time.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { RecentRows } from './recent-rows.ts'

export interface Admission {
  /** Rows accepted, in order; `undefined` if all were, as they stand. */
  readonly accepted: Uint32Array | undefined
  readonly duplicates: readonly number[]
  /** Rows with the append id of another that holds other content. */
  readonly conflicts: readonly number[]
  /** Rows that revise an event whose arrival is more than `revisable` ago. */
  readonly stale: readonly number[]
}

/** True if rows of this source can be refused for what was accepted before, so that all of their columns are needed. */
export function remembers(source: SourceIR): boolean {
  return source.id !== undefined || source.identity !== undefined
}

/** Decides on every row of a block with all columns of its source; `order` are its rows by arrival, `undefined` if they stand so. */
export function admit(source: SourceIR, block: Block, order: Uint32Array | undefined, idsMax: number = limits.DEDUPE_IDS_MAX): Admission {
  const memory = new Memory(source, block, idsMax)
  const rejected = { duplicate: [] as number[], conflict: [] as number[], stale: [] as number[] }
  const accepted = new Uint32Array(block.length)
  let count = 0
  for (let i = 0; i < block.length; i++) {
    const row = order ? order[i] : i
    const verdict = memory.decide(row)
    if (verdict === 'accept') accepted[count++] = row
    else rejected[verdict].push(row)
  }
  const untouched = !order && count === block.length
  const { duplicate: duplicates, conflict: conflicts, stale } = rejected
  return { accepted: untouched ? undefined : accepted.subarray(0, count), duplicates, conflicts, stale }
}

class Memory {
  readonly #source: SourceIR
  readonly #arrival: Float64Array
  readonly #content: readonly Column[]
  readonly #ids: RecentRows | undefined
  readonly #originals: RowIndex | undefined
  readonly #recent: RecentIds

  constructor(source: SourceIR, block: Block, idsMax: number) {
    const columns = (names: readonly string[]) => names.map(name => block.columns[name])
    this.#source = source
    this.#arrival = block.arrival
    this.#content = columns(contentNames(source))
    this.#ids = source.id === undefined ? undefined : new RecentRows(columns([source.key, source.id]), block.arrival, source.dedupe)
    this.#originals = source.identity && new RowIndex(columns([source.key, ...source.identity]), block.length)
    this.#recent = new RecentIds(source, idsMax)
  }

  decide(row: number): 'accept' | 'duplicate' | 'conflict' | 'stale' {
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
    return 'accept'
  }

  #age(row: number, earlier: number): number {
    return this.#arrival[row] - this.#arrival[earlier]
  }
}

/** The columns that are an event's content: all but one that is the arrival and nothing else. */
export function contentNames({ columns, arrives, time }: SourceIR): string[] {
  const arrival = arrives.kind === 'column' && arrives.column !== time ? arrives.column : undefined
  return columns.map(column => column.name).filter(name => name !== arrival)
}

/** Counts the ids accepted within `dedupe`: a log has to remember them all. */
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
