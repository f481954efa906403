/**
 * One feature group of a live run: applies the events of its source, batch by batch, and answers the queries of all models that read it.
 *
 * Its placement says which events a query sees, as in a replay (`kernel/placement.ts`). Events that no query may see yet, under `lag` or
 * `scheduled`, wait. Events that every later query will see are applied at once, so no event waits longer than the placement requires.
 */
import { type FeatureColumn, selectFeatureRows } from '../../aggregate/index.ts'
import {
  noEventsBlock,
  type Block,
  type ColumnData,
  concatBlocks,
  concatColumns,
  concatArrays,
  gatherColumn,
  gatherArray,
  lowerBound,
  sliceBlock,
  type Strings,
} from '../../columns/index.ts'
import type { GroupIR, SourceIR } from '../../define/ir/index.ts'
import { type BlockReads, rejectIncomplete, Kernel, placementAt, placeReads, splitSlices } from '../../kernel/index.ts'

/** The queries of one reader in a batch; row i belongs to decision i. */
export interface GroupQuery {
  readonly keys: readonly ColumnData[]
  /** Number of visible events of the batch for each query, among those of the group's source; does not decrease. */
  readonly prefix: Int32Array
  /** Time of each decision, UTC ms; does not decrease. */
  readonly times: Float64Array
  /** The triggering event is the last of the prefix. */
  readonly own: boolean
  /** Output columns to reuse, which saves an allocation: one row for each query. */
  readonly into?: FeatureColumn[]
}

/** Events of one source, and their sequence numbers. */
export interface SourceEvents {
  readonly block: Block
  readonly entries: Float64Array
}

/** Features of the queries of one reader. */
export interface GroupAnswers {
  readonly out: readonly FeatureColumn[]
  /** Number of visible events of the source for each query, counted from the beginning of the log. */
  readonly visibleCount: Float64Array
  /** As-of time of each query, UTC ms; −Infinity before the first run of a schedule. */
  readonly asOf: Float64Array
}

/** Where the values of a group come from. */
export interface ValueOrigin {
  /** The layer of the values: events (`stream`), a batch result (`batch`), or a batch snapshot with the later events (`merged`). */
  readonly layer: 'stream' | 'batch' | 'merged'
  /** The snapshot of merged layers: its run, its as-of time, UTC ms, and its age. */
  readonly snapshot?: { readonly run: number; readonly asOf: number; readonly ageMs: number }
  /** The reason why the values, or one of their layers, are older than the placement says. */
  readonly degraded?: string
}

/** The keys of a group in memory, and the bytes of their state. A key in the delta of a hybrid group alone may not count. */
export type GroupMemory = Pick<Kernel, 'keyCount' | 'bytes'>

/** A group that models and readers can query. */
export interface QueryableGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly memory: GroupMemory
  /**
   * Applies the events of the group's source in this batch (undefined if there are none), and answers the queries. `now`: lower bound of
   * the times of later queries.
   */
  applyAndQuery(events: SourceEvents | undefined, queries: readonly GroupQuery[], now: number): GroupAnswers[]
  /** The origin of values at `t`, UTC ms, which does not decrease. */
  originAt(t: number): ValueOrigin
  /** The as-of time of values that are read at `t`, UTC ms; −Infinity before the first run of a schedule. */
  asOfAt(t: number): number
}

type PlacedQueries = BlockReads & { readonly uptoBefore: Int32Array }

export class LiveGroup implements QueryableGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  protected readonly strings: Strings
  #kernel: Kernel
  /** Events that no query may see yet. */
  #notYetVisible: SourceEvents | undefined
  /** Number of applied events of the source, counted from the beginning of the log. */
  #applied = 0
  /** Sequence number of the last applied event; −1 before the first. */
  #appliedEntry = -1
  /** Sequence number of the last event in any restored slice. */
  #restoredUpTo = -Infinity
  /** The log has forgotten events that arrived up to this time, UTC ms, so they may be missing: windows that reach them are rejected. */
  incomplete = -Infinity

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    this.group = group
    this.source = source
    this.strings = strings
    this.#kernel = new Kernel(group, source, { strings })
  }

  get kernel(): Kernel {
    return this.#kernel
  }

  get memory(): GroupMemory {
    return this.#kernel
  }

  /** The batch run whose result is the snapshot below the kernel, if there is one. */
  get batchRun(): number | undefined {
    return undefined
  }

  /** Is its state saved in slices? Otherwise a start makes it from the log. */
  get isSaved(): boolean {
    return true
  }

  originAt(_t: number): ValueOrigin {
    return { layer: 'stream' }
  }

  asOfAt(t: number): number {
    return placementAt(this.group.place, t).asOf
  }

  /** A kernel without events. */
  protected emptyKernel(): Kernel {
    return new Kernel(this.group, this.source, { strings: this.strings })
  }

  /** Replaces the kernel by one with the same events. */
  protected replaceKernel(kernel: Kernel): void {
    this.#kernel = kernel
    this.#restoredUpTo = -Infinity
  }

  /** Skips the next events of the source, which are in another layer. */
  protected skipEvents(events: number): void {
    this.#applied += events
  }

  applyAndQuery(events: SourceEvents | undefined, queries: readonly GroupQuery[], now: number): GroupAnswers[] {
    const waiting = this.#notYetVisible?.block.length ?? 0
    const all = this.#withWaiting(events)
    if (!all) return this.#rejectIncomplete(queries.map(query => this.#answer(query, noEventsBlock)))
    const placed = queries.map(query => this.#place(query, all.block, waiting))
    const end = this.#visibleBy(now, all.block)
    const out = this.#applyAndRead(sliceBlock(all.block, 0, end), placed, queries[0]?.into)
    const answers = placed.map(({ upto, asOf }, i) => ({ out: out[i], visibleCount: addTo(upto, this.#applied), asOf }))
    this.#advance(all, end)
    return this.#rejectIncomplete(answers)
  }

  /** Saves slots of the kernel as bytes, with the sequence number up to which they have the log; valid until the next save. */
  save(from: number, to: number): Uint8Array {
    return this.#kernel.save(from, to, this.#appliedEntry)
  }

  /** Restores slices in order. Returns the entry after which the log must be replayed. Throws `SPILL_STATE`, and is empty then. */
  restore(files: readonly Uint8Array[]): number {
    try {
      const { lowest, highest } = this.#kernel.restore(files.flatMap(splitSlices))
      this.#restoredUpTo = highest
      this.#appliedEntry = Math.max(-1, lowest)
      return this.#appliedEntry
    } catch (error) {
      this.clear()
      throw error
    }
  }

  /** Sets the number of events of the source before the next entry, if that does not follow the last one. */
  startAfter(events: number): void {
    this.#applied = events - (this.#notYetVisible?.block.length ?? 0)
  }

  /** Drops the restored state. */
  clear(): void {
    this.replaceKernel(this.emptyKernel())
    this.#appliedEntry = -1
  }

  /** Applies events that earlier queries have already seen, after `restore` or without it. `finishCatchUp` comes before any query. */
  catchUp(events: SourceEvents | undefined, now: number): void {
    const all = this.#withWaiting(events)
    if (!all) return
    // A tick, later than every arrival, may have made more events visible before the save.
    const restored = lowerBound(all.entries, this.#restoredUpTo + 1)
    const end = Math.max(restored, this.#visibleBy(now, all.block))
    this.#kernel.catchUp(sliceBlock(all.block, 0, end), all.entries)
    this.#advance(all, end)
  }

  /** Ends the catch-up after `restore`. */
  finishCatchUp(): void {
    this.#kernel.finishCatchUp()
  }

  /** The events that wait, and these. */
  #withWaiting(events: SourceEvents | undefined): SourceEvents | undefined {
    const waiting = this.#notYetVisible
    if (!waiting || !events) return waiting ?? events
    return { block: concatBlocks([waiting.block, events.block]), entries: concatArrays([waiting.entries, events.entries]) }
  }

  #advance({ block, entries }: SourceEvents, end: number): void {
    this.#applied += end
    if (end > 0) this.#appliedEntry = entries[end - 1]!
    const { length } = block
    this.#notYetVisible = end < length ? { block: concatBlocks([sliceBlock(block, end, length)]), entries: entries.slice(end) } : undefined
  }

  #answer(query: GroupQuery, block: Block): GroupAnswers {
    const { prefix, times: time, own } = query
    const { upto, asOf } = placeReads(this.group.place, this.source, block, { prefix, time, own })
    const out = this.#kernel.read(query.keys, asOf, query.into)
    return { out, visibleCount: new Float64Array(upto.length).fill(this.#applied), asOf }
  }

  /** Rejects values of incomplete windows. Once all windows of a batch are complete, so are all later ones. */
  #rejectIncomplete(answers: GroupAnswers[]): GroupAnswers[] {
    if (this.incomplete === -Infinity) return answers
    const rejected = answers.map(({ out, asOf }) => rejectIncomplete(this.group.features, out, asOf, this.incomplete))
    if (answers.some(({ asOf }) => asOf.length > 0) && !rejected.includes(true)) this.incomplete = -Infinity
    return answers
  }

  #place({ keys, prefix, times: time, own }: GroupQuery, all: Block, waiting: number): PlacedQueries {
    const triggers = { prefix: waiting > 0 ? prefix.map(count => count + waiting) : prefix, time, own }
    const { upto, uptoBefore, asOf } = placeReads(this.group.place, this.source, all, triggers)
    return { length: prefix.length, keys, upto, uptoBefore, asOf }
  }

  /** Number of events that every query from `now` on sees. */
  #visibleBy(now: number, all: Block): number {
    const { place } = this.group
    if (place.kind === 'stream' || place.kind === 'hybrid') return all.length
    return placeReads(place, this.source, all, { prefix: Int32Array.of(all.length), time: Float64Array.of(now), own: false }).upto[0]
  }

  /** `into`: output columns of the only query. */
  #applyAndRead(block: Block, placed: readonly PlacedQueries[], into: FeatureColumn[] | undefined): FeatureColumn[][] {
    if (placed.length === 0) return [this.#kernel.applyAndRead(block, noQueries(this.group, block))]
    if (placed.length === 1) return [this.#kernel.applyAndRead(block, placed[0], into)]
    const { merged, rows } = mergeQueries(placed)
    const out = this.#kernel.applyAndRead(block, merged)
    return rows.map(rowsOfReader => out.map(column => selectFeatureRows(column, rowsOfReader)))
  }
}

function addTo(numbers: Int32Array, more: number): Float64Array {
  const sums = new Float64Array(numbers.length)
  for (let i = 0; i < sums.length; i++) sums[i] = numbers[i] + more
  return sums
}

const noQueries = (group: GroupIR, block: Block): BlockReads => ({
  length: 0,
  keys: group.key.map(name => block.columns[name]),
  upto: new Int32Array(0),
  asOf: new Float64Array(0),
})

/** Merges the queries of several readers in the order in which a kernel reads. Also returns the rows of each reader in the result. */
function mergeQueries(placed: readonly PlacedQueries[]): { merged: BlockReads; rows: Uint32Array[] } {
  const upto = concatArrays(placed.map(queries => queries.upto))
  const uptoBefore = concatArrays(placed.map(queries => queries.uptoBefore))
  const asOf = concatArrays(placed.map(queries => queries.asOf))
  const byRead = (a: number, b: number): number => upto[a] - upto[b] || asOf[a] - asOf[b] || uptoBefore[a] - uptoBefore[b] || a - b
  const order = Uint32Array.from(upto.keys()).sort(byRead)
  const lengths = placed.map(queries => queries.length)
  const keys = placed[0].keys.map((_, part) => {
    const columns = placed.map(queries => queries.keys[part])
    return gatherColumn(concatColumns(columns, lengths), order)
  })
  const rowOfQuery = new Uint32Array(order.length)
  order.forEach((query, row) => (rowOfQuery[query] = row))
  const rows: Uint32Array[] = []
  let first = 0
  for (const length of lengths) {
    rows.push(rowOfQuery.subarray(first, first + length))
    first += length
  }
  const merged = {
    length: order.length,
    keys,
    upto: gatherArray(upto, order),
    uptoBefore: gatherArray(uptoBefore, order),
    asOf: gatherArray(asOf, order),
  }
  return { merged, rows }
}
