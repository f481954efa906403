/**
 * Feature columns of a group read from prefix sums, bit-equal to a replay.
 *
 * Reads are sequential: a window has two entries of its key's list, which only move forward, and its partial aggregate is the difference of
 * their numbers. The kernel's code finalizes it. Cost: each event and entry is passed once, and a read costs its windows.
 */
import type { StrictOmit } from '../../../base/index.ts'
import { type FeatureColumn, modulo54, type MomentLayout, sharedZeros } from '../../../aggregate/index.ts'
import type { FeatureIR } from '../../../define/ir/index.ts'
import type { GroupRead } from '../../../decision/index.ts'
import {
  CHUNK_READS,
  COLUMN_STRIDE,
  featureColumns,
  PartialColumns,
  type PlacedReads,
  rejectIncomplete,
  tileStart,
  type UnitFeature,
  type WindowShape,
} from '../../../kernel/index.ts'
import { placeGroupRead, type ReplayLog, perDecision, type ReplayPoints } from '../../../replay/index.ts'
import { lastResults } from '../../domain/caches.ts'
import { wholeRange, type DecisionRows } from '../timeline/timeline.ts'
import type { SumEntries } from './sum-entries.ts'
import type { SummedGroup, SummedGroups, SummedUnit } from './summed-groups.ts'

/** The column of each feature; `undefined` where a replay must compute it. */
export function summedColumns(
  read: GroupRead,
  rows: DecisionRows,
  log: ReplayLog,
  groups: SummedGroups,
): readonly (FeatureColumn | undefined)[] {
  const columns = SummedColumns.of(read, rows, log, groups)
  const out = featureColumns(read.group, 0, false).map((shape, index) =>
    columns?.featureIndices.has(index) ? sharedZeros(shape, rows.length) : undefined,
  )
  columns?.next(rows.length, out)
  return out
}

/** A read's columns from prefix sums, the next rows at each call. */
export class SummedColumns {
  /** The indices of the group's features that prefix sums give. */
  readonly featureIndices: ReadonlySet<number>
  readonly #features: readonly FeatureIR[]
  readonly #queries: SumQueries
  readonly #cursors: Cursor[] = []
  readonly #forgotten: number
  #row = 0

  /** `undefined` where prefix sums give no feature. */
  static of(read: GroupRead, rows: DecisionRows, log: ReplayLog, groups: SummedGroups): SummedColumns | undefined {
    const { source } = log.histories.get(read.group.source)!
    const { block, isInOrder, queries } = queriesOf(read, rows, log)
    const summed = groups.getOrBuild(read.group, source, block, log.strings)
    if (summed.units.length === 0 || !isInOrder) return undefined
    return new SummedColumns(read, summed, { ...queries, slots: groups.querySlots(summed, read.key, rows) }, log.forgotten)
  }

  private constructor({ group }: GroupRead, { units }: SummedGroup, queries: SumQueries, forgotten: number) {
    this.featureIndices = new Set(units.flatMap(({ unit }) => unit.features.map(({ index }) => index)))
    this.#features = group.features
    this.#queries = queries
    this.#forgotten = forgotten
    for (const summed of units) {
      const upto = summed.unit.before ? queries.uptoBefore : queries.upto
      let cursor = this.#cursors.find(other => other.entries === summed.entries && other.upto === upto)
      if (!cursor) this.#cursors.push((cursor = new Cursor(summed.entries, upto)))
      cursor.add(summed)
    }
  }

  /** Writes the next `rows` rows into new columns, from their first row. Cells that are NULL or rejected stay unwritten. */
  next(rows: number, out: readonly (FeatureColumn | undefined)[]): void {
    const from = this.#row
    for (let at = 0; at < rows; at += CHUNK_READS) {
      const count = Math.min(CHUNK_READS, rows - at)
      for (const cursor of this.#cursors)
        cursor.read(this.#queries, { row: this.#row, rows: count, out: out as readonly FeatureColumn[], at })
      this.#row += count
    }
    if (this.#forgotten === -Infinity) return
    const indices = [...this.featureIndices]
    rejectIncomplete(
      indices.map(index => this.#features[index]),
      indices.map(index => out[index]!),
      this.#queries.asOf.subarray(from, from + rows),
      this.#forgotten,
    )
  }
}

/**
 * Queries as in `kernel/block-reads.ts`. Neither the visible events nor the as-of time decreases, and no visible event arrived after the
 * as-of time.
 */
interface SumQueries {
  readonly length: number
  /** Slots of keys; `lists.keys` for an unknown key. */
  readonly slots: Int32Array
  readonly upto: Int32Array
  readonly uptoBefore: Int32Array
  /** The as-of times, UTC ms. */
  readonly asOf: Float64Array
}

/** The queries of the rows to a group in one placement, for any key. */
interface GroupQueries extends Pick<PlacedReads, 'block'> {
  readonly isInOrder: boolean
  readonly queries: StrictOmit<SumQueries, 'slots'>
}

/** By points: a group is read at several keys in turn. */
const lastQueries = lastResults<ReplayPoints, GroupQueries>()

function queriesOf(read: GroupRead, rows: DecisionRows, log: ReplayLog): GroupQueries {
  const { points, point } = rows
  const { name, source, place } = read.group
  return lastQueries(points, [JSON.stringify([name, source, place]), log, point], () => {
    const placed = placeGroupRead(read, points, log)
    const range = wholeRange(rows)
    const upto = perDecision(placed.upto, range)
    const uptoBefore = placed.uptoBefore === placed.upto ? upto : perDecision(placed.uptoBefore, range)
    const queries = { length: rows.length, asOf: perDecision(placed.asOf, range), upto, uptoBefore }
    return { block: placed.block, isInOrder: isInOrder(placed), queries }
  })
}

/** True if no query is below an as-of time already reached, which a kernel rejects. */
function isInOrder({ block, watermark, upto, asOf }: PlacedReads): boolean {
  const watermarks = watermark === 'time' ? block.time : block.arrival
  let [visible, reached] = [0, -Infinity]
  for (let point = 0; point < asOf.length; point++) {
    if (upto[point] < visible || asOf[point] < reached) return false
    visible = upto[point]!
    reached = asOf[point]!
    if (visible > 0 && watermarks[visible - 1] > reached) return false
  }
  return true
}

/** The rows to read, and their place in `out`. */
interface ReadRange {
  readonly row: number
  readonly rows: number
  readonly out: readonly FeatureColumn[]
  readonly at: number
}

/** A window of units that share entries. */
interface CursorWindow {
  readonly window: WindowShape
  /** By slot: the first entry in the window. */
  readonly tails: Int32Array
  /** The places of an entry to subtract. */
  readonly places: Set<number>
  /** By place a column of a chunk; place 0 is the event count. */
  readonly partials: PartialColumns
}

/** The end of the visible events and the start of each window, in each key's list. */
class Cursor {
  readonly entries: SumEntries
  readonly upto: Int32Array
  readonly #heads = new Int32Array(CHUNK_READS)
  readonly #windows: CursorWindow[] = []
  readonly #features: { readonly feature: UnitFeature; readonly layout: MomentLayout; readonly columns: readonly Float64Array[] }[] = []
  /** By slot: the entry after the last visible event. */
  readonly #visibleEnds: Int32Array
  #event = 0

  constructor(entries: SumEntries, upto: Int32Array) {
    this.entries = entries
    this.upto = upto
    this.#visibleEnds = entries.lists.begins.slice()
  }

  add({ unit, place, windows }: SummedUnit): void {
    const layout = unit.layout!
    const places = Array.from({ length: layout.width - 1 }, (_, f) => place + f)
    const cursorWindows = windows.map(window => this.#windowOf(window))
    for (const window of cursorWindows) for (const f of places) window.places.add(f)
    for (const feature of unit.features) {
      const [view] = cursorWindows[feature.window].partials.views
      this.#features.push({ feature, layout, columns: [0, ...places].map(f => view[f]) })
    }
  }

  /** Reads the rows from `row`, which follow the previous ones. */
  read(queries: SumQueries, { row, rows, out, at }: ReadRange): void {
    const slots = queries.slots.subarray(row, row + rows)
    const asOf = queries.asOf.subarray(row, row + rows)
    this.#advance(slots, this.upto.subarray(row, row + rows))
    for (const window of this.#windows) subtract(window, this.entries, slots, asOf, this.#heads)
    for (const { feature, layout, columns } of this.#features)
      feature.aggregate.finalizeRows({ rows, columns, layout, asOf, out: out[feature.index], at })
  }

  #windowOf(window: WindowShape): CursorWindow {
    const existing = this.#windows.find(({ window: { span, hop } }) => span === window.span && hop === window.hop)
    if (existing) return existing
    const { lists, width } = this.entries
    const created = { window, tails: lists.begins.slice(), places: new Set<number>(), partials: new PartialColumns(1, width) }
    this.#windows.push(created)
    return created
  }

  #advance(querySlots: Int32Array, upto: Int32Array): void {
    const { slots } = this.entries.lists
    const visibleEnds = this.#visibleEnds
    const heads = this.#heads
    let event = this.#event
    for (let i = 0; i < querySlots.length; i++) {
      for (const end = upto[i]; event < end; event++) {
        const slot = slots[event]
        visibleEnds[slot] = visibleEnds[slot] + 1
      }
      heads[i] = visibleEnds[querySlots[i]]!
    }
    this.#event = event
  }
}

/** By row of a chunk: the places in `data` of the entries that bound the window. */
const [headsAt, tailsAt] = [new Int32Array(CHUNK_READS), new Int32Array(CHUNK_READS)]

/** Moves a window's tails to the as-of times, and writes the differences between heads and tails. */
function subtract(
  { window: { span, hop }, tails, places, partials: { flat } }: CursorWindow,
  { width, data }: SumEntries,
  slots: Int32Array,
  asOf: Float64Array,
  heads: Int32Array,
): void {
  const rows = slots.length
  // A window's start changes only when the as-of time has passed a hop.
  let [start, until] = [-Infinity, -Infinity]
  for (let i = 0; i < rows; i++) {
    const slot = slots[i]
    const from = asOf[i] - span
    if (from >= until) {
      start = tileStart(from, hop)
      until = start + hop
    }
    const head = heads[i]
    let tail = tails[slot]
    while (tail < head && data[tail * width] < start) tail++
    tails[slot] = tail
    flat[i] = head - tail
    headsAt[i] = head * width
    tailsAt[i] = tail * width
  }
  // A separate loop per place: no row waits for the row before.
  for (const place of places)
    for (let i = 0, at = place * COLUMN_STRIDE; i < rows; i++) flat[at + i] = modulo54(data[headsAt[i] + place], -data[tailsAt[i] + place])
}
