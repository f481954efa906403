/**
 * One feature group of a live run: takes the events of its source stretch by stretch and answers the asks of all models that read it.
 *
 * Its placement says what each ask knows, as in a replay (`kernel/placement.ts`). Events that no ask may know yet, under `lag` or `scheduled`,
 * wait in `pending`; what every later ask will know is applied at once, so that nothing waits longer than its placement makes it.
 */
import type { FeatureColumn } from '../../aggregate/aggregate.ts'
import { noEvents, type Block, type Column } from '../../columns/block.ts'
import { concatBlocks, concatColumns, joined } from '../../columns/concat.ts'
import { gatherColumn, picked } from '../../columns/gather.ts'
import { blockSlice } from '../../columns/slice.ts'
import type { Strings } from '../../columns/strings.ts'
import type { GroupIR, SourceIR } from '../../define/ir/ir.ts'
import type { Asks } from '../../kernel/asks.ts'
import { refuseIncomplete } from '../../kernel/incomplete.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { placeAsks } from '../../kernel/placement.ts'
import { slicesIn } from '../../kernel/state.ts'

/** What one reader asks of a group in a stretch; row i is its decision i. */
export interface GroupAsks {
  readonly keys: readonly Column[]
  /** How many of the stretch's events of the group's source each ask has in its `P`; does not decrease. */
  readonly prefix: Int32Array
  /** Each decision's `t`, UTC ms; does not decrease. */
  readonly clock: Float64Array
  /** The triggering event is the last of the prefix. */
  readonly own: boolean
  /** Columns that may be written over, which saves making new ones: a row for each ask. */
  readonly into?: FeatureColumn[]
}

/** Events of one source, and the entries of the log that they are. */
export interface SourceEvents {
  readonly block: Block
  readonly entries: Float64Array
}

export interface GroupAnswers {
  readonly out: readonly FeatureColumn[]
  /** How many events of the group's source each ask knew, of all that the log ever had. */
  readonly known: Float64Array
  /** The clock that each was read at, UTC ms; −Infinity before the first run of a schedule. */
  readonly clock: Float64Array
}

/** What models and readers ask. */
export interface AnsweringGroup {
  readonly group: GroupIR
  /**
   * Applies the stretch's events of the group's source (`undefined` if it has none) and answers the asks. `now`: no later ask has a `t` below it.
   */
  take(events: SourceEvents | undefined, asks: readonly GroupAsks[], now: number): GroupAnswers[]
}

type Placed = Omit<Asks, 'uptoBefore'> & { readonly uptoBefore: Int32Array }

export class LiveGroup implements AnsweringGroup {
  readonly group: GroupIR
  readonly #source: SourceIR
  readonly #strings: Strings
  #kernel: Kernel
  /** Events that are known to no ask yet, and the entries of the log that they are. */
  #pending: { readonly block: Block; readonly entries: Float64Array } | undefined
  /** Events of the source that were applied, of all that the log ever had. */
  #applied = 0
  /** The last entry that was applied; −1 before the first. */
  #appliedEntry = -1
  /** Events that arrived up to here are not all in it, UTC ms: windows that reach back to it are refused. */
  #incomplete = -Infinity

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    this.group = group
    this.#source = source
    this.#strings = strings
    this.#kernel = new Kernel(group, source, { strings })
  }

  get kernel(): Kernel {
    return this.#kernel
  }

  /** The batch run onto whose result the kernel is, of a group that has one. */
  get run(): number | undefined {
    return undefined
  }

  /** Is its state kept in slices? Otherwise it is made from the log at a start. */
  get isSaved(): boolean {
    return true
  }

  /** From here on the kernel is this one, which has the same events. */
  protected use(kernel: Kernel): void {
    this.#kernel = kernel
  }

  /** So many events of its source, the next ones, are somewhere else. */
  protected passOver(events: number): void {
    this.#applied += events
  }

  get incomplete(): number {
    return this.#incomplete
  }

  /** Made from a log that has forgotten what arrived up to `arrival`, UTC ms, or restored from state that was. */
  incompleteUpTo(arrival: number): void {
    this.#incomplete = arrival
  }

  take(events: SourceEvents | undefined, asks: readonly GroupAsks[], now: number): GroupAnswers[] {
    const waiting = this.#pending?.block.length ?? 0
    const all = this.#withPending(events)
    if (!all) return this.#checked(asks.map(ask => this.#answer(ask, noEvents)))
    const placed = asks.map(ask => this.#place(ask, all.block, waiting))
    const end = this.#knownBy(now, all.block)
    const out = this.#replay(blockSlice(all.block, 0, end), placed, asks[0]?.into)
    const answers = placed.map(({ upto, clock }, i) => ({
      out: out[i],
      known: plus(upto, this.#applied),
      clock,
    }))
    this.#advance(all, end)
    return this.#checked(answers)
  }

  /** Slots of the kernel as bytes, with how far they are complete; good until the next ones are saved. */
  save(from: number, to: number): Uint8Array {
    return this.kernel.save(from, to, this.#appliedEntry)
  }

  /** Restores what `save` gave, one behind the other. Returns the entry behind which the log is to be taken again. Throws `SPILL_STATE`, and is empty then. */
  restore(files: readonly Uint8Array[]): number {
    try {
      this.#appliedEntry = Math.max(-1, this.#kernel.restore(files.flatMap(slicesIn)))
      return this.#appliedEntry
    } catch (error) {
      this.clear()
      throw error
    }
  }

  /** Before an entry is taken again that does not follow the last one: how many events of its source the log had before it. */
  startAfter(events: number): void {
    this.#applied = events - (this.#pending?.block.length ?? 0)
  }

  /** Forgets what was restored. */
  clear(): void {
    this.#kernel = new Kernel(this.group, this.#source, { strings: this.#strings })
    this.#appliedEntry = -1
  }

  /** Applies events that asks have seen already, after `restore` or without. */
  catchUp(events: SourceEvents | undefined, now: number): void {
    const all = this.#withPending(events)
    if (!all) return
    const end = this.#knownBy(now, all.block)
    this.kernel.catchUp(blockSlice(all.block, 0, end), all.entries)
    this.#advance(all, end)
  }

  #withPending(events: SourceEvents | undefined): SourceEvents | undefined {
    const pending = this.#pending
    if (!pending || !events) return pending ?? events
    return { block: concatBlocks([pending.block, events.block]), entries: joined([pending.entries, events.entries]) }
  }

  #advance({ block, entries }: SourceEvents, end: number): void {
    this.#applied += end
    if (end > 0) this.#appliedEntry = entries[end - 1]!
    const { length } = block
    this.#pending = end < length ? { block: concatBlocks([blockSlice(block, end, length)]), entries: entries.slice(end) } : undefined
  }

  #answer(ask: GroupAsks, block: Block): GroupAnswers {
    const { upto, clock } = placeAsks(this.group.place, this.#source, block, ask)
    const out = this.kernel.read(ask.keys, clock, ask.into)
    return { out, known: Float64Array.from(upto, () => this.#applied), clock }
  }

  /** Values of windows that are not whole are refused; once all of a stretch are whole, so is every later one. */
  #checked(answers: GroupAnswers[]): GroupAnswers[] {
    if (this.#incomplete === -Infinity) return answers
    const refused = answers.map(({ out, clock }) => refuseIncomplete(this.group.features, out, clock, this.#incomplete))
    if (answers.some(({ clock }) => clock.length > 0) && !refused.includes(true)) this.#incomplete = -Infinity
    return answers
  }

  #place({ keys, prefix, clock, own }: GroupAsks, all: Block, waiting: number): Placed {
    const triggers = { prefix: waiting > 0 ? prefix.map(known => known + waiting) : prefix, clock, own }
    const { upto, uptoBefore, clock: at } = placeAsks(this.group.place, this.#source, all, triggers)
    return { length: prefix.length, keys, upto, uptoBefore, clock: at }
  }

  /** How many events every ask from `now` on knows. */
  #knownBy(now: number, all: Block): number {
    if (this.group.place.kind === 'stream' || this.group.place.kind === 'hybrid') return all.length
    return placeAsks(this.group.place, this.#source, all, { prefix: Int32Array.of(all.length), clock: Float64Array.of(now), own: false })
      .upto[0]
  }

  /** `into`: of the one that asks, if there is no other. */
  #replay(block: Block, placed: readonly Placed[], into: FeatureColumn[] | undefined): FeatureColumn[][] {
    if (placed.length === 0) return [this.kernel.replay(block, noAsks(this.group, block))]
    if (placed.length === 1) return [this.kernel.replay(block, placed[0], into)]
    const { merged, rows } = merge(placed)
    const out = this.kernel.replay(block, merged)
    return rows.map(own => out.map(column => pick(column, own)))
  }
}

function plus(numbers: Int32Array, more: number): Float64Array {
  const sums = new Float64Array(numbers.length)
  for (let i = 0; i < sums.length; i++) sums[i] = numbers[i] + more
  return sums
}

const noAsks = (group: GroupIR, block: Block): Asks => ({
  length: 0,
  keys: group.key.map(name => block.columns[name]),
  upto: new Int32Array(0),
  clock: new Float64Array(0),
})

/** Asks of several readers as one list in the order in which they happen, and where each reader's rows are in it. */
function merge(placed: readonly Placed[]): { merged: Asks; rows: Uint32Array[] } {
  const upto = Int32Array.from(placed.flatMap(asks => [...asks.upto]))
  const uptoBefore = Int32Array.from(placed.flatMap(asks => [...asks.uptoBefore]))
  const clock = Float64Array.from(placed.flatMap(asks => [...asks.clock]))
  const order = Uint32Array.from(upto.keys()).sort(
    (a, b) => upto[a] - upto[b] || clock[a] - clock[b] || uptoBefore[a] - uptoBefore[b] || a - b,
  )
  const lengths = placed.map(asks => asks.length)
  const keys = placed[0].keys.map((_, part) => {
    const all = concatColumns(
      placed.map(asks => asks.keys[part]),
      lengths,
    )
    return gatherColumn(all, order)
  })
  const places = new Uint32Array(order.length)
  order.forEach((ask, place) => (places[ask] = place))
  let first = 0
  const rows = lengths.map(length => places.subarray(first, (first += length)))
  const merged = {
    length: order.length,
    keys,
    upto: picked(upto, order),
    uptoBefore: picked(uptoBefore, order),
    clock: picked(clock, order),
  }
  return { merged, rows }
}

/** The rows of one reader. */
function pick(column: FeatureColumn, rows: Uint32Array): FeatureColumn {
  const { width } = column
  const values = new Float64Array(rows.length * width)
  rows.forEach((from, row) => values.set(column.values.subarray(from * width, (from + 1) * width), row * width))
  return {
    values,
    width,
    nulls: picked(column.nulls, rows),
    refused: picked(column.refused, rows),
    ...(column.counts && { counts: picked(column.counts, rows) }),
  }
}
